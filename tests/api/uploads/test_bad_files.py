"""Files that mean harm, through the whole product (THREATS 19-25, 47).

tests/media/test_bad_files.py takes hundreds through the decoder pool; these are a few of each
kind, on the way that people take.
"""

from collections.abc import Callable
from functools import partial

import httpx2

from app.settings import PICTURE_TYPES
from tests.api.conftest import until
from tests.media.hostile.bad_file import BadFile
from tests.media.hostile.corpus import a_few_bad_files
from tests.support.images import Picture, jpeg
from tests.support.users import Json, Person

FEW = [
    file for file in a_few_bad_files(witness="http://127.0.0.1/called") if file.content
]  # a file of nothing is refused when it is announced


def uploaded(person: Person, files: list[BadFile]) -> list[str]:
    pictures = [
        Picture(name=f"{file.name}.jpg", content_type="image/jpeg", content=file.content)
        for file in files
    ]
    return person.upload(*pictures)


def end_of(image: Json) -> str:
    failure = image["failure"]
    return f"{image['state']}: {failure['code']}" if failure else str(image["state"])


def test_whatever_is_uploaded_comes_to_an_end_and_keeps_nobody_waiting(
    ada: Person, bob: Person, objects_of: Callable[[Person], list[str]]
) -> None:
    ids = uploaded(ada, FEW)
    neighbours = bob.upload(*(jpeg(seed=600 + n, size=(160, 120)) for n in range(20)))
    for image_id in neighbours:
        assert until(partial(bob.settled, image_id))["state"] == "ready"
    ends = {}
    for file, image_id in zip(FEW, ids, strict=True):
        image = until(partial(ada.settled, image_id))
        ends[file.kind, file.name] = end_of(image)
        expect_harmless(ada, image)
    wrong = {
        (file.kind, file.name): ends[file.kind, file.name]
        for file in FEW
        if ends[file.kind, file.name] not in file.ends
    }
    assert wrong == {}
    kept = sum(not end.startswith("rejected") for end in ends.values())
    assert 0 < kept < len(FEW)
    originals = [key for key in objects_of(ada) if key.endswith("/original")]
    assert len(originals) == kept


def expect_harmless(person: Person, image: Json) -> None:
    """Whatever is served of it is saved, or a picture that was made here."""
    answer = person.http.get(f"/api/images/{image['id']}/original")
    if image["state"] == "rejected":
        assert answer.status_code == 404
        assert image["thumbnail_url"] is image["preview_url"] is None
        return
    with httpx2.stream("GET", answer.json()["url"]) as original:
        assert original.headers["content-disposition"].startswith("attachment;")
        assert original.headers["content-type"] in PICTURE_TYPES
    detail = person.detail(image["id"])
    for address in (detail["thumbnail_url"], detail["preview_url"]):
        if address:
            derived = httpx2.get(address).headers["content-type"]
            assert derived in {"image/webp", "image/jpeg"}
