"""Previews of links for messengers: nothing but a title and one picture (THREATS 3, 26, 43)."""

import base64
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2
import pytest
from PIL import Image as Pillow
from sqlalchemy import Engine, text

from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, change_album, make_album
from tests.support.shares import PASSWORD, open_link
from tests.support.users import Json, Person

CANARY = b"canary of metadata"


def picture(
    width: int = 1200, height: int = 630, *, kind: str = "JPEG", noise: bool = False
) -> str:
    """Return one that says something of itself, in base64."""
    drawn = (
        Pillow.effect_noise((width, height), 100).convert("RGB")
        if noise
        else Pillow.new("RGB", (width, height), "teal")
    )
    exif = Pillow.Exif()
    exif[0x010E] = CANARY.decode()
    made = io.BytesIO()
    drawn.save(made, kind, exif=exif, comment=CANARY, quality=95)
    return base64.b64encode(made.getvalue()).decode()


def make(person: Person, database: Engine, *, preview: str | None = None, **fields: object) -> Json:
    """Make a link to an album of one image; what is said of it with `image_id` and `preview_id`."""
    album = make_album(person)
    (image_id,) = add_images(person, database, 1)
    add_to(person, album, [image_id])
    if preview is not None:
        fields["preview"] = {"image_id": image_id, "jpeg": preview}
    answer = person.http.post("/api/shares", json={"album_id": album} | fields)
    answer.raise_for_status()
    made: Json = answer.json()
    return made | {"image_id": image_id, "preview_id": preview_of(made)}


def preview_of(link: Json) -> str:
    """The id in its address."""
    path: str = link["url"].partition("#")[0].rpartition("/s")[2]
    return path.removeprefix("/")


def page(visitor: httpx2.Client, preview: str) -> str:
    answer = visitor.get(f"/api/shared/previews/{preview}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def said(page: str) -> dict[str, str]:
    return dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', page)
    )


def picture_of(visitor: httpx2.Client, preview: str) -> httpx2.Response:
    return visitor.get(f"/api/shared/previews/{preview}/picture")


