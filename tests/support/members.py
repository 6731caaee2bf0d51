"""Albums shared with people, as tests do it."""

from typing import Any

import httpx2

from tests.support.albums import ids_of_pages
from tests.support.users import Json, Person


def invite(owner: Person, album: str, email: str, role: str = "viewer") -> Json:
    """Invite an address to an album."""
    answer = ask_to_invite(owner, album, email, role)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def ask_to_invite(owner: Person, album: str, email: str, role: str = "viewer") -> httpx2.Response:
    """Invite, whatever is answered."""
    body = {"email": email, "role": role}
    return owner.http.post(f"/api/albums/{album}/members", json=body)


def shared_with(person: Person) -> Json:
    """What is shared with a person."""
    answer = person.http.get("/api/shared-albums")
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def reply(person: Person, invitation: str, answer: str = "accept") -> httpx2.Response:
    """Answer an invitation."""
    return person.http.post(f"/api/album-invitations/{invitation}", json={"answer": answer})


def bring_in(owner: Person, album: str, person: Person, role: str = "viewer") -> str:
    """Invite somebody who accepts; return the id of the membership."""
    member: str = invite(owner, album, person.email, role)["id"]
    reply(person, member).raise_for_status()
    return member


def members_of(owner: Person, album: str) -> list[Json]:
    """Who is in an album, as its owner sees it."""
    answer = owner.http.get(f"/api/albums/{album}/members")
    answer.raise_for_status()
    found: list[Json] = answer.json()["members"]
    return found


def let(owner: Person, album: str, **shows: bool) -> None:
    """Say what members see."""
    owner.http.patch(f"/api/albums/{album}/members", json=shows).raise_for_status()


def seen_in(person: Person, album: str) -> list[str]:
    """The ids of what a person sees in an album, in its order."""
    return ids_of_pages(person, f"/api/shared-albums/{album}/images")


def addresses(person: Person, album: str, *ids: str) -> Json:
    """What a person gets of pictures in view."""
    answer = person.http.get(f"/api/shared-albums/{album}/addresses", params={"ids": ",".join(ids)})
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def whole(found: Json, kind: str, image: str) -> str:
    """The whole address of a thumbnail or a preview."""
    (part,) = (each for each in found["parts"] if image in each[kind])
    return f"{part['addresses']['base']}{part[kind][image]}&{part['addresses']['query']}"


def look(person: Person, album: str, image: str) -> Json:
    """One picture of an album, as a person sees it."""
    answer = person.http.get(f"/api/shared-albums/{album}/images/{image}")
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def add(person: Person, album: str, ids: list[str], **more: Any) -> httpx2.Response:
    """Add pictures of one's own to somebody's album."""
    return person.http.post(f"/api/shared-albums/{album}/images", json={"ids": ids} | more)
