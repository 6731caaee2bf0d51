"""While the door changes, the API takes whatever CloudFront may be sending at that moment."""

from __future__ import annotations

import pytest

from scripts.deployment.rotation import rotate
from scripts.embedded.errors import StartError


class Interrupted(BaseException):
    """The operator's connection is gone."""


class Account:
    """An account with CloudFront in front of functions that are warm or start anew at any time."""

    def __init__(self) -> None:
        self.secret: dict[str, str] = {"door": "first"}
        self.shown = "first"  # by CloudFront
        self.warm = [dict(self.secret)]  # what functions that run read when they started
        self.ends_after: int | None = None
        self.secrets = {"owner": "first", "runtime": "first"}
        self.roles = dict(self.secrets)  # the passwords that the database takes
        self.known = dict(self.secrets)  # what functions that run read when they started

    def outputs(self) -> dict[str, str]:
        return {
            "DoorSecret": "door",
            "DatabaseSecret": "owner",
            "DatabaseRuntimeSecret": "runtime",
        }

    def read_secret(self, arn: str) -> dict[str, str]:
        assert arn == "door"
        return dict(self.secret)

    def change_secret(self, arn: str, changes: dict[str, str | None]) -> None:
        if arn == "door":
            changed = self.secret | changes
            self.secret = {name: value for name, value in changed.items() if value is not None}
        else:
            self.secrets[arn] = str(changes["password"])
        self._step()

    def restart(self) -> None:
        self.warm = [dict(self.secret)]
        self.known = dict(self.secrets)
        self._step()

    def change_database_password(self, password: str) -> None:
        self.roles["owner"] = password
        self._step()

    def migrate(self) -> None:
        # The function signs in as the owner, as it knew the password when it started.
        assert self.known["owner"] == self.roles["owner"]
        self.roles["runtime"] = self.secrets["runtime"]
        self._step()

    def show_at_the_door(self, header: str, value: str) -> None:
        assert header == "x-pinhole-door"
        for shown in (self.shown, value):  # at some of its places the old one, at some the new one
            self.shown = shown
            self._step()

    def _step(self) -> None:
        for known in [*self.warm, self.secret]:
            assert self.shown in {known["door"], known.get("door_before")}
        if self.ends_after is not None:
            self.ends_after -= 1
            if self.ends_after == 0:
                raise Interrupted


def test_no_call_is_refused_while_the_door_changes() -> None:
    account = Account()
    rotate(account, ["door"], say=lambda _: None)  # type: ignore[arg-type]
    assert account.shown == account.secret["door"] != "first"
    assert account.warm == [{"door": account.shown}]  # the old one is closed


@pytest.mark.parametrize("steps", range(1, 7))
def test_a_rotation_that_was_interrupted_is_taken_up(steps: int) -> None:
    account = Account()
    account.ends_after = steps
    with pytest.raises(Interrupted):
        rotate(account, ["door"], say=lambda _: None)  # type: ignore[arg-type]
    account.ends_after = None
    rotate(account, ["door"], say=lambda _: None)  # type: ignore[arg-type]
    assert account.warm == [{"door": account.shown}]


def test_both_roles_of_the_database_are_given_other_passwords() -> None:
    account = Account()
    rotate(account, ["database"], say=lambda _: None)  # type: ignore[arg-type]
    assert account.known == account.roles == account.secrets
    assert len({"first", *account.roles.values()}) == 3


@pytest.mark.parametrize("steps", range(1, 7))
def test_a_rotation_of_passwords_that_was_interrupted_is_begun_anew(steps: int) -> None:
    account = Account()
    account.ends_after = steps
    with pytest.raises(Interrupted):
        rotate(account, ["database"], say=lambda _: None)  # type: ignore[arg-type]
    account.ends_after = None
    rotate(account, ["database"], say=lambda _: None)  # type: ignore[arg-type]
    assert account.known == account.roles == account.secrets


@pytest.mark.parametrize("names", [[], ["session_key"], ["door", "database"]])
def test_nothing_else_is_rotated(names: list[str]) -> None:
    with pytest.raises(StartError, match="takes one of: door, database"):
        rotate(Account(), names, say=lambda _: None)  # type: ignore[arg-type]
