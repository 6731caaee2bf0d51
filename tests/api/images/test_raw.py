"""Raw photos through the whole product, and videos, which are not taken in."""

import httpx2
import pytest

from tests.api.conftest import until
from tests.media.raw_samples import RAW
from tests.support.images import Picture
from tests.support.users import Person


@pytest.mark.parametrize("content_type", ["image/x-nikon-nef", "image/x-canon-cr3"])
def test_a_raw_photo_is_shown_and_kept_as_it_is(ada: Person, content_type: str) -> None:
    content = RAW[content_type]
    (image_id,) = ada.upload(Picture(name="DSC_1.raw", content_type=content_type, content=content))
    until(lambda: ada.settled(image_id))
    detail = ada.detail(image_id)
    assert (detail["state"], detail["content_type"]) == ("ready", content_type)
    assert (detail["width"], detail["height"]) == (160, 96)
    assert detail["camera"]["model"] == "Box One"
    assert httpx2.get(detail["preview_url"]).headers["content-type"] == "image/jpeg"
    original = httpx2.get(ada.http.get(f"/api/images/{image_id}/original").json()["url"])
    assert original.content == content
    assert original.headers["content-type"] == content_type
    assert original.headers["content-disposition"].startswith("attachment;")


def test_videos_are_refused_in_words(ada: Person) -> None:
    clip = Picture(name="clip.mp4", content_type="video/mp4", content=b"\0\0\0\x18ftypmp42" * 4)
    answer = ada.http.post("/api/images", json={"images": [clip.announcement()]})
    (place,) = answer.json()["places"]
    assert (place["status"], place["code"]) == ("refused", "unsupported_type")
    assert "Videos are not taken in yet" in place["detail"]


def test_a_video_under_another_name_is_refused_when_it_has_come(ada: Person) -> None:
    content = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100)
    (image_id,) = ada.upload(Picture(name="x.jpg", content_type="image/jpeg", content=content))
    settled = until(lambda: ada.settled(image_id))
    assert (settled["state"], settled["failure"]["code"]) == ("rejected", "unsupported_type")
    assert "videos are not yet" in settled["failure"]["detail"]
