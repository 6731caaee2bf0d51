"""Nobody sees by a link what it does not show (THREATS 1, 3, 4, 6, 26, 34, 43)."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.sessions.tokens import new_token
from app.api.app import create_app
from app.clients.aws.session_policies import VISITOR_SECONDS
from app.database import now
from app.http.dependencies import build_parts
from app.settings import Settings
from app.sharing.visits import find_share, sign_visit
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.api.conftest import keys_of, until
from tests.media import test_metadata_stripping as canaries
from tests.media.motion_samples import VIDEO, of_samsung
from tests.support.albums import add_to, make_album
from tests.support.api_operations import OF_VISITORS
from tests.support.images import Picture, jpeg
from tests.support.shares import (
    PASSWORD,
    Link,
    in_view,
    open_link,
    share,
    shown,
    visit,
    whole,
)
from tests.support.users import Person, told, told_headers

SENDING = "/api/shared/uploads"
NewVisitor = Callable[[], httpx2.Client]


@pytest.fixture
def secret(ada: Person, database: Engine) -> tuple[Link, str]:
    """A link with a password, that shows all there is to show; and a picture of it."""
    (image,) = add_images(ada, database, 1)
    fields = ("allow_downloads", "show_dates", "show_descriptions", "show_names")
    link = share(ada, images={"ids": [image]}, password=PASSWORD, **dict.fromkeys(fields, True))
    return link, image


def representations(image: str) -> list[str]:
    """Every address of the API by which a visitor is shown a picture: from its document.

    What guests send is in test_collecting_attacks.py.
    """
    queries = dict.fromkeys(
        ("/api/shared/addresses", "/api/shared/downloads/originals"), f"?ids={image}"
    )
    return [
        path.format(image_id=image) + queries.get(path, "")
        for _, path in OF_VISITORS
        if path != SENDING
    ]


def ask(
    visitor: httpx2.Client, path: str, header: dict[str, str], image: str = ""
) -> httpx2.Response:
    """Ask one of these as the document has it; what is no GET names the picture in its body."""
    method = next((m for m, p in OF_VISITORS if m != "GET" and path == p), "GET")
    if method == "GET":
        return visitor.get(path, headers=header)
    return visitor.request(method, path, json={"ids": [image or str(uuid4())]}, headers=header)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A link with a password, somebody with a visit to it, and the site that they are at."""

    owner: Person
    stranger: Person
    link: Link
    visit: dict[str, str]
    visitor: httpx2.Client
    database: Engine
    stack: EmbeddedStack


def with_nothing(_: Scene) -> dict[str, str]:
    return {}


def with_a_wrong_password(scene: Scene) -> dict[str, str]:
    answer = open_link(scene.visitor, scene.link.token, "two herons at high tide")
    assert answer.status_code == 404
    return {"Pinhole-Visit": scene.link.token}  # all that such a visitor has


def with_an_expired_link(scene: Scene) -> dict[str, str]:
    _set_expiry(scene.database, scene.link, "now()")
    return scene.visit


def with_a_link_that_was_ended(scene: Scene) -> dict[str, str]:
    scene.owner.http.delete(f"/api/shares/{scene.link.id}").raise_for_status()
    return scene.visit


def with_a_forged_visit(scene: Scene) -> dict[str, str]:
    signed = bytearray(base64.urlsafe_b64decode(scene.visit["Pinhole-Visit"] + "="))
    signed[20] ^= 1  # it would be good a little longer
    return {"Pinhole-Visit": base64.urlsafe_b64encode(signed).decode().rstrip("=")}


def with_a_visit_of_yesterday(scene: Scene) -> dict[str, str]:
    return {"Pinhole-Visit": _visit_that_is_over(scene.stack, scene.link)}


