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
        ({"budget": "mine"}, "product, account, none"),
        ({"rate": "100"}, "600 or more: with 100 requests a minute, a family"),
        ({"rate": "many"}, "from 1 to 1000000"),
        ({"replica": "mars-1"}, "takes a region, as eu-west-1; not 'mars-1'"),
        ({"replica": "us-east-1"}, "another region than us-east-1"),
        ({"quota": "10 GB"}, "from 1 to 1000000"),
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


@pytest.mark.parametrize("context", [{"rate": "2400"}, {"replica": "eu-west-1"}])
def test_what_goes_to_another_region_needs_to_know_this_one(context: dict[str, str]) -> None:
    with pytest.raises(InvalidContextError, match="set AWS_REGION"):
        settings(region=None, **context)


def test_nothing_that_costs_extra_is_there_unless_it_is_asked_for() -> None:
    assert (settings().requests_a_minute, settings().replica_region) == (None, None)
    asked = settings(rate="2400", replica="eu-west-1")
    assert (asked.requests_a_minute, asked.replica_region) == (2400, "eu-west-1")


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


def test_share_links_may_be_forbidden() -> None:
    assert settings().share_links == "allow"
    assert settings(share_links="forbid").share_links == "forbid"
    with pytest.raises(InvalidContextError, match="share_links"):
        settings(share_links="never")


def test_quota_that_is_said_is_taken() -> None:
    assert settings(quota="50").quota_gb == 50
    assert settings().quota_gb is None
