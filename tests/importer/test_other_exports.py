"""XMP sidecars, iCloud's CSV files, Ente's JSON and plain folders, as their documents say."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from scripts.importer import icloud, xmp
from scripts.importer.apply import tag_path
from tests.importer.planning import planned, rows
from tests.importer.takeout_export import picture, sidecar

if TYPE_CHECKING:
    from pathlib import Path

NOON = 1563105600
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/"
 xmlns:mediapro="http://ns.iview-multimedia.com/mediapro/1.0/" {attributes}>{elements}
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def packet(*, attributes: str = "", elements: str = "") -> bytes:
    return _PACKET.format(attributes=attributes, elements=elements).encode()


def bag(name: str, *items: str) -> str:
    inside = "".join(f"<rdf:li>{item}</rdf:li>" for item in items)
    return f"<{name}><rdf:Bag>{inside}</rdf:Bag></{name}>"


LIGHTROOM = packet(
    attributes='xmp:Rating="4" exif:DateTimeOriginal="2018-05-03T14:05:06.12+02:00"'
    ' exif:GPSLatitude="52,31.2N" exif:GPSLongitude="13,24,36W"'
    ' xmp:CreateDate="2020-01-01T00:00:00"',
    elements=bag("dc:subject", "Oma", "family", "sea")
    + bag("lr:hierarchicalSubject", "family", "family|Oma", "places|Sylt/West")
    + '<dc:title><rdf:Alt><rdf:li xml:lang="de">Am See</rdf:li>'
    '<rdf:li xml:lang="x-default">By the sea</rdf:li></rdf:Alt></dc:title>'
    '<dc:description><rdf:Alt><rdf:li xml:lang="en">A walk</rdf:li></rdf:Alt></dc:description>',
)


def test_lightroom_sidecar() -> None:
    facts = xmp.parse(LIGHTROOM)
    assert facts is not None
    assert facts.tags == ["family/Oma", "places/Sylt-West", "sea"]
    assert (facts.rating, facts.title, facts.description) == (4, "By the sea", "A walk")
    assert (facts.taken, facts.offset) == ("2018-05-03T14:05:06", 120)
    assert facts.place == pytest.approx((52.52, -13.41))


def test_digikam_sidecar() -> None:
    facts = xmp.parse(
        packet(
            elements=bag("digiKam:TagsList", "family/Oma", "sea")
            + bag("lr:hierarchicalSubject", "family|Oma", "sea")
            + bag("mediapro:CatalogSets", "family|Oma", "sea")
            + "<xmp:Rating>-1</xmp:Rating>"
            + "<photoshop:DateCreated>2018-05-03T14:05</photoshop:DateCreated>"
        )
    )
    assert facts is not None
    assert (facts.tags, facts.rating) == (["family/Oma", "sea"], -1)
    assert (facts.taken, facts.offset) == ("2018-05-03T14:05:00", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<x/>",
        LIGHTROOM[:400],
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + LIGHTROOM,
        LIGHTROOM.decode().encode("utf-16"),
    ],
)
def test_what_is_no_sidecar_is_left(content: bytes) -> None:
    assert xmp.parse(content) is None


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ('xmp:Rating="0"', "rating"),
        ('xmp:Rating="17"', "rating"),
        ('xmp:Rating="nan"', "rating"),
        ('exif:DateTimeOriginal="2018-13-03T14:05:06"', "taken"),
        ('exif:DateTimeOriginal="2018"', "taken"),
        ('exif:GPSLatitude="95,0N" exif:GPSLongitude="1,0E"', "place"),
        ('exif:GPSLatitude="52,31.2N"', "place"),
    ],
)
def test_nonsense_in_a_sidecar_is_left(attributes: str, name: str) -> None:
    facts = xmp.parse(packet(attributes=attributes))
    assert facts is not None
    assert getattr(facts, name) is None


def test_tags_are_cut_to_what_the_site_takes() -> None:
    assert tag_path("a/b/c/d/e/f/g") == "a/b/c/d/e/f"
    assert tag_path("x" * 200) == "x" * 100
    assert tag_path(" / ") is None
    assert tag_path("a  b//c") == "a b/c"


def plan_of(tmp_path: Path, files: dict[str, bytes], **options: Any) -> dict[str, dict[str, Any]]:
    for name, content in files.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (NOON, NOON))
    with planned(tmp_path / "journal", tmp_path / "in", **options) as journal:
        return rows(journal)


def test_xmp_of_both_namings(tmp_path: Path) -> None:
    other = packet(attributes='xmp:Rating="2"')
    plan = plan_of(
        tmp_path,
        {
            "a.jpg": picture(1, taken="2018:05:03 14:05:06"),
            "a.xmp": other,
            "a.jpg.xmp": LIGHTROOM,
            "b.jpg": picture(2, taken="2018:05:03 10:00:00"),
            "b.xmp": LIGHTROOM,
            "c.xmp": LIGHTROOM,
        },
    )
    a, b = plan["a.jpg"], plan["b.jpg"]
    assert (a["rating"], a["taken"], a["is_said"]) == (4, "2018-05-03T14:05:06", False)
    assert (b["rating"], b["taken"], b["is_said"]) == (4, "2018-05-03T14:05:06", True)
    assert b["dated"] == "XMP sidecar"
    assert plan["a.xmp"]["outcome"] == plan["c.xmp"]["outcome"] == "unused"


def test_icloud_download(tmp_path: Path) -> None:
    details = (
        "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n"
        'IMG_1.JPG,x,yes,no,no,"Saturday June 4,2022 12:11 PM GMT",1,"Sunday"\n'
        'IMG_2.JPG,x,no,yes,no,"Saturday June 4,2022 12:11 AM GMT",1,\n'
        'IMG_3.JPG,x,no,no,yes,"Saturday June 4,2022 12:11 PM GMT",1,\n'
    )
    part = "iCloud Photos Part 1 of 2"
    plan = plan_of(
        tmp_path,
        {
            f"{part}/Photos/IMG_1.JPG": picture(1),
            f"{part}/Photos/IMG_2.JPG": picture(2, taken="2022:06:04 02:11:47"),
            f"{part}/Photos/IMG_3.JPG": picture(3),
            f"{part}/Photos/Photo Details.csv": details.encode("utf-8-sig"),
            f"{part}/Photos/IMG_1.AAE": b"<plist/>",
            f"{part}/Albums/Trip.csv": b"imgName\nIMG_1.JPG\nIMG_2.JPG\nIMG_9.JPG\n",
            f"{part}/Memories/Summer.csv": b"imageName\nIMG_1.JPG\n",
            "other.csv": b"a,b\n1,2\n",
        },
    )
    one, two, three = (plan[f"{part}/Photos/IMG_{number}.JPG"] for number in (1, 2, 3))
    assert (one["taken"], one["is_said"], one["favourite"]) == ("2022-06-04T14:11:00", True, True)
    assert sorted(one["albums"]) == ["Summer", "Trip"]
    assert (two["taken"], two["is_said"], two["archived"]) == ("2022-06-04T02:11:47", False, True)
    assert three["outcome"] == "not"
    assert (
        plan[f"{part}/Albums/Trip.csv"]["reason"]
        == "1 of its names are of no picture, or of several"
    )
    assert plan["other.csv"]["outcome"] == "unused"


def test_icloud_album_name_of_several_pictures_is_left(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        {
            "1/IMG_1.JPG": picture(1),
            "2/IMG_1.JPG": picture(2),
            "Trip.csv": b"Images\nIMG_1.JPG\n",
        },
    )
    assert plan["1/IMG_1.JPG"]["albums"] == plan["2/IMG_1.JPG"]["albums"] == []


def test_icloud_csv_that_is_cut_is_no_error() -> None:
    assert icloud.parse(b"\xff\xfe", "x.csv") is None
    assert icloud.parse(b"", "x.csv") is None
    assert icloud.parse(b"imgName,originalCreationDate\n\nIMG", "x.csv") == {
        "details": {"IMG": {"taken": None, "favourite": False, "hidden": False, "deleted": False}}
    }


def test_ente_sidecar_is_in_a_folder_beside(tmp_path: Path) -> None:
    said = sidecar("a.jpg", place=(1.0, 2.0)) | {"caption": "By the sea", "description": ""}
    plan = plan_of(
        tmp_path,
        {
            "Trip/a.jpg": picture(1),
            "Trip/metadata/a.jpg.json": json.dumps(said).encode(),
        },
        albums_by_folder=True,
    )
    row = plan["Trip/a.jpg"]
    assert (row["description"], row["place"], row["albums"]) == ("By the sea", [1.0, 2.0], ["Trip"])
    assert plan["Trip/metadata/a.jpg.json"]["outcome"] == "read"


def test_plain_folder(tmp_path: Path) -> None:
    files = {
        "Iceland/IMG-20190714-WA0001.jpg": picture(1),
        "Iceland/x.jpg": picture(2),
        "y.jpg": picture(3),
    }
    plan = plan_of(tmp_path, files, albums_by_folder=True)
    named = plan["Iceland/IMG-20190714-WA0001.jpg"]
    assert (named["taken"], named["is_said"]) == ("2019-07-14T12:00:00", False)
    assert (named["dated"], named["tags"]) == ("name (WhatsApp), a guess", ["WhatsApp"])
    assert plan["Iceland/x.jpg"]["dated"] == "file's last change, a guess"
    assert [plan[path]["albums"] for path in files] == [["Iceland"], ["Iceland"], []]


def test_same_paths_in_two_zips_keep_their_own_sidecars(tmp_path: Path) -> None:
    for number in (1, 2):
        folder = tmp_path / f"part{number}/2019"
        folder.mkdir(parents=True)
        (folder / "IMG_1.JPG").write_bytes(picture(number))
        (folder / "IMG_1.xmp").write_bytes(packet(attributes=f'xmp:Rating="{number}"'))
    paths = [tmp_path / "part1", tmp_path / "part2"]
    with planned(tmp_path / "journal", *paths) as journal:
        found = journal.db.execute(
            "SELECT e.container, json_extract(p.facts, '$.rating') FROM entries e"
            " JOIN pictures p ON p.sha256 = e.sha256"
        ).fetchall()
    assert {(container[-1], rating) for container, rating in found} == {("1", 1), ("2", 2)}