@pytest.fixture
def scene(
    secret: tuple[Link, str],
    ada: Person,
    bob: Person,
    visitor: httpx2.Client,
    database: Engine,
    stack: EmbeddedStack,
) -> Scene:
    link, image = secret
    good = visit(visitor, link, PASSWORD)
    for path in representations(image):  # so that the tests would see it
        assert ask(visitor, path, good, image).status_code == 200
    return Scene(
        owner=ada,
        stranger=bob,
        link=link,
        visit=good,
        visitor=visitor,
        database=database,
        stack=stack,
    )


@pytest.mark.parametrize(
    "kind",
    [
        with_nothing,
        with_a_wrong_password,
        with_an_expired_link,
        with_a_link_that_was_ended,
        with_a_forged_visit,
        with_a_visit_of_yesterday,
    ],
)
def test_none_is_let_in_to_any_representation(
    scene: Scene, secret: tuple[Link, str], kind: Callable[[Scene], dict[str, str]]
) -> None:
    _, image = secret
    headers = kind(scene)
    for path in representations(image):
        answer = ask(scene.visitor, path, headers, image)
        assert (answer.status_code, answer.json()["code"]) == (404, "share_closed")
        assert image not in answer.text


def test_another_link_shows_nothing_of_it(scene: Scene, secret: tuple[Link, str]) -> None:
    _, image = secret
    other = share(scene.stranger, images={"ids": add_images(scene.stranger, scene.database, 1)})
    header = visit(scene.visitor, other)
    for path in representations(image):
        answer = ask(scene.visitor, path, header, image)
        refused = f"/images/{image}" in path or "/downloads/" in path
        assert answer.status_code == (404 if refused else 200)
        assert image not in answer.text


