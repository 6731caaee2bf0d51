"""PhotoPrism's YAML files and immich-go's JSON, as their sources write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scripts.importer import immich_go, photoprism
from tests.importer.planning import planned, rows
from tests.importer.takeout_export import picture

if TYPE_CHECKING:
    from pathlib import Path

# As gopkg.in/yaml.v2 writes it: long texts are folded, dates are not quoted.
PERSONS = """TakenAt: 2019-07-14T10:05:06Z
TakenAtLocal: 2019-07-14T12:05:06Z
TakenSrc: manual
UID: pqnkwgd18ghabopp
Type: image
Title: By the sea
TitleSrc: manual
OriginalName: DCIM/100/IMG_20190714_120506
Caption: A long walk along the beach, with everybody, until the rain came in the late
  afternoon
CaptionSrc: manual
Favorite: true
TimeZone: Europe/Berlin
PlaceSrc: manual
Altitude: 25
Lat: 54.9
Lng: 8.3
Year: 2019
Details:
  Keywords: beach, Oma, rain
  KeywordsSrc: manual
  Subject: Ada, Bob
  SubjectSrc: manual
CreatedAt: 2021-01-27T05:55:25.001738034Z
UpdatedAt: 2021-01-27T05:55:26.606953386Z
"""
PROGRAMS = """TakenAt: 2018-01-01T00:02:53Z
TakenSrc: meta
UID: pra8dk339xe61swy
Type: image
Title: Beaverton / USA / 2018
Description: read in the file
DescriptionSrc: meta
PlaceSrc: estimate
Lat: 45.448994
Lng: -122.796295
Details:
  Keywords: beaverton, gold, google, oregon, usa
DeletedAt: 2022-08-05T18:06:59.585384018Z
"""
ALBUM = """UID: as6sg6bxpoaaaaaa
Slug: sylt-2019
Type: album
Title: Sylt 2019
Description: Summer
Order: newest
Photos:
- UID: pqnkwgd18ghabopp
  CreatedAt: 2020-02-06T02:06:51Z
- UID: pra8dk339xe61swy
  Hidden: true
