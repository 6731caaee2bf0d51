"""Libraries shared with people, as tests do it."""

from typing import Any

import httpx2

from tests.support.users import Json, Person

EVERYTHING = {
    "show_descriptions": True,
    "show_names": True,
    "show_places": True,
    "allow_originals": True,
}


def ask_to_share(owner: Person, email: str, **more: Any) -> httpx2.Response:
    """Share a library, whatever is answered."""
    return owner.http.post("/api/library-shares", json={"email": email} | more)


def share_with(owner: Person, person: Person, **more: Any) -> str:
    """Share a library with somebody who accepts; return the id of the grant."""
    answer = ask_to_share(owner, person.email, **more)
    answer.raise_for_status()
    share: str = answer.json()["id"]
    reply(person, share).raise_for_status()
    return share


def reply(person: Person, invitation: str, answer: str = "accept") -> httpx2.Response:
    """Answer an invitation to a library."""
    return person.http.post(f"/api/library-invitations/{invitation}", json={"answer": answer})


def shares_of(owner: Person) -> list[Json]:
    """Whom a library is shared with, as its owner sees it."""
    answer = owner.http.get("/api/library-shares")
    answer.raise_for_status()
    people: list[Json] = answer.json()["people"]
    return people


def libraries_of(person: Person) -> Json:
    """The libraries that others share with a person."""
    answer = person.http.get("/api/shared-libraries")
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def months_in(person: Person, share: str) -> dict[str, int]:
    """How many pictures of each bucket a person is told of in a library, newest first."""
    answer = person.http.get(f"/api/shared-libraries/{share}/timeline")
    answer.raise_for_status()
    found = answer.json()
    months = {each["key"]: each["count"] for each in found["buckets"]}
    assert found["count"] == sum(months.values())
    return months


def bucket_in(person: Person, share: str, key: str) -> list[str]:
    """The ids of a bucket of a library, by its pages."""
    ids: list[str] = []
    query: dict[str, str] = {}
    while True:
        path = f"/api/shared-libraries/{share}/timeline/{key}"
        answer = person.http.get(path, params=query)
        answer.raise_for_status()
        page = answer.json()
        ids += page["ids"]
        if not page["next_cursor"]:
            return ids
        query = {"cursor": page["next_cursor"]}


def seen_in(person: Person, share: str) -> list[str]:
    """The ids of all that a person sees in a library, newest first."""
    return [each for key in months_in(person, share) for each in bucket_in(person, share, key)]


def addresses(person: Person, share: str, *ids: str) -> Json:
    """What a person gets of pictures of a library that are in view."""
    path = f"/api/shared-libraries/{share}/addresses"
    answer = person.http.get(path, params={"ids": ",".join(ids)})
    answer.raise_for_status()
    found: Json = answer.json()
    return found