def test_the_moment_of_its_end_is_the_databases(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = share(ada, images={"ids": add_images(ada, database, 1)})
    header = visit(visitor, link)
    _set_expiry(database, link, "now() + interval '1 second'")
    assert visitor.get("/api/shared/images", headers=header).status_code == 200
    _set_expiry(database, link, "now() - interval '1 second'")
    assert visitor.get("/api/shared/images", headers=header).status_code == 404
    assert open_link(visitor, link.token).status_code == 404


def test_closed_links_answer_alike(ada: Person, new_visitor: NewVisitor, database: Engine) -> None:
    images = add_images(ada, database, 1)
    expired, ended, locked = (
        share(ada, images={"ids": images}, password=PASSWORD) for _ in range(3)
    )
    _set_expiry(database, expired, "now()")
    ada.http.delete(f"/api/shares/{ended.id}").raise_for_status()
    for password in (None, "two herons at high tide"):
        visitor = new_visitor()
        answers = [
            open_link(visitor, token, password)
            for token in (locked.token, expired.token, ended.token, new_token(), "x")
        ]
        assert {each.status_code for each in answers} == {404}
        assert len({told(each) for each in answers}) == 1
        assert len({str(told_headers(each)) for each in answers}) == 1
    # Not by the right one, either.
    assert {
        open_link(new_visitor(), each.token, PASSWORD).status_code for each in (expired, ended)
    } == {404}
    assert open_link(new_visitor(), locked.token, PASSWORD).status_code == 200


def test_other_pictures_are_never_reached_by_a_link(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    hers, his = add_images(ada, database, 3), add_images(bob, database, 1)
    album = make_album(ada)
    add_to(ada, album, hers[:1])
    fields = ("allow_downloads", "show_dates", "show_descriptions", "show_names")
    everything = dict.fromkeys(fields, True)
    links = [
        share(ada, album_id=album, **everything),
        share(ada, images={"ids": hers[:1]}, **everything),
    ]
    for link in links:
        header = visit(visitor, link)
        assert shown(visitor, header) == hers[:1]
        asked = (*hers, *his, str(uuid4()))
        assert in_view(visitor, header, *asked)["thumbnails"].keys() == {hers[0]}
        answers = [
            [visitor.get(f"/api/shared/images/{each}{end}", headers=header) for each in asked[1:]]
            for end in ("", "/original")
        ]
        for same in answers:
            assert {each.status_code for each in same} == {404}
            assert len({told(each) for each in same}) == 1
    # Were a row there all the same, its owner would be asked about, too.
    with database.begin() as connection:
        add = text("INSERT INTO share_images VALUES (:share, :image, 9)")
        connection.execute(add, {"share": links[1].id, "image": his[0]})
        add = text(
            "INSERT INTO album_images (album_id, image_id, position, shown_at)"
            " VALUES (:album, :image, 9, now())"
        )
        connection.execute(add, {"album": album, "image": his[0]})
    for link in links:
        header = visit(visitor, link)
        assert shown(visitor, header) == hers[:1]
        assert in_view(visitor, header, *his)["thumbnails"] == {}
        assert visitor.get(f"/api/shared/images/{his[0]}", headers=header).status_code == 404


def test_nothing_but_the_picture_is_told_unless_its_owner_says_so(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    images = add_images(ada, database, 3)
    words = {"alt_text": "Whales", "text": "Two whales.", "visible_text": "X", "tags": ["sea"]}
    for image in images:
        said = {"description": words, "title": "Breaching"}
        ada.http.patch(f"/api/images/{image}", json=said).raise_for_status()
    album = make_album(ada, title="Iceland", description="Of us")
    add_to(ada, album, images)
    link = share(ada, album_id=album, name="For Grandma")
    header = visit(visitor, link)
    answers = [
        open_link(visitor, link.token),
        *(ask(visitor, path, header, images[0]) for path in representations(images[0])),
    ]
    assert [each.status_code for each in answers].count(404) == 3  # all of originals
    everything = " ".join(each.text for each in answers)
    for word in (
        "Whales",
        "whales",
        "Breaching",
        "sea",
        ".jpg",
        "2024",
        "Iceland",
        "Of us",
        "Grandma",
    ):
        assert word not in everything
    assert ada.email not in everything
    ada.http.patch(f"/api/shares/{link.id}", json={"show_descriptions": True}).raise_for_status()
    seen = visitor.get(f"/api/shared/images/{images[0]}", headers=header).json()
    assert seen["alt_text"] == "Whales"
    assert (seen["description"], seen["title"]) == ("Two whales.", "Breaching")
    assert (seen["name"], seen["date"]) == (None, None)
    assert in_view(visitor, header, images[0])["alt_texts"] == {images[0]: "Whales"}
    undescribed = ada.http.patch(f"/api/images/{images[1]}", json={"description": None})
    undescribed.raise_for_status()
    assert in_view(visitor, header, images[1])["alt_texts"] == {images[1]: "Breaching"}


def test_pages_hang_together_and_their_cursors_tell_no_date(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    images = add_images(ada, database, 4_500)
    album = make_album(ada)
    add_to(ada, album, images)
    selection = share(ada, images={"ids": images})
    for order, wanted in (("newest", images), ("oldest", images[::-1]), ("manual", images[::-1])):
        ada.http.patch(f"/api/albums/{album}", json={"order": order}).raise_for_status()
        header = visit(visitor, share(ada, album_id=album))
        assert shown(visitor, header) == wanted
    header = visit(visitor, selection)
    assert shown(visitor, header) == images
    page = visitor.get("/api/shared/images", headers=header).json()
    cursor = page["next_cursor"]
    said = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    assert said == f"shared|{images[1999].replace('-', '')}"
    assert page["days"] == []
    for wrong in ("x", cursor[:-2], base64.urlsafe_b64encode(b"shared|x").decode()):
        answer = visitor.get("/api/shared/images", params={"cursor": wrong}, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
    ada.http.delete(f"/api/images/{images[1999]}").raise_for_status()
    answer = visitor.get("/api/shared/images", params={"cursor": cursor}, headers=header)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_addresses_live_for_a_minute_and_die_with_the_link(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    (image,) = ada.upload(jpeg(seed=801))
    until(lambda: ada.settled(image))
    link = share(ada, images={"ids": [image]}, allow_downloads=True)
    header = visit(visitor, link)
    found = in_view(visitor, header, image)
    original = visitor.get(f"/api/shared/images/{image}/original", headers=header).json()["url"]
    addresses = [whole(found, kind, image) for kind in ("thumbnails", "previews")] + [original]
    for address in addresses:
        assert httpx2.get(address).status_code == 200
        query = parse_qs(urlsplit(address).query)
        assert 1 <= int(query["X-Amz-Expires"][0]) <= VISITOR_SECONDS == 60
        signed_at = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert signed_at <= datetime.now(UTC)
    # One that is about to end gives none that outlive it.
    _set_expiry(database, link, "now() + interval '2 seconds'")
    last = whole(in_view(visitor, header, image), "thumbnails", image)
    assert httpx2.get(last).status_code == 200
    until(lambda: httpx2.get(last).status_code == 403)
    until(lambda: visitor.get("/api/shared/images", headers=header).status_code == 404)


def test_a_visitors_addresses_open_nothing_else(
    ada: Person, bob: Person, visitor: httpx2.Client
) -> None:
    """IAM is the last guard: what signs for a link reads no original, and nobody else's."""
    ids = ada.upload(jpeg(seed=802), jpeg(seed=803))
    (his,) = bob.upload(jpeg(seed=804))
    until(lambda: all(ada.settled(each) for each in ids) and bob.settled(his))
    link = share(ada, images={"ids": ids[:1]}, allow_downloads=True)
    header = visit(visitor, link)
    address = whole(in_view(visitor, header, *ids), "thumbnails", ids[0])
    own, other = (each.replace("-", "") for each in ids)
    person, stranger = (each.user_id.replace("-", "") for each in (ada, bob))
    assert httpx2.get(address).status_code == 200
    for changed in (
        address.replace("thumbnail.webp", "original"),
        address.replace(own, other),
        address.replace(own, his.replace("-", "")).replace(person, stranger),
    ):
        assert changed != address
        assert httpx2.get(changed).status_code == 403
    for method in ("PUT", "DELETE", "HEAD"):
        assert httpx2.request(method, address).status_code == 403
    original = visitor.get(f"/api/shared/images/{ids[0]}/original", headers=header).json()["url"]
    assert httpx2.get(original).content == jpeg(seed=802).content
    assert httpx2.get(original.replace(own, other)).status_code == 403


def test_moving_parts_only_where_originals_may_be_saved(
    ada: Person, visitor: httpx2.Client
) -> None:
    """A video may say where it was taken, and nothing takes that out."""
    moving = Picture(name="x.jpg", content_type="image/jpeg", content=of_samsung())
    image, still = ada.upload(moving, jpeg(seed=841))
    until(lambda: ada.settled(image) and ada.settled(still))
    link = share(ada, images={"ids": [image, still]})
    header = visit(visitor, link)

    def motion(of: str) -> str | None:
        seen = visitor.get(f"/api/shared/images/{of}", headers=header)
        url: str | None = seen.json()["motion_url"]
        return url

    assert motion(image) is None
    ada.http.patch(f"/api/shares/{link.id}", json={"allow_downloads": True}).raise_for_status()
    assert motion(still) is None
    # A video has a place of its own to say where it was taken.
    ada.http.patch(f"/api/shares/{link.id}", json={"without_metadata": True}).raise_for_status()
    assert motion(image) is None
    ada.http.patch(f"/api/shares/{link.id}", json={"without_metadata": False}).raise_for_status()
    url = motion(image)
    assert url is not None
    assert httpx2.get(url).content == VIDEO
    for part in ("original", "thumbnail.webp"):
        assert httpx2.get(url.replace("motion.mp4", part)).status_code == 403
    # What signs for thumbnails does not read it.
    address = whole(in_view(visitor, header, image), "thumbnails", image)
    assert httpx2.get(address.replace("thumbnail.webp", "motion.mp4")).status_code == 403
    assert 1 <= int(parse_qs(urlsplit(url).query)["X-Amz-Expires"][0]) <= VISITOR_SECONDS


def test_originals_only_where_their_owner_lets(ada: Person, visitor: httpx2.Client) -> None:
    picture = jpeg(seed=805, name="Grandma's house.jpg")
    (image,) = ada.upload(picture)
    until(lambda: ada.settled(image))
    link = share(ada, images={"ids": [image]})
    header = visit(visitor, link)
    path = f"/api/shared/images/{image}/original"
    assert visitor.get(path, headers=header).status_code == 404
    ada.http.patch(f"/api/shares/{link.id}", json={"allow_downloads": True}).raise_for_status()
    saved = httpx2.get(visitor.get(path, headers=header).json()["url"])
    assert saved.content == picture.content
    assert f'filename="picture-{image[:8]}.jpg"' in saved.headers["Content-Disposition"]
    ada.http.patch(f"/api/shares/{link.id}", json={"show_names": True}).raise_for_status()
    saved = httpx2.get(visitor.get(path, headers=header).json()["url"])
    assert "Grandma" in saved.headers["Content-Disposition"]
    assert saved.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "content_type", "content"),
    [
        ("CANARY.jpg", "image/jpeg", canaries.jpeg()),
        ("CANARY.png", "image/png", canaries.png()),
        ("CANARY.tif", "image/tiff", canaries.tiff()),
        ("CANARY.heic", "image/heic", canaries.heic()),
    ],
)
def test_no_metadata_is_in_anything_that_a_visitor_can_fetch(
    ada: Person, visitor: httpx2.Client, name: str, content_type: str, content: bytes
) -> None:
    (image,) = ada.upload(Picture(name=name, content_type=content_type, content=content))
    until(lambda: ada.settled(image))
    link = share(ada, images={"ids": [image]})
    header = visit(visitor, link)
    found = in_view(visitor, header, image)
    fetched = [httpx2.get(whole(found, kind, image)) for kind in ("thumbnails", "previews")]
    assert {each.status_code for each in fetched} == {200}
    fetched += [ask(visitor, path, header, image) for path in representations(image)]
    fetched.append(open_link(visitor, link.token))
    for each in fetched:
        everything = each.content + str(each.headers).encode()
        assert b"CANARY" not in everything
        assert b"48.858" not in everything
        assert b"Exif" not in each.content
        assert b"http://ns.adobe.com" not in each.content


def test_answers_are_kept_nowhere_and_lead_nowhere(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = share(ada, images={"ids": add_images(ada, database, 1)})
    header = visit(visitor, link)
    answers = [
        open_link(visitor, link.token),
        open_link(visitor, "x"),
        *(ask(visitor, path, header) for path in representations(str(uuid4()))),
        *(ask(visitor, path, {}) for path in representations(str(uuid4()))),
        visitor.get("/api/shared/x.css"),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
    assert link.token not in " ".join(answer.text for answer in answers)


def test_a_visit_opens_nothing_of_its_owners(ada: Person, visitor: httpx2.Client) -> None:
    header = visit(visitor, share(ada, album_id=make_album(ada)))
    token = header["Pinhole-Visit"]
    for headers in (header, {"Authorization": f"Bearer {token}"}, {"Cookie": f"session={token}"}):
        for path in ("/api/images", "/api/shares", "/api/albums", "/api/account"):
            assert visitor.get(path, headers=headers).status_code == 401


def _set_expiry(database: Engine, link: Link, moment: str) -> None:
    with database.begin() as connection:
        query = text(f"UPDATE shares SET expires_at = {moment} WHERE id = :id")  # noqa: S608
        connection.execute(query, {"id": link.id})


def _visit_that_is_over(stack: EmbeddedStack, link: Link) -> str:
    """A visit that the site signed yesterday."""
    environment = stack.environment("api")
    with keys_of(environment):
        app = create_app(build_parts(Settings.from_environment(environment)))
    with app.test_request_context():
        found = find_share(link.token)
        assert found is not None
        return sign_visit(found, until=now() - timedelta(seconds=1))
