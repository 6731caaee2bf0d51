"""What `-c name=value` may say, and what is answered to what cannot be meant."""

from __future__ import annotations

import pytest

from infrastructure.settings import InvalidContextError, Settings, read_settings


def settings(*, region: str | None = "us-east-1", **context: str) -> Settings:
    return read_settings(context.get, region=region)


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"size": "huge"}, "small or production or large"),
        ({"egress": "carrier pigeon"}, "instance, gateway or ipv6"),
        ({"zones": "us-east-1a"}, "two availability zones"),
        ({"zones": "us-east-1a,us-east-1a"}, "two availability zones"),
        ({"zones": "use1-az1,use1-az2"}, "two availability zones"),
        ({"zones": "us-east-1a,eu-west-1b"}, "eu-west-1b of -c zones= is not in us-east-1"),
        ({"backups": "0"}, "from 1 to 35"),
        ({"backups": "36"}, "from 1 to 35"),
        ({"budget": "mine"}, "product or account"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_what_can(context: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidContextError, match=said):
        settings(**context)


@pytest.mark.parametrize(
    ("size", "egress"), [("small", "instance"), ("production", "gateway"), ("large", "gateway")]
)
def test_each_size_has_its_way_out_until_another_is_said(size: str, egress: str) -> None:
    assert settings(size=size).egress == egress
    assert settings(size=size, egress="ipv6").egress == "ipv6"


def test_zones_and_backups_that_are_said_are_taken() -> None:
    said = settings(zones="us-east-1b,us-east-1d", backups="1")
    assert (said.zones, said.backup_days) == (("us-east-1b", "us-east-1d"), 1)
    assert settings().zones == ()
    assert settings(region=None, zones="us-east-1a,us-east-1b").zones != ()


def test_large_size_takes_as_many_workers_as_the_account_allows() -> None:
    assert settings(size="large").worker_concurrency == 200
    assert settings(size="large", executions="1000").worker_concurrency == 200
    assert settings(size="large", executions="100").worker_concurrency == 20
    assert settings(size="large", executions="10").worker_concurrency == 2


def test_decoders_may_be_told_to_refuse() -> None:
    assert settings().unconfined_decoders == "allow"
    assert settings(unconfined_decoders="refuse").unconfined_decoders == "refuse"
