"""What a person set is in an XMP file that other programs read; ExifTool reads it back."""

from pathlib import Path
from typing import Any

import pytest

from app.exports.xmp_sidecar import sidecar_of
from tests.support.exiftool import exiftool, read_by_exiftool
from tests.support.images import jpeg

NOTHING: dict[str, Any] = {
    "taken_at": "2024-05-01T10:00:00+02:00",
    "rating": 4,
    "title": "At the sea",
    "location": {"latitude": 1.0, "longitude": 2.0, "altitude": 3.0},
    "corrected": [],
    "favourite": False,
    "description": None,
    "tags": [],
}


def described(**words: Any) -> dict[str, Any]:
    empty = {"source": "person", "alt_text": "", "text": "", "visible_text": "", "tags": []}
    return {"description": empty | words}


def tagged(*paths: str) -> dict[str, Any]:
    return {"tags": [{"id": "7", "path": path} for path in paths]}


def read(folder: Path, **changed: Any) -> dict[str, Any]:
    """What ExifTool reads of the sidecar of an image of which a person set this."""
    packet = sidecar_of(NOTHING | changed)
    assert packet is not None
    file = folder / "picture.jpg.xmp"
    file.write_bytes(packet)
    assert exiftool("-validate", "-s3", str(file)).strip() == "OK"
    return read_by_exiftool(file)


def test_all_that_a_person_set_is_read_back(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        taken_at="1985-07-14T09:30:00-03:30",
        rating=5,
        location={"latitude": -33.8568, "longitude": 151.2153, "altitude": None},
        title="Oma's <80th> & last boat",
        corrected=["taken", "rating", "location", "title"],
        favourite=True,
        **tagged("family/Oma", "Meer"),
        **described(alt_text="A boat.", text="Our boat\nat sea.", tags=["boat"]),
    )
    assert found.pop("XMP-exif:GPSLatitude") == pytest.approx(-33.8568, abs=1e-7)
    assert found.pop("XMP-exif:GPSLongitude") == pytest.approx(151.2153, abs=1e-7)
    assert found == {
        "XMP-x:XMPToolkit": "Pinhole",
        "XMP-exif:DateTimeOriginal": "1985:07:14 09:30:00-03:30",
        "XMP-photoshop:DateCreated": "1985:07:14 09:30:00-03:30",
        "XMP-exif:GPSMapDatum": "WGS-84",
        "XMP-xmp:Rating": 5,
        "XMP-dc:Title": "Oma's <80th> & last boat",
        "XMP-dc:Description": "Our boat\nat sea.",
        "XMP-iptcCore:AltTextAccessibility": "A boat.",
        "XMP-dc:Subject": ["Oma", "Meer", "boat"],
        "XMP-lr:HierarchicalSubject": ["family|Oma", "Meer", "boat"],
        "XMP-digiKam:TagsList": ["family/Oma", "Meer", "boat"],
        "XMP-digiKam:PickLabel": 3,
    }


def test_without_anything_that_a_person_set_there_is_none() -> None:
    assert sidecar_of(NOTHING) is None
    by_model = described(source="model", text="A boat.", tags=["boat"])
    assert sidecar_of(NOTHING | by_model) is None
    nothing = {"corrected": ["location", "title"], "location": None, "title": None}
    assert sidecar_of(NOTHING | nothing) is None


@pytest.mark.parametrize(
    ("corrected", "names"),
    [
        ("taken", {"XMP-exif:DateTimeOriginal", "XMP-photoshop:DateCreated"}),
        ("rating", {"XMP-xmp:Rating"}),
        ("title", {"XMP-dc:Title"}),
        (
            "location",
            {"XMP-exif:GPSLatitude", "XMP-exif:GPSLongitude", "XMP-exif:GPSMapDatum"},
        ),
    ],
)
def test_what_the_file_says_is_left_to_the_file(
    corrected: str, names: set[str], tmp_path: Path
) -> None:
    found = read(tmp_path, corrected=[corrected])
    assert set(found) == names | {"XMP-x:XMPToolkit"}


