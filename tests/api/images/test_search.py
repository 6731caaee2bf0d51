# ruff: noqa: RUF001 - letters of many languages, which are what is tested
"""Search: every text of an image is found, in any language, and nobody else's."""

import pytest
from sqlalchemy import Engine, text

from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, make_album
from tests.support.search import change, describe, ids_of, search
from tests.support.users import Person

WORDS = {
    "alt_text": "Two people in red coats",
    "text": "A lighthouse on a headland at dusk. The sea is calm.",
    "visible_text": "NO SWIMMING",
    "tags": ["coast", "evening light"],
}


@pytest.fixture
def images(ada: Person, database: Engine) -> list[str]:
    """Six images of Ada's, of 6 March 2024 to 1 March, newest first."""
    return add_images(ada, database, 6)


@pytest.fixture
def lighthouse(ada: Person, images: list[str], database: Engine) -> str:
    """The third of them, with something in each field; it and the next are in an album."""
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE images SET caption = 'Caption', file_title = 'Oma''s 80th',"
                " camera_model = 'Box One' WHERE id = :id"
            ),
            {"id": images[2]},
        )
    change(ada, images[2], name="Holiday by the sea.jpg")
    describe(ada, images[2], **WORDS)
    add_to(ada, make_album(ada), images[2:4])
    return images[2]


WHY = {
    "lighthouse": ("description", ["lighthouse"]),
    "dusk calm": ("description", ["dusk", "calm"]),
    "headl": ("description", ["headland"]),
    "coats": ("alt_text", ["coats"]),
    "swimming": ("visible_text", ["SWIMMING"]),
    "coast": ("tag", ["coast"]),
    '"evening light"': ("tag", ["evening light"]),
    "holiday-by-the-sea": ("name", ["Holiday by the sea"]),
    "caption": ("caption", ["Caption"]),
    "80th oma": ("title", ["Oma", "80th"]),
    "iceland until:2024-03-04 from:2024-03-04": ("album", ["Iceland"]),
    'camera:"box one"': ("camera", ["Box One"]),
}


def test_each_text_of_an_image_is_found_and_says_why(ada: Person, lighthouse: str) -> None:
    told = {}
    for q in WHY:
        found = search(ada, q)
        assert ([each["id"] for each in found["images"]], found["total"]) == ([lighthouse], 1)
        (why,) = found["images"][0]["why"]
        marked = [why["snippet"][mark["start"] : mark["end"]] for mark in why["marks"]]
        told[q] = (why["field"], marked)
    assert told == WHY


SPELLINGS = [
    ("A lighthouse at dusk", "LIGHTHOUSE"),
    ("The boats’ sails – all white", "boats sails"),
    ("Ein Straßenmusiker in München", "strassenmusiker munchen"),
    ("Über den Dächern", "ueber daechern"),
    ("Muenchner Freiheit", "Münchner"),
    ("İstanbul’da ışıklar", "istanbul isiklar"),
    ("ISPARTA GÜLLERİ", "ısparta gülleri"),
    ("Un café près de l’église", "cafe eglise"),
    ("Una niña con un paraguas", "nina"),
    ("Маяк на берегу, ёлка", "елка маяк"),
    ("Ένας ΦΆΡΟΣ στο ακρωτήρι", "φαρος"),
    ("夕暮れの東京タワー", "東京"),
    ("日が暮れる、ビアガーデン", "ｶﾞｰﾃﾞﾝ"),
    ("祖母のラーメン", "らーめん"),
    ("黄昏时的灯塔", "灯塔"),
    ("京東 und 塔灯 und 都", "都"),
    ("ประภาคารยามเย็น", "ประภาคาร"),
    ("서울타워에서 본 야경", "서울"),
    ("منارة على الشاطئِ", "الشاطئ"),
    ("מגדלור בשקיעה", "מגדלור"),
    ("समुद्र के किनारे प्रकाशस्तंभ", "समुद्र"),
    ("Cafe\u0301s ouverts", "cafés ouverts"),
]


def test_any_language_is_found_however_it_is_spelled(ada: Person, database: Engine) -> None:
    images = add_images(ada, database, len(SPELLINGS))
    for image_id, (written, _) in zip(images, SPELLINGS, strict=True):
        describe(ada, image_id, text=written)
    found = {q: search(ada, q)["images"] for _, q in SPELLINGS}
    assert {q: [images.index(each["id"]) for each in of_q] for q, of_q in found.items()} == {
        q: [place] for place, (_, q) in enumerate(SPELLINGS)
    }
    assert all(of_q[0]["why"][0]["marks"] for of_q in found.values())


NOT_ASKED_FOR = (
    "lighthouse -dusk",
    '"dusk lighthouse"',
    '"ligh"',
    "lighthouse mountain",
    "-iceland coast",
    "camera:sea",
    "box",
    "calm no coats xylophone",
    "lighthouse until:2024-03-03",
    "lighthouse from:2024-03-05",
    "lighthouse 2023",
    "lighthouse type:png",
    "lighthouse -type:jpeg",
    "lighthouse is:favourite",
    "lighthouse is:archived",
    "lighthouse is:deleted",
    "lighthouse -is:described",
    "!!",
)


