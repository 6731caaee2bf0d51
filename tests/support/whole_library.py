"""Libraries with everything that can be set, and what is to be equal in two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.api.conftest import until
from tests.support.albums import add_to, make_album
from tests.support.images import jpeg, png
from tests.support.importing import on_the_site

if TYPE_CHECKING:
    from tests.support.users import Person


def fill(person: Person) -> None:
    """Set everything that can be set, on pictures with dates and without."""
    pictures = [jpeg(seed=4100 + number, name="same name.jpg") for number in range(5)]
    pictures += [png(seed=4200 + number, name=f"a:b?{number}.png") for number in range(4)]
    ids = person.upload(*pictures)
    until(lambda: all(person.settled(image_id) for image_id in ids))
    words = {"alt_text": "A boat", "text": "Two\nlines", "visible_text": "N 12", "tags": ["sea"]}
    at = {"at": "1931-02-03T04:05:06", "offset_minutes": None}
    for image_id, changes in zip(
        ids,
        [
            {"description": words, "favourite": True, "name": "Boat, at sea.jpg", "title": "Ours"},
            {"taken": {**at, "offset_minutes": -210}, "rating": 4},
            {"location": {"latitude": -33.9, "longitude": 18.4}, "archived": True},
            {"rating": 0, "location": {"latitude": None, "longitude": None}},
            {"rating": -1, "title": ""},
            {"taken": at},
            {"archived": True, "favourite": True},
        ],
        strict=False,
    ):
        person.http.patch(f"/api/images/{image_id}", json=changes).raise_for_status()
    for tag, tagged in (("family/Oma", ids[:3]), ("a|b", ids[1:2])):
        body = {"action": "add_tag", "tag": tag, "images": {"ids": tagged}}
        person.http.post("/api/images/batch", json=body).raise_for_status()
    album = make_album(person, title="By hand", order="manual")
    for image_id in (ids[4], ids[0], ids[8], ids[2]):
        add_to(person, album, [image_id])
    add_to(person, make_album(person, title="By date", order="newest"), ids[:4])
    make_album(person, title="Empty")
    person.http.delete(f"/api/images/{ids[7]}").raise_for_status()


def library(person: Person) -> dict[str, dict[str, Any]]:
    """All pictures that are not in Recently deleted, without what is of an account only."""
    names = (
        "name", "size", "content_type", "state", "taken_at", "timeline_at", "favourite",
        "corrected", "location", "rating", "title", "caption", "camera", "width", "height",
    )  # fmt: skip
    described = ("source", "alt_text", "text", "visible_text", "tags")
    found = {}
    for image in on_the_site(person):
        if image["deleted_at"]:
            continue
        description = image["description"]
        found[image["sha256"]] = {name: image[name] for name in names} | {
            "archived": image["archived_at"] is not None,
            "tags": [tag["path"] for tag in image["tags"]],
            "description": description and {name: description[name] for name in described},
        }
    return found


def albums(person: Person) -> dict[str, tuple[str, list[str]]]:
    """The order of each album, and its pictures in it."""
    hashes = {image["id"]: image["sha256"] for image in on_the_site(person)}
    found = {}
    for album in person.http.get("/api/albums").json()["albums"]:
        ids = person.http.get(f"/api/albums/{album['id']}/images").json()["ids"]
        inside = [hashes[image_id] for image_id in ids]
        # Of pictures of one second, the id decides, and that is another in each account.
        is_by_hand = album["order"] == "manual"
        found[album["title"]] = (album["order"], inside if is_by_hand else sorted(inside))
    return found
