"""Alt texts are walked through, checked and taken along, by their person alone."""

import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from app.descriptions import alt_texts
from app.descriptions.alt_text_files import MAX_PART_BYTES
from tests.support.users import Json, Person

LIST = "/api/descriptions/alt-texts"
CHECKS = f"{LIST}/checks"
FILE = f"{LIST}/file"
_IMAGE = (
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " stored_at, timeline_at, has_preview, attempts, description_state)"
    " VALUES (gen_random_uuid(), :owner, :name, 1, sha256(gen_random_uuid()::text::bytea),"
    " 'image/jpeg', 'ready', now(), now(), timestamp '2024-01-01' + :n * interval '1 day', true, 0,"
    " 'none') RETURNING id"
)
_BY_MODEL = """
WITH version AS (
  INSERT INTO descriptions (id, image_id, source, alt_text, text, visible_text, tags, model,
    is_demo, created_at)
  VALUES (gen_random_uuid(), :image, 'model', :alt, 'Longer.', '', '{sea}', 'm-1', false, now())
  RETURNING id, image_id
)
UPDATE images SET current_description_id = version.id, description_state = 'done'
FROM version WHERE images.id = version.image_id RETURNING version.id
"""


@pytest.fixture
def add(ada: Person, database: Engine) -> Callable[..., tuple[str, str]]:
    """Add a picture; return its id and that of its version, if a model described it."""
    count = 0

    def make(alt: str | None = None, *, name: str = "a.jpg", of: Person = ada) -> tuple[str, str]:
        nonlocal count
        count += 1
        values = {"owner": of.user_id, "name": name, "n": count}
        with database.begin() as rows:
            image = rows.execute(text(_IMAGE), values).scalar_one()
            if alt is None:
                return str(image), ""
            return str(image), described(rows, image, alt)

    def described(rows: object, image: object, alt: str) -> str:
        found = rows.execute(text(_BY_MODEL), {"image": image, "alt": alt})  # type: ignore[attr-defined]
        return str(found.scalar_one())

    return make


def describe(database: Engine, image: str, alt: str) -> str:
    with database.begin() as rows:
        return str(rows.execute(text(_BY_MODEL), {"image": image, "alt": alt}).scalar_one())


def listed(person: Person, **query: str | int) -> Json:
    answer = person.http.get(LIST, params=query)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def ids(page: Json) -> list[str]:
    return [row["image_id"] for row in page["alt_texts"]]


def check(person: Person, *versions: tuple[str, str], checked: bool = True) -> list[str]:
    named = [{"image_id": image, "version_id": version} for image, version in versions]
    answer = person.http.post(CHECKS, json={"versions": named, "checked": checked})
    answer.raise_for_status()
    noted: list[str] = answer.json()["ids"]
    return noted


def test_each_filter_lists_its_own_newest_first(
    ada: Person, add: Callable[..., tuple[str, str]]
) -> None:
    bare, _ = add()
    first, second = add("A kite"), add("A boat")
    empty, _ = add("")
    page = listed(ada, which="unchecked")
    assert ids(page) == [empty, second[0], first[0]]
    assert (page["next_cursor"], page["checked"]) == (None, 0)
    shown = page["alt_texts"][1]
    assert shown["name"] == "a.jpg"
    assert shown["description"]["id"] == second[1]
    assert (shown["description"]["alt_text"], shown["description"]["tags"]) == ("A boat", ["sea"])
    assert shown["is_checked"] is False
    assert ids(listed(ada, which="missing")) == [empty, bare]
    assert ids(listed(ada, which="all")) == [empty, second[0], first[0], bare]
    assert listed(ada, which="all")["alt_texts"][3]["description"] is None


def test_what_is_archived_has_a_list_of_its_own(
    ada: Person, add: Callable[..., tuple[str, str]]
) -> None:
    bare, _ = add()
    (kite, version), (boat, _) = add("A kite"), add("A boat")
    for image in (bare, kite):
        ada.http.patch(f"/api/images/{image}", json={"archived": True}).raise_for_status()
    assert ids(listed(ada, which="archived")) == [kite, bare]
    assert ids(listed(ada, which="all")) == [boat]
    page = listed(ada, which="archived", limit=1)
    assert ids(page) == [kite]
    assert ids(listed(ada, which="archived", cursor=page["next_cursor"])) == [bare]
    assert check(ada, (kite, version)) == [kite]
    assert listed(ada, which="archived")["alt_texts"][0]["is_checked"] is True