def test_what_was_not_asked_for_is_not_found(ada: Person, lighthouse: str) -> None:
    assert ids_of(ada, "lighthouse") == [lighthouse]
    found = {q: search(ada, q) for q in NOT_ASKED_FOR}
    assert {q: (each["images"], each["total"] or 0) for q, each in found.items()} == {
        q: ([], 0) for q in NOT_ASKED_FOR
    }


UNDERSTOOD: dict[str, tuple[list[tuple[str | None, ...]], list[int]]] = {
    "lighthouse march 2024": ([("date", "march 2024", "2024-03-01", "2024-03-31")], [2]),
    "2024-03-05": ([("date", "2024-03-05", "2024-03-05", "2024-03-05")], [1]),
    "5 march 2024 ": ([("date", "5 march 2024", "2024-03-05", "2024-03-05")], [1]),
    "last spring": ([("date", "last spring", "2024-03-01", "2024-05-31")], [0, 1, 2, 3, 4, 5]),
    "from:2024-03-02 until:2024-03-03 type:jpg": (
        [
            ("from", "from:2024-03-02", "2024-03-02", "2024-03-02"),
            ("until", "until:2024-03-03", "2024-03-03", "2024-03-03"),
            ("type", "type:jpg", None, None),
        ],
        [3, 4],
    ),
    "is:described": ([("is", "is:described", None, None)], [2]),
    "-is:described -iceland": ([("is", "-is:described", None, None)], [0, 1, 4, 5]),
    "“red coats” LIGHTHOUSE": ([], [2]),
    "iceland calm": ([], [2]),
    "iceland": ([], [2, 3]),
}


@pytest.mark.usefixtures("lighthouse")
def test_dates_and_operators_are_understood(ada: Person, images: list[str]) -> None:
    told = {}
    for q in UNDERSTOOD:
        found = search(ada, q, today="2024-07-01")
        chips = [
            (chip["kind"], q[chip["start"] : chip["end"]], chip["first_day"], chip["last_day"])
            for chip in found["chips"]
        ]
        told[q] = (chips, [images.index(each["id"]) for each in found["images"]])
        assert found["total"] == len(found["images"])
    assert told == UNDERSTOOD


def test_what_operators_do_not_know_is_refused(ada: Person) -> None:
    for q in (
        "type:word",
        "is:nice",
        "from:may",
        "-from:2024",
        "until:2024-13",
        "x " * 17,
        "x" * 201,
    ):
        answer = ada.http.get("/api/search", params={"q": q})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "q")


def test_what_is_corrected_is_found_by_its_new_words_only(ada: Person, images: list[str]) -> None:
    describe(ada, images[0], text="A ferry")
    describe(ada, images[0], text="A lighthouse")
    assert (ids_of(ada, "ferry"), ids_of(ada, "lighthouse")) == ([], [images[0]])
    change(ada, images[0], name="quay.jpg")
    assert ids_of(ada, "quay lighthouse") == [images[0]]
    change(ada, images[0], description=None, name="pier.jpg")
    assert (ids_of(ada, "lighthouse"), ids_of(ada, "pier")) == ([], [images[0]])
    album = make_album(ada, title="Norway")
    add_to(ada, album, images[:2])
    assert ids_of(ada, "norway") == images[:2]
    ada.http.patch(f"/api/albums/{album}", json={"title": "Sweden"}).raise_for_status()
    assert (ids_of(ada, "norway"), ids_of(ada, "sweden")) == ([], images[:2])
    ada.http.delete(f"/api/albums/{album}").raise_for_status()
    assert ids_of(ada, "sweden") == []


def test_the_trash_is_left_out_and_the_archive_is_not(ada: Person, images: list[str]) -> None:
    for image_id in images[:3]:
        describe(ada, image_id, text="A lighthouse")
    change(ada, images[0], archived=True)
    ada.http.delete(f"/api/images/{images[1]}").raise_for_status()
    found = search(ada, "lighthouse")
    assert [image["id"] for image in found["images"]] == [images[0], images[2]]
    assert (found["total"], bool(found["images"][0]["archived_at"])) == (2, True)
    assert ids_of(ada, "lighthouse -is:archived") == [images[2]]
    assert ids_of(ada, "lighthouse is:deleted") == ids_of(ada, "is:deleted") == [images[1]]
    change(ada, images[1], deleted=False)
    assert ids_of(ada, "lighthouse") == images[:3]


def test_pages_follow_each_other(ada: Person, images: list[str]) -> None:
    for image_id in images:
        describe(ada, image_id, text="A lighthouse")
    first = search(ada, "lighthouse", limit=4)
    assert (first["total"], [each["id"] for each in first["images"]]) == (6, images[:4])
    rest = search(ada, "lighthouse", limit=4, cursor=first["next_cursor"])
    assert [each["id"] for each in rest["images"]] == images[4:]
    assert (rest["total"], rest["next_cursor"]) == (None, None)
    refused = ada.http.get("/api/search", params={"q": "x", "cursor": "nonsense"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")