def test_date_without_a_zone_has_none(tmp_path: Path) -> None:
    found = read(tmp_path, corrected=["taken"], taken_at="1985-07-14T09:30:00")
    assert found["XMP-exif:DateTimeOriginal"] == "1985:07:14 09:30:00"


@pytest.mark.parametrize(("rating", "said"), [(-1, -1), (None, 0), (1, 1)])
def test_rejected_and_none_are_said(rating: int | None, said: int, tmp_path: Path) -> None:
    found = read(tmp_path, corrected=["rating"], rating=rating)
    assert found["XMP-xmp:Rating"] == said
    assert found.get("XMP-digiKam:PickLabel") == (1 if rating == -1 else None)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0.0, 0.0), (-0.0000001, -180.0), (90.0, 179.9999999), (-45.99999999999, 10.0)],
)
def test_places_at_the_edges_are_read_back(
    latitude: float, longitude: float, tmp_path: Path
) -> None:
    place = {"latitude": latitude, "longitude": longitude, "altitude": None}
    found = read(tmp_path, corrected=["location"], location=place)
    assert found["XMP-exif:GPSLatitude"] == pytest.approx(latitude, abs=1e-7)
    assert found["XMP-exif:GPSLongitude"] == pytest.approx(longitude, abs=1e-7)


HOSTILE = (
    "]]></rdf:li></rdf:Bag><xmp:Rating>5</xmp:Rating>",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    '<?xpacket end="w"?>',
    "a & b < c > d \" e ' f &amp; &#0; &lt;",
    "東京, \U0001f468\u200d\U0001f469 Åse, a;b",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(text: str, tmp_path: Path) -> None:
    tag = text.replace("/", "_")
    found = read(tmp_path, **tagged(tag), **described(alt_text=text, text=text))
    assert found["XMP-dc:Description"] == text
    assert found["XMP-iptcCore:AltTextAccessibility"] == text
    assert found["XMP-dc:Subject"] == found["XMP-digiKam:TagsList"] == tag
    assert "XMP-xmp:Rating" not in found


def test_characters_that_xml_has_not_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, **described(alt_text="a\x00b\x0bc\ud800d\uffffe"))
    assert found["XMP-dc:Description"] == "abcde"


def test_names_are_no_levels_that_they_are_not(tmp_path: Path) -> None:
    found = read(tmp_path, **tagged("a|b/c"), **described(tags=["and/or"]))
    assert found["XMP-lr:HierarchicalSubject"] == ["a¦b|c", "and\u2215or"]
    assert found["XMP-digiKam:TagsList"] == ["a|b/c", "and\u2215or"]
    assert found["XMP-dc:Subject"] == ["c", "and/or"]


def test_word_that_is_a_tag_too_is_there_once(tmp_path: Path) -> None:
    found = read(tmp_path, **tagged("family/Oma"), **described(tags=["oma", "boat"]))
    assert found["XMP-dc:Subject"] == ["Oma", "boat"]


def test_exiftool_puts_it_into_a_copy_as_the_read_me_says(tmp_path: Path) -> None:
    photo = tmp_path / "2024" / "IMG_1.jpg"
    photo.parent.mkdir()
    photo.write_bytes(jpeg(seed=3).content)
    packet = sidecar_of(NOTHING | {"corrected": ["rating", "taken"]} | tagged("family/Oma"))
    assert packet is not None
    photo.with_name("IMG_1.jpg.xmp").write_bytes(packet)
    exiftool("-tagsfromfile", "%d%f.%e.xmp", "-xmp:all", "-ext", "jpg", "-r", ".", folder=tmp_path)
    found = read_by_exiftool(photo)
    assert found["XMP-xmp:Rating"] == 4
    assert found["XMP-exif:DateTimeOriginal"] == "2024:05:01 10:00:00+02:00"
    assert found["XMP-lr:HierarchicalSubject"] == "family|Oma"
