"""Tags, as tests give and read them."""

from typing import Any

import httpx2

from tests.support.users import Json, Person


def change_tag(person: Person, action: str, ids: list[str], **named: Any) -> httpx2.Response:
    """Give images a tag, or take it away; `tag` or `tag_id` names it."""
    body = {"action": action, "images": {"ids": ids}} | named
    return person.http.post("/api/images/batch", json=body)


def tag_images(person: Person, path: str, ids: list[str]) -> Json:
    """Give images a tag."""
    answer = change_tag(person, "add_tag", ids, tag=path)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def tags_of(person: Person) -> dict[str, int]:
    """How many images each tag of a person has, by its path, as the list has them."""
    return {path: tag["count"] for path, tag in listed(person).items()}


def listed(person: Person, **query: Any) -> dict[str, Json]:
    """The tags of a person by their paths, in the order of the list."""
    answer = person.http.get("/api/tags", params=query)
    answer.raise_for_status()
    return {tag["path"]: tag for tag in answer.json()["tags"]}


def tag_id(person: Person, path: str) -> str:
    """The id of a tag."""
    found: str = listed(person)[path]["id"]
    return found


def rename(person: Person, path: str, to: str, **more: Any) -> httpx2.Response:
    """Give a tag another path."""
    return person.http.patch(f"/api/tags/{tag_id(person, path)}", json={"path": to} | more)


def ids_with(person: Person, path: str) -> list[str]:
    """The ids of the images of a tag and of those below it, newest first."""
    address = f"/api/tags/{tag_id(person, path)}/timeline"
    ids: list[str] = []
    for bucket in person.http.get(address).raise_for_status().json()["buckets"]:
        query: dict[str, str] = {}
        while True:
            answer = person.http.get(f"{address}/{bucket['key']}", params=query)
            page = answer.raise_for_status().json()
            ids += page["ids"]
            if not page["next_cursor"]:
                break
            query = {"cursor": page["next_cursor"]}
    return ids
