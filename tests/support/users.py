"""People who use the API, as tests need them."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session as OrmSession

from app.accounts.models import Session, User
from app.accounts.passwords.hashing import hash_password
from app.accounts.sessions.tokens import digest, new_token
from app.database import now
from tests.support.images import Picture

PASSWORD = "seven quiet lanterns by the harbour"

Json = dict[str, Any]


@dataclass
class Person:
    """Somebody with a browser: an HTTP client that keeps cookies and says where it comes from."""

    http: httpx2.Client
    email: str = ""

    @property
    def user_id(self) -> str:
        """As the API says it."""
        found: str = self.http.get("/api/auth/session").json()["user"]["id"]
        return found

    def join(self, database: Engine, **changed: Any) -> "Person":
        """Have an account with the usual password, and be signed in.

        Made in the database: how people really join is tests/api/auth/test_registration.py's.
        """
        self.email, token = add_person(database, **changed)
        self.http.cookies.set("session", token, domain=self.http.base_url.host)
        return self

    def switch_descriptions_on(self) -> httpx2.Response:
        """Agree to the host that the session names."""
        host = self.http.get("/api/auth/session").json()["descriptions"]["host"]
        body = {"descriptions_enabled": True, "descriptions_host": host}
        return self.http.patch("/api/account", json=body).raise_for_status()

    def promise(self, *pictures: Picture) -> list[Json]:
        """Ask for places."""
        body = {"images": [picture.announcement() for picture in pictures]}
        answer = in_turn(lambda: self.http.post("/api/images", json=body))
        answer.raise_for_status()
        places: list[Json] = answer.json()["places"]
        return places

    def upload(self, *pictures: Picture) -> list[str]:
        """Upload as the browser does; return the ids."""
        places = self.promise(*pictures)
        for place, picture in zip(places, pictures, strict=True):
            put(place["upload"], picture.content).raise_for_status()
        return [place["image"]["id"] for place in places]

    def detail(self, image_id: str) -> Json:
        """Look at one picture."""
        answer = self.http.get(f"/api/images/{image_id}")
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    def timeline(self, **query: str) -> list[str]:
        """The ids of the first page of the timeline."""
        answer = self.http.get("/api/images", params=query)
        answer.raise_for_status()
        return [image["id"] for image in answer.json()["images"]]

    def settled(self, image_id: str) -> Json | None:
        """The picture, once the worker is done with it."""
        answer = self.http.get("/api/images", params={"ids": image_id}).json()
        found: Json = answer["images"][0]
        return None if found["state"] in {"uploading", "processing"} else found


def in_turn(ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    """Send again what is refused because the person's other writes are under way, as pages do."""
    for _ in range(100):
        answer = ask()
        if answer.status_code != 429 or answer.json()["code"] != "too_many_at_once":
            break
        time.sleep(0.1)
    return answer


def add_person(database: Engine, **changed: Any) -> tuple[str, str]:
    """Add a person who has just signed in; return their address and the token of their session."""
    email = f"person-{uuid4().hex}@example.org"
    with OrmSession(database) as rows:
        moment = now()
        values = {"email_verified_at": moment, "password_hash": _password_hash()} | changed
        user = User(email=email, **values)
        rows.add(user)
        rows.flush()
        token = new_token()
        rows.add(
            Session(
                token_hash=digest(token),
                user_id=user.id,
                expires_at=moment + timedelta(days=1),
                fresh_at=moment,
            )
        )
        rows.commit()
    return email, token


def make_administrator(database: Engine, person: Person) -> None:
    """Let a person look after the site."""
    with database.begin() as rows:
        query = text("UPDATE users SET is_administrator = true WHERE email = :email")
        rows.execute(query, {"email": person.email})


def an_administrator(rows: OrmSession) -> UUID:
    """Add somebody who looks after the site, and may invite others."""
    user = User(email=f"administrator-{uuid4().hex}@example.org", is_administrator=True)
    rows.add(user)
    rows.flush()
    return user.id


def told(answer: httpx2.Response) -> bytes:
    """The body of an answer, without the name of its request, which no two have."""
    return re.sub(rb'"request_id":"[0-9a-f]{16}"', b"", answer.content)


def told_headers(answer: httpx2.Response) -> dict[str, str]:
    """The headers of an answer, without its moment and the name of its request."""
    passing = {"date", "x-request-id"}
    return {name: value for name, value in answer.headers.items() if name not in passing}


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


def put(upload: Json, content: bytes, *, url: str = "", **changed: str) -> httpx2.Response:
    """PUT to a place as the browser does; `changed` headers are named with underscores."""
    headers = upload["headers"] | {name.replace("_", "-"): text for name, text in changed.items()}
    return httpx2.put(url or upload["url"], headers=headers, content=content)
