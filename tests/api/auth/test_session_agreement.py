"""Who is signed in, asked in three ways that must agree: for oneself, for a list, for a change.

The first two are found without mapped tables (app/accounts/sessions/lookup.py), the third as an
entity.
"""

# ruff: noqa: S608 - SQL of this file's own words
from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session as OrmSession

from app.accounts.models import User
from tests.support.users import Person

_BY_PERSON = "user_id = (SELECT id FROM users WHERE email = :email)"


def ways_in(person: Person) -> list[bool]:
    """Whether each way of asking lets a person in: who is here, a list, and what is in person."""
    here = person.http.get("/api/auth/session").json()["user"] is not None
    paths = ("/api/images", "/api/account/sessions")
    return [here, *(person.http.get(path).status_code == 200 for path in paths)]


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE sessions SET expires_at = now() WHERE {_BY_PERSON}",
        f"UPDATE sessions SET last_used_at = now() - interval '31 days' WHERE {_BY_PERSON}",
        f"DELETE FROM sessions WHERE {_BY_PERSON}",
        "UPDATE users SET disabled_at = now() WHERE email = :email",
    ],
    ids=["expired", "left idle", "deleted", "disabled"],
)
def test_session_that_signs_nobody_in_is_nobody_in_each_way(
    ada: Person, database: Engine, change: str
) -> None:
    assert ways_in(ada) == [True, True, True]
    with database.begin() as connection:
        connection.execute(text(change), {"email": ada.email})
    assert ways_in(ada) == [False, False, False]


@pytest.mark.parametrize(
    "values",
    [
        "email_verified_at = NULL, password_hash = NULL",
        "is_administrator = true, stacks_images = false",
        "descriptions_enabled_at = now(), delete_after = now() + interval '7 days'",
    ],
)
def test_profile_shows_what_the_mapped_user_does(
    ada: Person, database: Engine, values: str
) -> None:
    with database.begin() as connection:
        connection.execute(
            text(f"UPDATE users SET {values} WHERE email = :email"), {"email": ada.email}
        )
    shown = ada.http.get("/api/auth/session").json()["user"]
    with OrmSession(database) as rows:
        user = rows.scalars(select(User).where(User.email == ada.email)).one()
        assert shown.pop("id") == str(user.id)
        for name in ("created_at", "delete_after"):
            told = shown.pop(name)
            assert (told and datetime.fromisoformat(told)) == getattr(user, name)
        assert shown == {name: getattr(user, name) for name in shown}


def test_session_in_use_again_is_noted_with_its_address(ada: Person, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            text(f"UPDATE sessions SET last_used_at = now() - interval '6 min' WHERE {_BY_PERSON}"),
            {"email": ada.email},
        )
    assert ways_in(ada)[0]
    with database.connect() as connection:
        idle, ip = connection.execute(
            text(f"SELECT now() - last_used_at, ip FROM sessions WHERE {_BY_PERSON}"),
            {"email": ada.email},
        ).one()
    assert idle.total_seconds() < 60
    assert ip
