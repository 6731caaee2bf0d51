"""Searching, as tests do."""

from typing import Any

from tests.support.users import Json, Person


def search(person: Person, q: str, **query: str | int) -> Json:
    answer = person.http.get("/api/search", params={"q": q, **query})
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def ids_of(person: Person, q: str, **query: str | int) -> list[str]:
    return [image["id"] for image in search(person, q, **query)["images"]]


def describe(person: Person, image_id: str, **words: Any) -> None:
    body = {"description": {"alt_text": ""} | words}
    person.http.patch(f"/api/images/{image_id}", json=body).raise_for_status()


def change(person: Person, image_id: str, **changed: Any) -> None:
    person.http.patch(f"/api/images/{image_id}", json=changed).raise_for_status()
