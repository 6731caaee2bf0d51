"""Headers that no signature covers, which S3 keeps of an upload and says again to whoever reads.

THREATS 9: a client may send them beside those that were signed. They reach its own file only.
"""

import gzip

import httpx2
import pytest

from tests.api.conftest import until
from tests.support.images import Picture, jpeg
from tests.support.users import Person


def send(person: Person, picture: Picture, **headers: str) -> str:
    """Upload with further headers; return the picture's id."""
    (place,) = person.promise(picture)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = httpx2.put(
        place["upload"]["url"],
        headers=place["upload"]["headers"] | named,
        content=picture.content,
    )
    answer.raise_for_status()
    image_id: str = place["image"]["id"]
    return image_id


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity", "x-unheard-of"])
def test_an_original_that_browsers_would_unpack_is_rejected(ada: Person, encoding: str) -> None:
    """Else what is saved has not the SHA-256 that is recorded, or cannot be saved at all."""
    image_id = send(ada, jpeg(seed=7001), content_encoding=encoding)
    image = until(lambda: ada.settled(image_id))
    assert image["state"] == "rejected"
    assert image["failure"]["code"] == "not_as_promised"
    assert ada.http.get(f"/api/images/{image_id}/original").status_code == 404


def test_a_zipped_picture_is_not_taken_for_what_is_in_it(ada: Person) -> None:
    picture = jpeg(seed=7002)
    zipped = Picture(
        name="a.jpg", content_type="image/jpeg", content=gzip.compress(picture.content)
    )
    image_id = send(ada, zipped, content_encoding="gzip")
    assert until(lambda: ada.settled(image_id))["state"] == "rejected"


def test_other_headers_change_nothing_of_a_download(ada: Person) -> None:
    picture = jpeg(seed=7003)
    image_id = send(
        ada,
        picture,
        cache_control="public, max-age=31536000",
        content_disposition="inline",
        content_language="tlh",
        expires="Fri, 01 Jan 2100 00:00:00 GMT",
    )
    assert until(lambda: ada.settled(image_id))["state"] == "ready"
    served = httpx2.get(ada.http.get(f"/api/images/{image_id}/original").json()["url"])
    assert served.content == picture.content
    assert served.headers["content-type"] == "image/jpeg"
    assert served.headers["content-disposition"].startswith("attachment;")
    assert served.headers["cache-control"] == "private, no-store"
    assert "content-encoding" not in served.headers
