"""GIFs and WebPs that move: shown in place from their originals, as pictures and nothing else."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx2
import pytest
from PIL import Image

from tests.api.conftest import until
from tests.media.samples import RED, saved
from tests.support.images import Picture
from tests.support.users import Json, Person

PAGE = b"<!doctype html><script>alert(document.domain)</script>"


def film(kind: str, *, shade: int, frames: int = 3) -> bytes:
    pictures = [Image.new("RGB", (64, 48), (shade, 80 * n, 40)) for n in range(frames)]
    rest = {"save_all": True, "append_images": pictures[1:], "duration": 80} if frames > 1 else {}
    return saved(pictures[0], kind, **rest)


def uploaded(person: Person, content: bytes) -> Json:
    # Declared as something else: what the bytes are counts.
    (image_id,) = person.upload(Picture(name="x.jpg", content_type="image/jpeg", content=content))
    until(lambda: person.settled(image_id))
    return person.detail(image_id)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_what_moves_is_shown_in_place_as_the_picture_that_it_is(ada: Person, kind: str) -> None:
    content = film(kind, shade=10) + (PAGE if kind == "GIF" else b"")
    detail = uploaded(ada, content)
    assert (detail["state"], detail["is_animated"]) == ("ready", True)
    answer = httpx2.get(detail["animation_url"])
    assert answer.content == content
    assert answer.headers["content-type"] == f"image/{kind.lower()}"
    assert answer.headers["content-disposition"] == "inline"
    assert ada.detail(detail["id"])["animation_url"] == detail["animation_url"]


def test_it_cannot_be_made_to_be_anything_but_a_picture(ada: Person) -> None:
    url = urlsplit(uploaded(ada, film("GIF", shade=20) + PAGE)["animation_url"])
    query = dict(parse_qsl(url.query))
    for changed in (
        query | {"response-content-type": "text/html"},
        {k: v for k, v in query.items() if k != "response-content-type"},
    ):
        answer = httpx2.get(urlunsplit(url._replace(query=urlencode(changed))))
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "content",
    [film("GIF", shade=30, frames=1), film("WEBP", shade=30, frames=1)],
    ids=["gif", "webp"],
)
def test_what_stands_still_has_no_such_address(ada: Person, content: bytes) -> None:
    detail = uploaded(ada, content)
    assert (detail["is_animated"], detail["animation_url"]) == (False, None)


def test_pages_are_no_frames(ada: Person) -> None:
    pages = [Image.new("RGB", (64, 48), RED), Image.new("RGB", (64, 48))]
    detail = uploaded(ada, saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert (detail["is_animated"], detail["animation_url"]) == (False, None)


def test_a_film_that_breaks_off_stands_still(ada: Person) -> None:
    whole = film("WEBP", shade=40)
    detail = uploaded(ada, whole[: len(whole) * 3 // 4])
    assert detail["state"] == "damaged"
    assert detail["animation_url"] is None
