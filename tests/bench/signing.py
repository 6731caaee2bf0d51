"""What a signed address costs: ours against boto3's. `python -m tests.bench.signing`."""

from datetime import UTC, datetime, timedelta
from time import process_time

import boto3
from botocore.config import Config

from app.clients.aws.sigv4 import Bucket, Credentials, Presigner

ROUNDS = 5_000
IMAGE = "0123456789abcdef0123456789abcdef"
START, END = f"users/{IMAGE}/", "/thumbnail.webp"
KEY = f"{START}{IMAGE}{END}"


def main() -> None:
    """Print CPU per address, and the ratio."""
    now = datetime.now(UTC)
    credentials = Credentials(
        access_key_id="ASIAEXAMPLE",
        secret_access_key="secret",
        session_token="token" * 100,
        expires_at=now + timedelta(hours=1),
    )
    bucket = Bucket(base_url="https://pictures.s3.us-east-1.amazonaws.com", region="us-east-1")
    s3 = boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        config=Config(signature_version="s3v4"),
    )
    start = process_time()
    presigner = Presigner(
        "GET", bucket=bucket, credentials=credentials, signed_at=now, seconds=1200
    )
    sign = presigner.between(START, END)
    for _ in range(ROUNDS):
        sign(IMAGE)
    middle = process_time()
    for _ in range(ROUNDS):
        s3.generate_presigned_url("get_object", Params={"Bucket": "pictures", "Key": KEY})
    ours, theirs = middle - start, process_time() - middle
    print(f"ours {ours / ROUNDS * 1e3:.4f} ms, boto3 {theirs / ROUNDS * 1e3:.3f} ms,", end=" ")
    print(f"ratio {theirs / ours:.1f}")


if __name__ == "__main__":
    main()
