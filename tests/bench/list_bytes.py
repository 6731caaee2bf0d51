"""What a page of 100 pictures weighs on AWS, and what CPU making it smaller takes.

    python -m tests.bench.list_bytes

Addresses carry a session token of some 1,000 letters there, which the embedded AWS's are not. The
page is made by the product's own code from made-up rows; whole addresses, uncompressed, are what
was sent before. Prints bytes and CPU by turns, and their ratios; fails where CPU is above
MAX_CPU. What holds of the bytes, tests/images/test_list_bytes.py checks.
"""

import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import uuid4

import orjson

from app.clients.aws.image_store import prefix_of_user
from app.clients.aws.presigned_urls import READ_SECONDS
from app.clients.aws.readers import Reader
from app.clients.aws.sigv4 import Bucket, Credentials, Presigner
from app.http.compression import by_brotli
from app.images.listing import LISTED, show
from app.images.models import DescriptionState, ImageState

ROUNDS = 40
MAX_CPU = 1.15  # of making the page with whole addresses
SENT = "shared, brotli"  # what browsers get
_NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def _rows(count: int) -> list[tuple[object, ...]]:
    said: dict[str, object] = {
        "content_type": "image/jpeg",
        "state": ImageState.READY,
        "width": 4032,
        "height": 3024,
        "is_animated": False,
        "has_preview": True,
        "preview_format": "jpg",
        "taken_offset_minutes": 120,
        "description_state": DescriptionState.NONE,
    }
    rows = []
    for number in range(count):
        moment = _NOW.replace(tzinfo=None) - timedelta(minutes=7 * number)
        each = said | {
            "id": str(uuid4()),
            "name": f"IMG_{9000 - number}.jpg",
            "byte_size": 2_500_000 + secrets.randbelow(500_000),
            "thumbhash": secrets.token_bytes(24),
            "timeline_at": moment,
            "taken_at": moment,
            "created_at": _NOW,
        }
        rows.append(tuple(each.get(column.key) for column in LISTED))
    return rows


def ways_to_make_a_page() -> dict[str, Callable[[], bytes]]:
    """Return what makes the same page of 100 pictures in each way, by its name."""
    rows = _rows(100)
    credentials = Credentials(
        access_key_id="ASIA" + "A" * 16,
        secret_access_key=secrets.token_hex(20),
        session_token=secrets.token_urlsafe(750),
        expires_at=_NOW + timedelta(hours=1),
    )
    bucket = Bucket(
        base_url="https://pinhole-pictures-0123456789ab.s3.eu-central-1.amazonaws.com",
        region="eu-central-1",
    )

    def page(*, is_shared: bool) -> bytes:
        presigner = Presigner(
            "GET", bucket=bucket, credentials=credentials, signed_at=_NOW, seconds=READ_SECONDS
        )
        reader = Reader(presigner, prefix_of_user(uuid4()), expires_at=_NOW, is_relative=is_shared)
        shared = {"base": reader.shared.base, "query": reader.shared.query} if is_shared else None
        images = [show(row, reader=reader) for row in rows]
        return orjson.dumps({"images": images, "next_cursor": None, "addresses": shared})

    return {
        "whole": lambda: page(is_shared=False),
        "whole, brotli": lambda: by_brotli(page(is_shared=False)),
        "shared": lambda: page(is_shared=True),
        SENT: lambda: by_brotli(page(is_shared=True)),
    }


def main() -> bool:
    """Measure and print; return whether what browsers get takes little enough CPU."""
    ways = ways_to_make_a_page()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, make in ways.items():
            begun = time.process_time()
            make()
            taken[name].append(time.process_time() - begun)
    most, longest = len(ways["whole"]()), median(taken["whole"])
    for name, make in ways.items():
        size, seconds = len(make()), median(taken[name])
        print(
            f"{name:14} {size:7,} bytes ({size / most:.3f}), {seconds * 1e3:5.2f} ms of CPU"
            f" ({seconds / longest:.2f})"
        )
    return median(taken[SENT]) <= MAX_CPU * longest


if __name__ == "__main__":
    sys.exit(not main())
