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
from tests.support.albums import add_to, make_album
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


def make(person: Person, database: Engine, **fields: object) -> Json:
    album = make_album(person)
    add_to(person, album, add_images(person, database, 1))
    answer = person.http.post("/api/shares", json={"album_id": album} | fields)
    answer.raise_for_status()
    made: Json = answer.json()
    return made


def page(visitor: httpx2.Client, link: str) -> str:
    answer = visitor.get(f"/api/shared/links/{link}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def said(page: str) -> dict[str, str]:
    return dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', page)
    )


def picture_of(visitor: httpx2.Client, link: str) -> httpx2.Response:
    return visitor.get(f"/api/shared/links/{link}/picture")


def test_a_messenger_is_told_the_title_and_shown_the_picture_and_no_metadata(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    title = 'Tom & "Jerry" <script>'
    made = make(ada, database, title=title, note="Not for all", preview=picture())
    path, _, token = made["url"].partition("#")
    assert path.endswith(f"/s/{made['id']}")
    assert made["has_preview"]
    seen = page(visitor, made["id"])
    assert "<script>" not in seen.replace('<script src="/share-link.js">', "")
    assert "Not for all" not in seen
    assert token not in seen
    told = said(seen)
    assert told["og:title"] == "Tom &amp; &quot;Jerry&quot; &lt;script&gt;"
    assert told["og:image"].endswith(f"/api/shared/links/{made['id']}/picture")
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    answer = picture_of(visitor, made["id"])
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


@pytest.mark.parametrize("close", [end, take_away, lock, expire, delete_album])
def test_a_link_that_is_closed_says_what_one_says_that_never_was(
    ada: Person,
    visitor: httpx2.Client,
    database: Engine,
    close: Callable[[Person, Json, Engine], None],
) -> None:
    link = make(ada, database, title="Iceland", preview=picture())
    assert "Iceland" in page(visitor, link["id"])
    close(ada, link, database)
    never = str(uuid4())
    assert page(visitor, link["id"]) == page(visitor, never)
    gone, unknown = picture_of(visitor, link["id"]), picture_of(visitor, never)
    assert gone.status_code == unknown.status_code == 404
    assert gone.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


def test_a_link_without_a_preview_says_nothing_by_its_id(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = make(ada, database, title="Iceland")
    assert f"/s/{link['id']}" not in link["url"]
    assert page(visitor, link["id"]) == page(visitor, str(uuid4()))
    # And one with a password, whose preview a bug has left.
    with database.begin() as connection:
        connection.execute(
            text("INSERT INTO share_previews VALUES (:id, :jpeg, 1, 1)"),
            {"id": link["id"], "jpeg": base64.b64decode(picture())},
        )
        connection.execute(
            text("UPDATE shares SET password_hash = 'x' WHERE id = :id"), {"id": link["id"]}
        )
    assert page(visitor, link["id"]) == page(visitor, str(uuid4()))
    assert picture_of(visitor, link["id"]).status_code == 404


def test_the_preview_is_no_visit_and_opens_nothing(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = make(ada, database, preview=picture())
    page(visitor, link["id"])
    picture_of(visitor, link["id"])
    (listed,) = ada.http.get("/api/shares").json()["shares"]
    assert listed["visits"] == 0
    assert "jpeg" not in str(listed)
    assert open_link(visitor, link["id"]).status_code == 404


def test_only_the_owner_gives_or_takes_a_preview(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = make(ada, database, title="Iceland", preview=picture())
    for preview in (None, picture(10, 10)):
        answer = bob.http.patch(f"/api/shares/{link['id']}", json={"preview": preview})
        assert answer.status_code == 404
    assert said(page(visitor, link["id"]))["og:image:width"] == "1200"
    answer = ada.http.patch(f"/api/shares/{link['id']}", json={"preview": picture(600, 315)})
    assert answer.json()["has_preview"]
    assert said(page(visitor, link["id"]))["og:image:width"] == "600"


@pytest.mark.parametrize(
    "fields",
    [
        {"preview": picture(), "password": PASSWORD},
        {"preview": picture(1201, 10)},
        {"preview": picture(480, 480, noise=True)},
        {"preview": picture(kind="PNG")},
        {"preview": picture()[:4000]},
        {"preview": base64.b64encode(b"\xff\xd8\xff<svg onload=alert(1)>").decode()},
        {"preview": "not base64!"},
        {"preview": ""},
    ],
    ids=["password", "too wide", "too heavy", "PNG", "cut", "no JPEG", "no base64", "empty"],
)
def test_what_is_no_preview_makes_no_link(
    ada: Person, database: Engine, fields: dict[str, object]
) -> None:
    album = make_album(ada)
    add_to(ada, album, add_images(ada, database, 1))
    answer = ada.http.post("/api/shares", json={"album_id": album} | fields)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["preview"]
    assert ada.http.get("/api/shares").json()["shares"] == []