def test_a_messenger_is_told_the_title_and_shown_the_picture_and_no_metadata(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    title = 'Tom & "Jerry" <script>'
    made = make(ada, database, title=title, note="Not for all", preview=picture())
    _, _, token = made["url"].partition("#")
    assert made["has_preview"]
    assert made["id"] not in made["url"]
    seen = page(visitor, made["preview_id"])
    assert "<script>" not in seen.replace('<script src="/share-link.js">', "")
    assert "Not for all" not in seen
    assert token not in seen
    told = said(seen)
    assert told["og:title"] == "Tom &amp; &quot;Jerry&quot; &lt;script&gt;"
    assert told["og:image"].endswith(f"/api/shared/previews/{made['preview_id']}/picture")
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    answer = picture_of(visitor, made["preview_id"])
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert CANARY not in answer.content
    assert Pillow.open(io.BytesIO(answer.content)).size == (1200, 630)
    assert CANARY in base64.b64decode(picture())
    open_link(visitor, token).raise_for_status()


def end(person: Person, link: Json, _: Engine) -> None:
    person.http.delete(f"/api/shares/{link['id']}").raise_for_status()


def take_away(person: Person, link: Json, _: Engine) -> None:
    answer = person.http.patch(f"/api/shares/{link['id']}", json={"preview": None})
    assert answer.json()["has_preview"] is False


def lock(person: Person, link: Json, _: Engine) -> None:
    answer = person.http.patch(f"/api/shares/{link['id']}", json={"password": PASSWORD})
    assert answer.json()["has_preview"] is False


def expire(_: Person, link: Json, database: Engine) -> None:
    over = datetime.now(UTC) - timedelta(seconds=1)
    with database.begin() as connection:
        connection.execute(
            text("UPDATE shares SET expires_at = :over WHERE id = :id"),
            {"over": over, "id": link["id"]},
        )


def delete_album(person: Person, link: Json, _: Engine) -> None:
    person.http.delete(f"/api/albums/{link['album_id']}").raise_for_status()


def delete_image(person: Person, link: Json, _: Engine) -> None:
    person.http.delete(f"/api/images/{link['image_id']}").raise_for_status()


def take_out(person: Person, link: Json, _: Engine) -> None:
    change_album(
        person, "remove_from_album", link["album_id"], [link["image_id"]]
    ).raise_for_status()


def hide_from_guests(person: Person, link: Json, _: Engine) -> None:
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    changes = {"expires_at": until, "collect": {"show_pictures": False}}
    person.http.patch(f"/api/shares/{link['id']}", json=changes).raise_for_status()


def renew(person: Person, link: Json, _: Engine) -> None:
    answer = person.http.post(f"/api/shares/{link['id']}/address")
    renewed = answer.json()
    assert renewed["has_preview"]
    assert preview_of(renewed) != link["preview_id"]
    assert "og:image" in page(person.http, preview_of(renewed))


@pytest.mark.parametrize(
    "close",
    [
        *(end, take_away, lock, expire, delete_album, delete_image, take_out, hide_from_guests),
        renew,
    ],
)
def test_a_link_that_is_closed_says_what_one_says_that_never_was(
    ada: Person,
    visitor: httpx2.Client,
    database: Engine,
    close: Callable[[Person, Json, Engine], None],
) -> None:
    link = make(ada, database, title="Iceland", preview=picture())
    assert "Iceland" in page(visitor, link["preview_id"])
    close(ada, link, database)
    never = str(uuid4())
    assert page(visitor, link["preview_id"]) == page(visitor, never)
    gone, unknown = picture_of(visitor, link["preview_id"]), picture_of(visitor, never)
    assert gone.status_code == unknown.status_code == 404
    assert gone.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


def test_a_link_without_a_preview_says_nothing_by_its_id(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = make(ada, database, title="Iceland")
    assert link["preview_id"] == ""
    assert page(visitor, link["id"]) == page(visitor, str(uuid4()))


def test_a_link_with_a_password_shows_no_preview_that_a_bug_has_left(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = make(ada, database, title="Iceland", preview=picture())
    with database.begin() as connection:
        connection.execute(
            text("UPDATE shares SET password_hash = 'x' WHERE id = :id"), {"id": link["id"]}
        )
    assert page(visitor, link["preview_id"]) == page(visitor, str(uuid4()))
    assert picture_of(visitor, link["preview_id"]).status_code == 404


def test_the_preview_is_no_visit_and_opens_nothing(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = make(ada, database, preview=picture())
    page(visitor, link["preview_id"])
    picture_of(visitor, link["preview_id"])
    (listed,) = ada.http.get("/api/shares").json()["shares"]
    assert listed["visits"] == 0
    assert "jpeg" not in str(listed)
    assert open_link(visitor, link["id"]).status_code == 404


def test_only_the_owner_gives_or_takes_a_preview(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = make(ada, database, title="Iceland", preview=picture())
    for preview in (None, {"image_id": link["image_id"], "jpeg": picture(10, 10)}):
        answer = bob.http.patch(f"/api/shares/{link['id']}", json={"preview": preview})
        assert answer.status_code == 404
    assert said(page(visitor, link["preview_id"]))["og:image:width"] == "1200"
    another = {"image_id": link["image_id"], "jpeg": picture(600, 315)}
    answer = ada.http.patch(f"/api/shares/{link['id']}", json={"preview": another})
    assert answer.json()["has_preview"]
    assert said(page(visitor, link["preview_id"]))["og:image:width"] == "600"


@pytest.mark.parametrize(
    ("jpeg", "fields"),
    [
        (picture(), {"password": PASSWORD}),
        (picture(1201, 10), {}),
        (picture(480, 480, noise=True), {}),
        (picture(kind="PNG"), {}),
        (picture()[:4000], {}),
        (base64.b64encode(b"\xff\xd8\xff<svg onload=alert(1)>").decode(), {}),
        ("not base64!", {}),
        ("", {}),
    ],
    ids=["password", "too wide", "too heavy", "PNG", "cut", "no JPEG", "no base64", "empty"],
)
def test_what_is_no_preview_makes_no_link(
    ada: Person, database: Engine, jpeg: str, fields: dict[str, object]
) -> None:
    album = make_album(ada)
    (image_id,) = add_images(ada, database, 1)
    add_to(ada, album, [image_id])
    preview = {"image_id": image_id, "jpeg": jpeg}
    answer = ada.http.post("/api/shares", json={"album_id": album, "preview": preview} | fields)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["preview"]
    assert ada.http.get("/api/shares").json()["shares"] == []


def test_a_preview_is_of_what_the_link_shows(ada: Person, bob: Person, database: Engine) -> None:
    album = make_album(ada)
    shown, other = add_images(ada, database, 2)
    add_to(ada, album, [shown])
    others = [other, *add_images(bob, database, 1), str(uuid4())]
    for image_id in others:
        preview = {"image_id": image_id, "jpeg": picture()}
        answer = ada.http.post("/api/shares", json={"album_id": album, "preview": preview})
        assert answer.status_code == 422
    assert ada.http.get("/api/shares").json()["shares"] == []
