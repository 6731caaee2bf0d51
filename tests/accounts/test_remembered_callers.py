"""Whom a process remembers among those who ask (docs/decisions/0040)."""

from app.accounts.rate_limits.requests import Callers


def test_of_too_many_callers_who_asked_longest_ago_is_forgotten_alone() -> None:
    callers = Callers(most=3)
    refused, idle, quick = (callers.find(name) for name in ("refused", "idle", "quick"))
    refused.refused_until = 1e9
    for number in range(100):  # each from a network of its own
        assert callers.find("refused") is refused
        assert callers.find("quick") is quick
        callers.find(f"stranger {number}")
    assert callers.find("idle") is not idle
