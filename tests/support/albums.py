"""Albums, as tests make and read them."""

from typing import Any

import httpx2

from tests.support.users import Json, Person


def make_album(person: Person, **fields: Any) -> str:
    """Make an album; return its id."""
    answer = person.http.post("/api/albums", json={"title": "Iceland"} | fields)
    answer.raise_for_status()
    album_id: str = answer.json()["id"]
    return album_id


def change_album(
    person: Person, action: str, album_id: str, ids: list[str], **more: Any
) -> httpx2.Response:
    """Add images to an album, or remove them."""
    body = {"action": action, "album_id": album_id, "images": {"ids": ids}} | more
    return person.http.post("/api/images/batch", json=body)


def add_to(person: Person, album_id: str, ids: list[str]) -> Json:
    """Put images into an album."""
    answer = change_album(person, "add_to_album", album_id, ids)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def read_album(person: Person, album_id: str) -> Json:
    """An album, as the API shows it."""
    answer = person.http.get(f"/api/albums/{album_id}")
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def ids_in(person: Person, album_id: str) -> list[str]:
    """The ids of the images of an album, by its order."""
    return ids_of_pages(person, f"/api/albums/{album_id}/images")


def ids_of_pages(person: Person, path: str) -> list[str]:
    """The ids of all pages of a list."""
    ids: list[str] = []
    query: dict[str, str] = {}
    while True:
        answer = person.http.get(path, params=query)
        answer.raise_for_status()
        page = answer.json()
        ids += page["ids"]
        if not page["next_cursor"]:
            return ids
        query = {"cursor": page["next_cursor"]}
