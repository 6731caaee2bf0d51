"""Raw photos through the whole product, and videos, which are not taken in."""

import httpx2
import pytest

from tests.api.conftest import until
from tests.media.raw_samples import RAW, srw
from tests.support.images import Picture
from tests.support.users import Person

ORF = "image/x-olympus-orf"


@pytest.mark.parametrize(
    "content_type",
    [
        *("image/x-nikon-nef", "image/x-canon-cr3", "image/x-olympus-orf", "image/x-pentax-pef"),
        *("image/x-samsung-srw", "image/x-hasselblad-3fr", "image/x-raw"),
    ],
)
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


def test_a_raw_photo_without_a_picture_in_it_is_kept(ada: Person) -> None:
    content = srw(has_jpegs=False)
    name, declared = "SAM_0001.SRW", "image/x-samsung-srw"
    (image_id,) = ada.upload(Picture(name=name, content_type=declared, content=content))
    settled = until(lambda: ada.settled(image_id))
    assert (settled["state"], settled["failure"]["title"]) == ("damaged", "No preview yet")
    assert (settled["width"], settled["height"]) == (6496, 4336)
    original = httpx2.get(ada.http.get(f"/api/images/{image_id}/original").json()["url"])
    assert original.content == content


def test_a_raw_photo_is_told_by_its_bytes(ada: Person) -> None:
    """Browsers know no type for it, and its name may end in anything."""
    photo = Picture(name="P5130012.jpg", content_type="image/jpeg", content=RAW[ORF])
    (image_id,) = ada.upload(photo)
    settled = until(lambda: ada.settled(image_id))
    assert (settled["state"], settled["content_type"]) == ("ready", ORF)


def test_videos_of_other_kinds_are_refused_in_words(ada: Person) -> None:
    clip = Picture(name="clip.webm", content_type="video/webm", content=b"\x1aE\xdf\xa3" * 4)
    answer = ada.http.post("/api/images", json={"images": [clip.announcement()]})
    (place,) = answer.json()["places"]
    assert (place["status"], place["code"]) == ("refused", "unsupported_type")
    assert "Supported are MP4 and MOV" in place["detail"]


def test_a_video_of_another_kind_under_another_name_is_refused_when_it_has_come(
    ada: Person,
) -> None:
    content = b"\x1aE\xdf\xa3" + bytes(100)
    (image_id,) = ada.upload(Picture(name="x.jpg", content_type="image/jpeg", content=content))
    settled = until(lambda: ada.settled(image_id))
    assert (settled["state"], settled["failure"]["code"]) == ("rejected", "unsupported_type")
    assert "MP4 and MOV videos" in settled["failure"]["detail"]
