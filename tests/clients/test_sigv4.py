"""Our signatures are boto3's, to the byte."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from app.clients.aws.sigv4 import Bucket, Credentials, Presigner

NOW = datetime(2026, 5, 3, 14, 5, 6, tzinfo=UTC)
CREDENTIALS = Credentials(
    access_key_id="ASIAEXAMPLE",
    secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    session_token="token/with+signs==",
    expires_at=NOW + timedelta(hours=1),
)
BUCKETS = [
    Bucket(base_url="https://pictures.s3.eu-central-1.amazonaws.com", region="eu-central-1"),
    Bucket(base_url="http://127.0.0.1:9000/pictures", region="us-east-1"),
]
CASES: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
    ("GET", "users/0/1/thumbnail.webp", {}, {}),
    ("GET", "users/0/a b+c~d/żółw (1).jpg", {}, {}),
    (
        "GET",
        "users/0/1/original",
        {},
        {
            "response-content-disposition": "attachment; filename=\"x\"; filename*=UTF-8''%C5%BC",
            "response-content-type": "image/jpeg",
        },
    ),
    (
        "PUT",
        "users/0/1/original",
        {
            "content-length": "3",
            "content-type": "image/jpeg",
            "if-none-match": "*",
            "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        },
        {},
    ),
    (
        "PUT",
        "users/0/1/original",
        {"content-length": "3", "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRk"},
        {"partNumber": "7", "uploadId": "VXBsb2FkIElE.+/=_-~"},
    ),
    ("POST", "users/0/1/original", {"content-type": "image/jpeg"}, {"uploads": ""}),
    ("POST", "users/0/1/original", {"if-none-match": "*"}, {"uploadId": "x"}),
    ("DELETE", "users/0/1/original", {}, {"uploadId": "x"}),
    ("HEAD", "users/0/1/original", {}, {}),
]


@pytest.mark.parametrize("bucket", BUCKETS)
@pytest.mark.parametrize(("method", "key", "headers", "query"), CASES)
def test_signatures_are_those_of_boto3(
    monkeypatch: pytest.MonkeyPatch,
    bucket: Bucket,
    method: str,
    key: str,
    headers: dict[str, str],
    query: dict[str, str],
) -> None:
    ours = Presigner(
        method,  # type: ignore[arg-type]
        bucket=bucket,
        credentials=CREDENTIALS,
        signed_at=NOW,
        seconds=300,
        headers=headers,
        query=query,
    ).url(key)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW.replace(tzinfo=None))
    unsigned = ours.partition("?")[0]
    request = AWSRequest(method=method, url=unsigned, headers=headers, params=query)
    boto = BotoCredentials("ASIAEXAMPLE", CREDENTIALS.secret_access_key, CREDENTIALS.session_token)
    S3SigV4QueryAuth(boto, "s3", bucket.region, expires=300).add_auth(request)
    assert _parameters(ours) == _parameters(request.url)


def _parameters(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True))
