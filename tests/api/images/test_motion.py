"""Moving parts of motion photos: kept beside the original, and played from there."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx2
import pytest

from tests.api.conftest import until
from tests.media.motion_samples import VIDEO, VIDEO_MILLISECONDS, of_google, of_heic, of_samsung
from tests.media.samples import quarters, saved
from tests.support.images import Picture
from tests.support.users import Json, Person

PAGE = b"<!doctype html><script>alert(document.domain)</script>"


def uploaded(person: Person, content: bytes, *, content_type: str = "image/jpeg") -> Json:
    picture = Picture(name="x.jpg", content_type=content_type, content=content)
    (image_id,) = person.upload(picture)
    until(lambda: person.settled(image_id))
    return person.detail(image_id)


@pytest.mark.parametrize("make", [of_google, of_samsung, of_heic])
def test_a_motion_photo_plays(ada: Person, make: Callable[[], bytes]) -> None:
    whole = make()
    detail = uploaded(ada, whole)
    assert (detail["state"], detail["has_motion"]) == ("ready", True)
    assert detail["motion_milliseconds"] == VIDEO_MILLISECONDS
    answer = httpx2.get(detail["motion_url"])
    assert answer.content == VIDEO
    assert answer.headers["content-type"] == "video/mp4"
    part = httpx2.get(detail["motion_url"], headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    # It is the file that was sent, video and all, that is saved and exported.
    saved_as = ada.http.get(f"/api/images/{detail['id']}/original").json()
    assert httpx2.get(saved_as["url"]).content == whole
    (listed,) = ada.http.get("/api/images").json()["images"]
    assert listed["has_motion"] is True


def test_its_address_is_that_of_a_video_and_no_page(ada: Person) -> None:
    url = urlsplit(uploaded(ada, of_samsung(VIDEO + b"\0\0\0\x40free" + PAGE))["motion_url"])
    query = dict(parse_qsl(url.query))
    for changed in (
        query | {"response-content-type": "text/html"},
        {k: v for k, v in query.items() if k != "response-content-type"},
    ):
        answer = httpx2.get(urlunsplit(url._replace(query=urlencode(changed))))
        assert answer.status_code == 403
    original = url._replace(path=url.path.replace("motion.mp4", "original"))
    assert httpx2.get(urlunsplit(original)).status_code == 403


def test_a_still_has_none(ada: Person) -> None:
    detail = uploaded(ada, saved(quarters(), "JPEG"))
    assert (detail["has_motion"], detail["motion_url"]) == (False, None)
    assert detail["motion_milliseconds"] is None


def test_page_may_play_from_the_bucket_only(ada: Person) -> None:
    policy = ada.http.get("/").headers["content-security-policy"]
    (played_from,) = (part for part in policy.split("; ") if part.startswith("media-src "))
    origin = urlsplit(uploaded(ada, of_samsung())["motion_url"])
    assert played_from == f"media-src {origin.scheme}://{origin.netloc}"


@pytest.mark.parametrize("query", ["is:motion", "motion photos", "is:motion taken:2024..", "x.jpg"])
def test_search_finds_motion_photos(ada: Person, query: str) -> None:
    moving = uploaded(ada, of_google())
    uploaded(ada, saved(quarters(), "JPEG", quality=80))
    answer = ada.http.get("/api/search", params={"q": query})
    found = [image["id"] for image in answer.json()["images"]]
    assert (moving["id"] in found) == ("taken" not in query)
    assert len(found) == {"x.jpg": 2, "is:motion taken:2024..": 0}.get(query, 1)
