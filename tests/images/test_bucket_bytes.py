"""A bucket of 1,000 pictures, as browsers get it, weighs at most 25 KB."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask

from app.http.compression import compress
from app.http.middleware import columns_response
from app.images.models import ImageState
from app.timeline.buckets import show_columns

MOST = 25 * 1024
_BEGUN = datetime(2030, 6, 1)  # noqa: DTZ001 - a wall clock


def _shape(chance: random.Random) -> tuple[int, int]:
    if chance.random() < 0.1:
        return 4032, chance.randrange(2_000, 4_000)
    return (3024, 4032) if chance.random() < 1 / 3 else (4032, 3024)


def test_bucket_of_1000_is_at_most_25_kb() -> None:
    chance = random.Random(4)  # noqa: S311 - repeatable
    moments = sorted(_BEGUN + timedelta(days=30 * chance.random()) for _ in range(1_000))
    rows = [
        # Of one camera, which stood upright for a third; a tenth are cropped by hand, and a
        # twentieth are favourites.
        (
            *(str(UUID(int=chance.getrandbits(128))), moment),
            *_shape(chance),
            *(ImageState.READY, False, chance.random() < 0.05, False),
        )
        for moment in reversed(moments)
    ]
    with Flask(__name__).test_request_context(headers={"Accept-Encoding": "br"}):
        answer = compress(columns_response({"key": "2030-06", **show_columns(rows)}))
    assert answer.headers["Content-Encoding"] == "br"
    assert 16_000 < len(answer.get_data()) <= MOST, len(answer.get_data())
