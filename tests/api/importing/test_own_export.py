"""Out of Pinhole and into it again: another account has the same library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2

from tests.api.conftest import until
from tests.support.albums import add_to, make_album
from tests.support.images import jpeg, png
from tests.support.importing import Importer, on_the_site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.users import Person


def test_library_comes_back_as_it_was(site: str, ada: Person, bob: Person, tmp_path: Path) -> None:
    fill(ada)
    zips = download(ada, tmp_path)
    importer = Importer(site, bob, tmp_path)
    code, said = importer.run(*zips)
    assert code == 0, said
    assert library(bob) == library(ada)
    assert albums(bob) == albums(ada)


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


def download(person: Person, folder: Path) -> list[Path]:
    person.http.post("/api/account/exports").raise_for_status()
    paths = []
    for number, part in enumerate(until(lambda: _ready(person))["parts"]):
        paths.append(folder / f"part-{number}.zip")
        paths[-1].write_bytes(httpx2.get(part["url"]).content)
    return paths


def _ready(person: Person) -> dict[str, Any] | None:
    (export,) = person.http.get("/api/account/exports").json()["exports"]
    return export if export["state"] == "ready" else None


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
