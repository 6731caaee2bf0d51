"""What CloudFront put before a path reaches no route of the API."""

import pytest

from app.lambda_handlers.shards import path_without_shard


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ("/shard-7/api/images", "/api/images"),
        ("/shard-31/api/images/a%2Fb", "/api/images/a%2Fb"),
        ("/api/images", "/api/images"),
        ("/api/shard-7/api/images", "/api/shard-7/api/images"),
        ("/shard-7/shard-7/api/images", "/shard-7/shard-7/api/images"),
        ("/shard-x/api/images", "/shard-x/api/images"),
        ("/shard-7/other", "/shard-7/other"),
    ],
)
def test_one_shard_is_taken_off_and_nothing_else(sent: str, asked: str) -> None:
    assert path_without_shard({"rawPath": sent}) == asked
