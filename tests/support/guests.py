"""Guests who send pictures by a share link, as tests need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from tests.support.images import Picture
from tests.support.shares import Link, share
from tests.support.users import Json, Person


def in_a_week() -> str:
    return (datetime.now(UTC) + timedelta(days=7)).isoformat()


def collect(person: Person, album: str, *, expires_at: str | None = None, **bounds: Any) -> Link:
    """Make a link by which guests add pictures to an album."""
    return share(person, album_id=album, expires_at=expires_at or in_a_week(), collect=bounds)


def announced(picture: Picture, **more: Any) -> Json:
    """What is said of a picture before it is sent."""
    return {**picture.announcement(), **more}


def ask(guest: httpx2.Client, header: dict[str, str], *pictures: Json) -> httpx2.Response:
    """Ask for places."""
    return guest.post("/api/shared/uploads", json={"images": list(pictures)}, headers=header)


def places(guest: httpx2.Client, header: dict[str, str], *pictures: Json) -> list[Json]:
    answer = ask(guest, header, *pictures)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["places"]
    return found


def put(place: Json, content: bytes) -> httpx2.Response:
    """Send a file as a browser does."""
    upload = place["upload"]
    return httpx2.put(upload["url"], content=content, headers=upload["headers"])


def send(
    guest: httpx2.Client, header: dict[str, str], *pictures: Picture, **more: Any
) -> list[str]:
    """Send pictures; return what they are known by."""
    found = places(guest, header, *(announced(each, **more) for each in pictures))
    for place, picture in zip(found, pictures, strict=True):
        assert place["status"] == "upload", place
        put(place, picture.content).raise_for_status()
    return [place["id"] for place in found]


def outcomes(guest: httpx2.Client, header: dict[str, str], *ids: str) -> list[str]:
    answer = guest.get("/api/shared/uploads", params={"ids": ",".join(ids)}, headers=header)
    assert answer.status_code == 200, answer.text
    return [each["outcome"] for each in answer.json()["images"]]


def sent(person: Person, stage: str = "waiting", **query: str) -> list[Json]:
    """What guests sent a person."""
    answer = person.http.get("/api/collected", params={"stage": stage, **query})
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["images"]
    return found


def decide(person: Person, decision: str, *ids: str, **more: Any) -> Json:
    body = {"decision": decision, **({"ids": list(ids)} if ids else {}), **more}
    answer = person.http.post("/api/collected/decide", json=body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found