def test_what_is_checked_stays_so_until_a_model_says_something_else(
    ada: Person, add: Callable[..., tuple[str, str]], database: Engine
) -> None:
    image, version = add("A kite")
    assert check(ada, (image, version)) == [image]
    assert check(ada, (image, version)) == [image]
    assert ids(listed(ada)) == []
    assert listed(ada, which="all")["alt_texts"][0]["is_checked"] is True
    assert listed(ada)["checked"] == 1
    newer = describe(database, image, "A red kite")
    assert (ids(listed(ada)), listed(ada)["checked"]) == ([image], 0)
    # Who looked at the former one has not seen what it says now.
    assert check(ada, (image, version)) == []
    assert check(ada, (image, newer)) == [image]
    assert check(ada, (image, newer), checked=False) == [image]
    assert ids(listed(ada)) == [image]


def test_what_a_person_writes_or_chooses_is_checked(
    ada: Person, add: Callable[..., tuple[str, str]], database: Engine
) -> None:
    image, version = add("A kite")
    words = {"alt_text": "Our kite", "text": "", "visible_text": "", "tags": []}
    ada.http.patch(f"/api/images/{image}", json={"description": words}).raise_for_status()
    assert (ids(listed(ada)), listed(ada)["checked"]) == ([], 1)
    ada.http.post(f"/api/images/{image}/descriptions/{version}/show").raise_for_status()
    assert (ids(listed(ada)), listed(ada)["checked"]) == ([], 1)
    # Also where it was written before checks were kept.
    with database.begin() as rows:
        rows.execute(text("DELETE FROM checked_descriptions WHERE image_id = :id"), {"id": image})
    assert ids(listed(ada)) == [image]
    with database.begin() as rows:
        rows.execute(
            text("UPDATE descriptions SET source = 'person' WHERE id = :id"), {"id": version}
        )
    assert ids(listed(ada)) == []


def test_pages_look_at_no_more_than_so_many_and_go_on_from_there(
    ada: Person, add: Callable[..., tuple[str, str]], database: Engine
) -> None:
    oldest = [add("A kite")[0] for _ in range(3)]
    query = (
        _IMAGE.replace("VALUES (", "SELECT ")
        .replace("'none')", "'none' FROM generate_series(1, :n) AS n")
        .replace(":n * interval '1 day'", "interval '100 days' + n * interval '1 second'")
    )
    with database.begin() as rows:
        values = {"owner": ada.user_id, "name": "a.jpg", "n": alt_texts.MAX_LOOKED_AT}
        rows.execute(text(query), values)
    page = listed(ada, limit=2)
    assert (ids(page), page["checked"]) == ([], 0)
    found = []
    while page["next_cursor"] is not None:
        page = listed(ada, limit=2, cursor=page["next_cursor"])
        assert len(page["alt_texts"]) <= 2
        assert page["checked"] is None
        found += ids(page)
    assert found == oldest[::-1]
    assert ada.http.get(LIST, params={"cursor": "x"}).status_code == 400


