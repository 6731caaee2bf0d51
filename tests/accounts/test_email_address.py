"""Addresses as they are heard: what is too long is refused before anybody reads it."""

import email_validator
import pytest
from pydantic import ValidationError

from app.accounts.email_address import normalised_address
from app.accounts.registration.schemas import AddressIn
from app.accounts.sessions.schemas import LoginIn
from app.http.schemas import BaseModel


@pytest.mark.parametrize(
    ("shape", "more"), [(LoginIn, {"password": "x"}), (AddressIn, {})], ids=["text", "address"]
)
def test_what_is_too_long_is_not_looked_at(
    shape: type[BaseModel], more: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A megabyte took the validator 0.6 s of CPU, for whoever sent it."""
    monkeypatch.setattr(email_validator, "validate_email", _not_asked)
    for length in (300, 900_000):
        with pytest.raises(ValidationError, match="at most 254 characters"):
            shape.model_validate({"email": "a" * length + "@example.org", **more})


@pytest.mark.parametrize("address", ["İ" * 31 + "@example.org", "a@" + "x." * 124 + "org"])
def test_what_is_kept_is_never_longer_than_its_column(address: str) -> None:
    assert len(normalised_address(address)) <= 254


def _not_asked(*_: object, **__: object) -> None:
    raise AssertionError("this was to be refused before")