- UID: ps6sg6be2lvl0yh8
"""
IMMICH_GO = {
    "software": "immich-go 0.28.0",
    "fileName": "IMG_0001.jpg",
    "latitude": 54.9,
    "longitude": 8.3,
    "fileDate": "2024-01-01T00:00:00Z",
    "dateTaken": "2019-07-14T12:05:06+02:00",
    "description": "A walk",
    "albums": [{"title": "Sylt 2019", "description": "Summer"}, {"title": "Best"}],
    "tags": [{"value": "family/Oma"}, {"value": "sea"}],
    "rating": 4,
    "favorited": True,
    "archived": True,
}


def beside(text: str) -> dict[str, Any]:
    said = photoprism.parse(text.encode())
    assert said is not None
    facts: dict[str, Any] = said["beside"]
    return facts


def write(root: Path, path: str, content: bytes | str) -> None:
    where = root / path
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_bytes(content.encode() if isinstance(content, str) else content)


def test_what_a_person_set_in_photoprism_is_taken() -> None:
    facts = beside(PERSONS)
    assert facts["claim"] == {"wall": "2019-07-14T12:05:06", "offset": 120}
    assert facts["place"] == (54.9, 8.3)
    assert (facts["title"], facts["tags"]) == ("By the sea", ["beach", "Oma", "rain"])
    assert facts["description"].endswith("rain came in the late afternoon")
    assert (facts["people"], facts["favourite"], facts["archived"]) == (["Ada", "Bob"], True, False)


def test_what_photoprism_read_or_guessed_is_left_to_the_site() -> None:
    facts = beside(PROGRAMS)
    assert (facts["claim"], facts["place"], facts["title"]) == (None, None, "")
    assert (facts["description"], facts["tags"]) == ("", [])
    assert facts["archived"]  # its archive is what its database calls deleted


@pytest.mark.parametrize(
    ("zone", "claim"),
    [
        ("Europe/Berlin", {"wall": "2019-07-14T12:05:06", "offset": 120}),
        ("", {"wall": "2019-07-14T10:05:06", "offset": None}),
        ("Local", {"wall": "2019-07-14T10:05:06", "offset": None}),
        ("Nowhere/Land", {"wall": "2019-07-14T10:05:06", "offset": None}),
    ],
)
def test_older_photoprism_says_utc_and_the_zone(zone: str, claim: dict[str, Any]) -> None:
    older = PERSONS.replace("TakenAtLocal: 2019-07-14T12:05:06Z\n", "")
    assert beside(older.replace("Europe/Berlin", f'"{zone}"'))["claim"] == claim


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "services:\n  web: {}",
        "UID: [1]",
        "UID: x\nPhotos: 1",
        "a: 'open",
        "\x00",
        "UID: as6sg6bxpoaaaaaa\nType: month\nPhotos: []",
    ],
)
def test_other_yaml_is_left(text: str) -> None:
    assert photoprism.parse(text.encode()) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Lat: 54.9", "Lat: .nan"),
        ("Lat: 54.9", "Lat: 95"),
        ("Lat: 54.9", "Lat: here"),
        ("Lat: 54.9\nLng: 8.3\n", ""),
    ],
)
def test_places_that_are_none_are_left(before: str, after: str) -> None:
    assert beside(PERSONS.replace(before, after))["place"] is None


@pytest.mark.parametrize("sidecars", ["storage/sidecar", "sidecar"])
def test_photoprism_tree_of_originals_and_sidecars_is_put_together(
    tmp_path: Path, sidecars: str
) -> None:
    root = tmp_path / "photoprism"
    write(root, "originals/2019/07/20190714_100506_2C6CF514.jpg", picture(1))
    write(root, f"{sidecars}/2019/07/20190714_100506_2C6CF514.yml", PERSONS)
    write(root, "originals/2019/07/other.jpg", picture(2))
    write(root, f"{sidecars}/2019/07/other.yml", PROGRAMS)
    write(root, "storage/backup/albums/album/as6sg6bxpoaaaaaa.yml", ALBUM)
    with planned(tmp_path / "journal", root, people_as_tags=True) as journal:
        plan = rows(journal)
        assert journal.db.execute("SELECT sort FROM albums").fetchone()[0] == "newest"
    first = plan["originals/2019/07/20190714_100506_2C6CF514.jpg"]
    assert (first["outcome"], first["name"]) == ("upload", "IMG_20190714_120506.jpg")
    assert (first["taken"], first["offset"]) == ("2019-07-14T12:05:06", 120)
    assert first["dated"] == "PhotoPrism's sidecar"
    assert first["tags"] == ["beach", "Oma", "rain", "people/Ada", "people/Bob"]
    assert (first["albums"], first["favourite"]) == (["Sylt 2019"], True)
    other = plan["originals/2019/07/other.jpg"]
    assert (other["albums"], other["archived"], other["place"]) == ([], True, None)
    album = plan["storage/backup/albums/album/as6sg6bxpoaaaaaa.yml"]
    assert (album["outcome"], album["reason"]) == ("read", "1 of its pictures are not here")


def test_photoprism_trees_named_by_themselves_are_put_together(tmp_path: Path) -> None:
    write(tmp_path / "pictures", "2019/a.jpg", picture(1))
    write(tmp_path / "sidecar", "2019/a.yml", PERSONS)
    with planned(tmp_path / "journal", tmp_path / "pictures", tmp_path / "sidecar") as journal:
        assert rows(journal)["2019/a.jpg"]["favourite"] is True


def test_without_a_reader_of_yaml_the_plan_says_so_and_reads_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "p", "a.jpg", picture(1))
    write(tmp_path / "p", "a.yml", PERSONS)
    with monkeypatch.context() as patch:
        patch.setattr(photoprism, "yaml", None)
        with planned(tmp_path / "journal", tmp_path / "p") as journal:
            assert rows(journal)["a.yml"]["reason"] == photoprism.MISSING
    with planned(tmp_path / "journal", tmp_path / "p") as journal:
        assert rows(journal)["a.jpg"]["favourite"] is True


def test_immich_go_archive(tmp_path: Path) -> None:
    write(tmp_path / "a", "2019/2019-07/IMG_0001~2.jpg", picture(1))
    write(tmp_path / "a", "2019/2019-07/IMG_0001~2.jpg.JSON", json.dumps(IMMICH_GO))
    with planned(tmp_path / "journal", tmp_path / "a") as journal:
        plan = rows(journal)
        kept = journal.db.execute("SELECT title, description FROM albums ORDER BY 1").fetchall()
    facts = plan["2019/2019-07/IMG_0001~2.jpg"]
    assert [tuple(album) for album in kept] == [("Best", ""), ("Sylt 2019", "Summer")]
    assert facts["albums"] == ["Sylt 2019", "Best"]
    assert (facts["name"], facts["rating"]) == ("IMG_0001.jpg", 4)
    assert facts["tags"] == ["family/Oma", "sea"]
    assert (facts["favourite"], facts["archived"]) == (True, True)
    assert facts["place"] == [54.9, 8.3]
    assert (facts["taken"], facts["dated"]) == ("2019-07-14T12:05:06", immich_go.SOURCE)
    assert plan["2019/2019-07/IMG_0001~2.jpg.JSON"]["outcome"] == "read"


@pytest.mark.parametrize(
    ("changes", "options", "outcome"),
    [
        ({"trashed": True}, {}, "not"),
        ({"trashed": True}, {"with_trash": True}, "upload"),
        ({"fromPartner": True}, {"own_only": True}, "not"),
        ({"dateTaken": "0001-01-01T00:00:00Z", "latitude": 95, "rating": 0}, {}, "upload"),
        ({"albums": {"title": "x"}, "tags": [1], "fileName": None}, {}, "upload"),
    ],
)
def test_immich_go_trash_partners_and_odd_values(
    tmp_path: Path, changes: dict[str, Any], options: dict[str, Any], outcome: str
) -> None:
    write(tmp_path / "a", "x.jpg", picture(1))
    write(tmp_path / "a", "x.jpg.JSON", json.dumps({**IMMICH_GO, **changes}))
    with planned(tmp_path / "journal", tmp_path / "a", **options) as journal:
        assert rows(journal)["x.jpg"]["outcome"] == outcome
