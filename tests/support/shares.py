"""Share links, as tests make and open them."""

from dataclasses import dataclass
from typing import Any

import httpx2

from tests.support.users import Json, Person

PASSWORD = "two herons at low tide"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link that was made."""

    id: str
    token: str


def share(person: Person, **fields: Any) -> Link:
    """Make a link."""
    answer = person.http.post("/api/shares", json=fields)
    answer.raise_for_status()
    made = answer.json()
    return Link(id=made["id"], token=made["url"].partition("#")[2])


def shares_of(person: Person) -> list[Json]:
    """All links of a person."""
    answer = person.http.get("/api/shares")
    answer.raise_for_status()
    found: list[Json] = answer.json()["shares"]
    return found


def open_link(visitor: httpx2.Client, token: str, password: str | None = None) -> httpx2.Response:
    """Open a link as its page does."""
    body = {"token": token} | ({} if password is None else {"password": password})
    return visitor.post("/api/shared/open", json=body)


def visit(visitor: httpx2.Client, link: Link, password: str | None = None) -> dict[str, str]:
    """Come in by a link; return the header of later requests."""
    answer = open_link(visitor, link.token, password)
    answer.raise_for_status()
    return {"Pinhole-Visit": answer.json()["visit"]}


def shown(visitor: httpx2.Client, header: dict[str, str]) -> list[str]:
    """The ids of what a visitor is shown, in their order."""
    ids: list[str] = []
    query: dict[str, str] = {}
    while True:
        answer = visitor.get("/api/shared/images", params=query, headers=header)
        answer.raise_for_status()
        page = answer.json()
        ids += page["ids"]
        if not page["next_cursor"]:
            return ids
        query = {"cursor": page["next_cursor"]}


def in_view(visitor: httpx2.Client, header: dict[str, str], *ids: str) -> Json:
    """What a visitor gets of pictures in view."""
    answer = visitor.get("/api/shared/addresses", params={"ids": ",".join(ids)}, headers=header)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def whole(found: Json, kind: str, image_id: str) -> str:
    """The whole address of a thumbnail or a preview."""
    shared = found["addresses"]
    return f"{shared['base']}{found[kind][image_id]}&{shared['query']}"
