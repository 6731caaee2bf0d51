"""Titles: what files say, what people say instead, and who sees them."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.api.images.test_metadata import told, with_xmp
from tests.media.samples import xmp_packet
from tests.support.images import Picture, jpeg
from tests.support.search import ids_of, search
from tests.support.users import Json, Person


def titled(title: str, *, seed: int, name: str | None = None) -> Picture:
    """A photo that has a title inside."""
    packet = xmp_packet("", f"<dc:title><rdf:Alt><rdf:li>{title}</rdf:li></rdf:Alt></dc:title>")
    photo = with_xmp(packet, seed=seed)
    return Picture(name=name or photo.name, content_type=photo.content_type, content=photo.content)


def patch(person: Person, image_id: str, **changes: Any) -> Json:
    answer = person.http.patch(f"/api/images/{image_id}", json=changes)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def of(detail: Json) -> tuple[str | None, str | None, bool]:
    """The title that is shown, the file's, and whether a person said otherwise."""
    return detail["title"], detail["file"]["title"], "title" in detail["corrected"]


def test_a_persons_title_counts_until_it_is_reset(ada: Person) -> None:
    detail = told(ada, titled("By the sea", seed=5101))
    image_id = detail["id"]
    assert of(detail) == ("By the sea", "By the sea", False)
    assert ids_of(ada, "sea") == [image_id]

    said = patch(ada, image_id, title="  Oma\u2019s\n80th \u202e ")
    assert of(said) == ("Oma\u2019s 80th", "By the sea", True)
    (listed,) = ada.http.get("/api/images", params={"ids": image_id}).json()["images"]
    assert listed["title"] == "Oma\u2019s 80th"
    (found,) = search(ada, "80th")["images"]
    assert (found["title"], found["why"][0]["field"]) == ("Oma\u2019s 80th", "title")
    assert ids_of(ada, "sea") == []

    assert of(patch(ada, image_id, title="")) == (None, "By the sea", True)
    assert ids_of(ada, "is:titled") == []
    assert ids_of(ada, "no title") == [image_id]
    assert of(patch(ada, image_id, title=None)) == ("By the sea", "By the sea", False)
    assert ids_of(ada, "sea is:titled") == [image_id]
    assert ids_of(ada, "-is:titled") == []


def test_the_name_of_the_file_is_no_title(ada: Person) -> None:
    # Programs fill it in where nobody has said anything.
    for seed, title in ((5111, "img_0042"), (5112, "IMG_0042.JPG")):
        detail = told(ada, titled(title, seed=seed, name="IMG_0042.jpg"))
        assert of(detail) == (None, None, False)
    assert of(told(ada, titled("IMG_004", seed=5113, name="IMG_0042.jpg")))[0] == "IMG_004"


def test_another_decoding_keeps_a_persons_title(ada: Person, database: Engine) -> None:
    detail = told(ada, titled("By the sea", seed=5121))
    patch(ada, detail["id"], title="Ours")
    with database.begin() as connection:  # as the worker writes it
        connection.execute(
            text("UPDATE images SET file_title = 'Anew', taken_at = taken_at WHERE id = :id"),
            {"id": detail["id"]},
        )
    assert of(ada.detail(detail["id"])) == ("Ours", "Anew", True)


@pytest.mark.parametrize("title", ["x" * 301, 7, ["x"], "\u0958" * 200])
def test_what_is_no_title_is_refused(ada: Person, title: object) -> None:
    # NFC makes two characters of U+0958: 400.
    (place,) = ada.promise(jpeg(seed=5131))
    answer = ada.http.patch(f"/api/images/{place['image']['id']}", json={"title": title})
    assert answer.status_code == 422


def test_one_of_which_nothing_is_seen_is_none(ada: Person) -> None:
    detail = told(ada, jpeg(seed=5141))
    assert patch(ada, detail["id"], title="\u3164 \u200d")["title"] is None


def test_clients_that_sync_hear_of_it(ada: Person, database: Engine) -> None:
    detail = told(ada, jpeg(seed=5151))
    until = ada.http.get("/api/images/changes").json()["changed_until"]

    def changed() -> list[tuple[str, str | None]]:
        nonlocal until
        said = ada.http.get("/api/images/changes", params={"changed_since": until}).json()
        until = said["changed_until"]
        return [(image["id"], image["title"]) for image in said["images"]]

    patch(ada, detail["id"], title="Heard")
    assert changed() == [(detail["id"], "Heard")]
    patch(ada, detail["id"], title=None)
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET file_title = 'Inside' WHERE id = :id"), {"id": detail["id"]}
        )
        noted = connection.scalar(
            text("SELECT count(*) FROM images_to_index WHERE image_id = :id"), {"id": detail["id"]}
        )
    assert changed() == [(detail["id"], "Inside")]
    assert noted == 1  # the sweep finds it, whoever wrote it


def test_an_outdated_page_changes_nothing(ada: Person) -> None:
    detail = told(ada, jpeg(seed=5161))
    path = f"/api/images/{detail['id']}"
    tag = ada.http.get(path).headers["ETag"]
    answers: list[int] = []

    def write(title: str) -> None:
        answer = ada.http.patch(path, json={"title": title}, headers={"If-Match": tag})
        answers.append(answer.status_code)

    writers = [threading.Thread(target=write, args=(each,)) for each in ("A", "B")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(answers) == [200, 412]
