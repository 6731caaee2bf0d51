"""Versions of a description: each is kept, told to its person alone, and can be shown again."""

from uuid import uuid4

from sqlalchemy import Engine, text

from tests.support.images import jpeg
from tests.support.users import Json, Person


def history(person: Person, image_id: str) -> Json:
    answer = person.http.get(f"/api/images/{image_id}/descriptions")
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def _picture(person: Person, database: Engine) -> str:
    (place,) = person.promise(jpeg(seed=8900))
    image_id: str = place["image"]["id"]
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO descriptions (id, image_id, source, alt_text, text, visible_text,"
                " tags, model, is_demo, created_at) VALUES (gen_random_uuid(), :id, 'model',"
                " 'A boat', '', '', '{}', 'm', false, now() - interval '1 day')"
            ),
            {"id": image_id},
        )
    return image_id


def test_a_former_version_is_shown_again_and_none_is_lost(ada: Person, database: Engine) -> None:
    image_id = _picture(ada, database)
    for words in ("Our boat", "Our red boat"):
        changes = {"description": {"alt_text": words}}
        ada.http.patch(f"/api/images/{image_id}", json=changes).raise_for_status()
    versions = history(ada, image_id)["versions"]
    assert [each["alt_text"] for each in versions] == ["Our red boat", "Our boat", "A boat"]
    assert [each["is_current"] for each in versions] == [True, False, False]
    for version in reversed(versions):
        path = f"/api/images/{image_id}/descriptions/{version['id']}/show"
        told = ada.http.post(path).json()
        assert ada.detail(image_id)["description"]["alt_text"] == version["alt_text"]
        assert [each["id"] for each in told["versions"] if each["is_current"]] == [version["id"]]
        assert len(told["versions"]) == 3


def test_no_version_of_another_picture_is_shown(ada: Person, bob: Person, database: Engine) -> None:
    hers, his = _picture(ada, database), _picture(bob, database)
    (version,) = history(ada, hers)["versions"]
    for person, image_id, version_id in (
        (bob, his, version["id"]),
        (bob, hers, version["id"]),
        (ada, hers, str(uuid4())),
    ):
        path = f"/api/images/{image_id}/descriptions/{version_id}/show"
        assert person.http.post(path).status_code == 404


def test_whether_a_picture_is_never_sent_is_told(ada: Person, database: Engine) -> None:
    image_id = _picture(ada, database)
    assert history(ada, image_id)["is_never_sent"] is False
    body = {"ids": [image_id], "never": True}
    ada.http.post("/api/descriptions/never-send", json=body).raise_for_status()
    assert history(ada, image_id)["is_never_sent"] is True
