"""Where IPv6 is the only way out, each service is asked at the name that has an IPv6 address.

What boto3 would ask is taken from the request that it is about to send: `client.meta.endpoint_url`
names another host than the one that is asked (Secrets Manager's).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from app.clients.aws.boto import make_client_in
from app.clients.aws.lightweight import Caller
from scripts.deployment.preflight.ipv6 import hosts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

REGIONS = ("us-east-1", "eu-central-1", "mx-central-1")
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "none"}
# One operation of each service that functions speak to, and what it asks for.
_ASKED: dict[str, tuple[str, Mapping[str, str]]] = {
    "secretsmanager": ("get_secret_value", {"SecretId": "x"}),
    "sts": ("get_caller_identity", {}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs/1/x", "MessageBody": "x"}),
    "sesv2": ("get_account", {}),
    "rds": ("describe_db_snapshots", {}),
    "s3": ("head_object", {"Bucket": "pinhole-pictures-x", "Key": "k"}),
}


class SentError(Exception):
    """A request was about to be sent."""


def asked(client: Any, operation: str, arguments: Mapping[str, str]) -> str:
    """Return the address that a client's operation asks."""
    addresses: list[str] = []

    def stop(request: Any, **_: object) -> None:
        addresses.append(request.url)
        raise SentError

    client.meta.events.register("before-send", stop)
    with pytest.raises(SentError):
        getattr(client, operation)(**arguments)
    return addresses[0]


def host(address: str) -> str:
    return address.split("/")[2]


@pytest.fixture(params=["", "true"], ids=["IPv4", "dual stack"])
def dual_stack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in _CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    if request.param:
        monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", request.param)
    return str(request.param)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", ["secretsmanager", "sts"])
def test_own_calls_ask_the_host_that_boto3_asks(service: str, region: str, dual_stack: str) -> None:
    operation, arguments = _ASKED[service]
    theirs = asked(boto3.Session().client(service, region_name=region), operation, arguments)
    caller = Caller.from_environment(
        {**_CREDENTIALS, "AWS_REGION": region, "AWS_USE_DUALSTACK_ENDPOINT": dual_stack}
    )
    assert caller.host_of(service) == host(theirs)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", ["sqs", "sesv2", "rds"])
def test_clients_ask_names_with_ipv6_when_told_to(
    service: str, region: str, dual_stack: str
) -> None:
    operation, arguments = _ASKED[service]
    name = host(asked(make_client_in(region, service), operation, arguments))
    assert name.endswith(f".{region}.api.aws" if dual_stack else f".{region}.amazonaws.com")


@pytest.mark.parametrize("region", REGIONS)
def test_preflight_looks_at_the_hosts_that_functions_ask(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    for name, value in {**_CREDENTIALS, "AWS_USE_DUALSTACK_ENDPOINT": "true"}.items():
        monkeypatch.setenv(name, value)
    theirs = {
        host(asked(make_client_in(region, service), operation, arguments))
        for service, (operation, arguments) in _ASKED.items()
        if service != "s3"  # by its gateway endpoint, and not by the way out
    }
    assert {each for each in hosts_of(region) if region in each} == theirs


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.usefixtures("dual_stack")
def test_s3_is_asked_by_ipv4_at_its_gateway_endpoint_always(region: str) -> None:
    operation, arguments = _ASKED["s3"]
    name = host(asked(make_client_in(region, "s3"), operation, arguments))
    # boto3 calls us-east-1's by the older name without a region.
    assert name.replace(f".{region}", "") == "pinhole-pictures-x.s3.amazonaws.com"