def test_parts_of_files_are_of_a_bounded_size(
    ada: Person, add: Callable[..., tuple[str, str]], database: Engine
) -> None:
    # Longer than any request may write.
    images = [add("A kite")[0] for _ in range(5)]
    with database.begin() as rows:
        for image in images:
            longer = "UPDATE descriptions SET text = repeat('x', :most) WHERE image_id = :id"
            rows.execute(text(longer), {"most": MAX_PART_BYTES // 2, "id": image})
    content, parts = whole(ada, format="csv")
    assert parts == 3
    assert re.findall(r'^"([0-9a-f-]{36})"', content, re.MULTILINE) == images[::-1]


def test_nobody_sees_or_checks_what_others_have(
    ada: Person, bob: Person, add: Callable[..., tuple[str, str]], database: Engine
) -> None:
    image, version = add("A kite")
    assert ids(listed(bob, which="all")) == []
    assert bob.http.get(FILE, params={"format": "csv"}).json()["content"].count("\r\n") == 1
    assert check(bob, (image, version)) == []
    assert check(ada, (image, version)) == [image]
    assert check(bob, (image, version), checked=False) == []
    assert listed(ada)["checked"] == 1
    # Nor does a version of another picture check one's own.
    his, _ = add("A boat", of=bob)
    assert check(bob, (his, version)) == []
    with database.connect() as rows:
        query = "SELECT count(*) FROM checked_descriptions WHERE owner_id = :id"
        assert rows.execute(text(query), {"id": bob.user_id}).scalar_one() == 0


def test_requests_are_bounded(ada: Person) -> None:
    many = [(str(uuid4()), str(uuid4()))] * 501
    named = [{"image_id": image, "version_id": version} for image, version in many]
    assert ada.http.post(CHECKS, json={"versions": named}).status_code == 422
    assert ada.http.post(CHECKS, json={"versions": []}).status_code == 422
    assert ada.http.get(LIST, params={"limit": 101}).status_code == 422
    assert ada.http.get(LIST, params={"which": "mine"}).status_code == 422
    assert ada.http.get(FILE, params={"format": "xlsx"}).status_code == 422
    assert ada.http.get(LIST, params={"cursor": "x" * 201}).status_code == 422


def whole(person: Person, **query: str) -> tuple[str, int]:
    content, parts, cursor = "", 0, None
    while cursor is not None or parts == 0:
        asked = query if cursor is None else query | {"cursor": cursor}
        answer = person.http.get(FILE, params=asked)
        answer.raise_for_status()
        part = answer.json()
        content += part["content"]
        cursor = part["next_cursor"]
        parts += 1
    return content, parts


FORMULAS = [
    '=HYPERLINK("//evil.example","x")',
    "+1",
    "-1+cmd",
    "@SUM(A1)",
    "  =1+1",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
]


def test_csv_has_every_picture_once_and_no_formula(
    ada: Person, add: Callable[..., tuple[str, str]]
) -> None:
    said = [*FORMULAS, 'She said "hi", twice;\nthen left', "Großmutter 東京"]
    images = [add(words, name=words.split("\n")[0])[0] for words in said]
    bare, _ = add()
    content, _ = whole(ada, format="csv")
    assert content.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))
    assert [row["id"] for row in rows] == [bare, *reversed(images)]
    for row, words in zip(rows[1:], reversed(said), strict=True):
        assert row["alt_text"] == (f"'{words}" if words in FORMULAS else words)
        for cell in row.values():
            assert cell.strip()[:1] not in {"=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}"}
        assert (row["written_by"], row["is_checked"]) == ("m-1", "no")
    assert (rows[0]["alt_text"], rows[0]["written_by"]) == ("", "")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_separates_cells(
    ada: Person, add: Callable[..., tuple[str, str]], delimiter: str
) -> None:
    behind = [";", "\t", "\n", '; "', "a\n;  ", ';""', "\n'\n"]
    for number, formula in enumerate(FORMULAS):
        for before in behind:
            add(f"two{before}{formula}", name=f"{number};{formula}")
    content, _ = whole(ada, format="csv")
    lines = content.removeprefix("\ufeff").splitlines(keepends=True)
    # A program that knows another separator takes quotes and line ends for other things, too.
    cells = [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row]
    assert len(cells) > len(FORMULAS) * len(behind)
    assert {cell.lstrip()[:1] for cell in cells}.isdisjoint("=+-@\N{FULLWIDTH EQUALS SIGN}")


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.images: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))


def test_html_shows_what_was_said_as_text_and_nothing_else(
    ada: Person, add: Callable[..., tuple[str, str]]
) -> None:
    said = [
        '"><script>alert(1)</script>',
        "x' onerror='alert(1)",
        "</title></html><img src=//evil.example>",
        "&quot; onload=alert(1)",
    ]
    names = ["javascript:alert(1).jpg", "//evil.example", 'a"b.jpg', "år 1.jpg"]
    for words, name in zip(said, names, strict=True):
        add(words, name=name)
    add()  # an empty alternative would say that it is decoration
    content, _ = whole(ada, format="html")
    found = _Elements()
    found.feed(content)
    assert found.tags == ["html", "meta", "title", *["img"] * len(said)]
    assert [image["alt"] for image in found.images] == said[::-1]
    assert [image["src"] for image in found.images] == [
        "./%C3%A5r%201.jpg",
        "./a%22b.jpg",
        "./%2F%2Fevil.example",
        "./javascript%3Aalert%281%29.jpg",
    ]
    assert all(set(image) == {"src", "alt"} for image in found.images)
    assert content.endswith("</html>\n")
