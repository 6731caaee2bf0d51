"""Which networks a request counts against."""

import pytest
from flask import Flask

from app.accounts.passwords.attempts import take_password_try
from app.accounts.rate_limits.limiter import Limit
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    MAILS_ALL,
    MAILS_FROM_NETWORK,
    PASSWORD_TRIES_ALL,
    PASSWORD_TRIES_NETWORK,
)


@pytest.mark.parametrize(
    ("ip", "networks"),
    [
        ("2001:db8:77:5::1", ["2001:db8:77:5::/64", "2001:db8:77::/48"]),
        ("::ffff:192.0.2.1", ["192.0.2.1"]),
        ("192.0.2.1", ["192.0.2.1"]),
        ("unix:", ["unknown"]),
    ],
)
def test_an_ipv6_address_counts_against_two_networks(ip: str, networks: list[str]) -> None:
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": ip}):
        assert [of for _, of in for_network(MAILS_FROM_NETWORK)] == networks


@pytest.mark.parametrize(
    ("limit", "site"),
    [(PASSWORD_TRIES_NETWORK, PASSWORD_TRIES_ALL), (MAILS_FROM_NETWORK, MAILS_ALL)],
)
def test_a_whole_ipv6_customer_gets_less_than_half_of_the_site(limit: Limit, site: Limit) -> None:
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": "2001:db8::1"}):
        narrow, wide = (each for each, _ in for_network(limit))
    assert narrow.burst < wide.burst < site.burst / 2
    assert narrow.every > wide.every > 2 * site.every


def test_a_guess_at_a_password_counts_against_both_networks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.accounts.passwords.attempts.take_each", lambda *_counted: None)
    monkeypatch.setattr("app.accounts.passwords.attempts._device_of", lambda _email: None)
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": "2001:db8::1"}):
        counted = take_password_try("ada@example.org")
    assert [limit.name for limit, _ in counted] == [
        "password-network",
        "password-network-wide",
        "password-account",
        "password-all",
    ]
