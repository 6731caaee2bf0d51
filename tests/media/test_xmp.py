"""What is read from XMP and IPTC, and what is refused: bombs, entities, files of this machine."""

import random
import time
from datetime import datetime

import pytest

from app.media.metadata.dates import Moment
from app.media.metadata.iptc import read_iptc
from app.media.metadata.reader import PictureMetadata, read_metadata
from app.media.metadata.xmp import REJECTED, XmpFacts, read_xmp
from tests.media.samples import exif_block, gps_block, iptc_block, xmp_packet

CLOCK = datetime(2024, 5, 1, 10, 0, 5)  # noqa: DTZ001 - a wall clock


def in_languages(*texts: str) -> str:
    items = "".join(f"<rdf:li xml:lang='x-default'>{text}</rdf:li>" for text in texts)
    return f"<dc:description><rdf:Alt>{items}</rdf:Alt></dc:description>"


def test_attributes_and_elements_are_read() -> None:
    packet = xmp_packet(
        "xmp:Rating='4' tiff:Make='Scanner Works' exif:GPSLatitude='45,25.29N'"
        " exif:GPSLongitude='75,41.832W' exif:GPSAltitude='705/10' exif:GPSAltitudeRef='0'",
        in_languages("Café by the\nharbour &amp; more", "In another language")
        + "<exif:DateTimeOriginal>2024-05-01T10:00:05+02:00</exif:DateTimeOriginal>",
    )
    found = read_xmp(packet)
    assert found.rating == 4
    assert found.caption == "Café by the\nharbour & more"
    assert found.moments == (Moment(CLOCK, 120),)
    assert found.place == (45.4215, -75.6972, 70.5)
    assert found.make == "Scanner Works"


def test_namespaces_may_be_abbreviated_in_any_way() -> None:
    packet = xmp_packet().replace(b"xmlns:xmp=", b"xmp:Rating='1' q:Rating='3' xmlns:q=")
    packet = packet.replace(b"xmp:Rating='1' ", b"xmlns:xmp='urn:another' xmp:Rating='1' ")
    assert read_xmp(packet).rating == 3


@pytest.mark.parametrize(
    ("written", "stars"),
    [
        ("5", 5),
        ("3.0", 3),
        ("0", 0),
        ("-1", REJECTED),
        ("-1.0", REJECTED),
        ("-2", None),
        ("6", None),
        ("nan", None),
        ("1e999", None),
        ("9" * 5000, None),
        ("three", None),
        ("", None),
    ],
)
def test_stars_are_one_to_five_none_or_rejected(written: str, stars: int | None) -> None:
    assert read_xmp(xmp_packet(f"xmp:Rating='{written}'")).rating == stars


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("91,0N", "0,1E"),
        ("nan,0N", "0,1E"),
        ("inf,0N", "0,1E"),
        ("45", "75"),
        ("45,25.29", "75,41.8W"),
        ("1/0,0N", "0,1E"),
        ("0,0N", "0,0E"),
        ("-45,0N", "0,1E"),
        ("", ""),
    ],
)
def test_a_place_that_cannot_be_is_none(latitude: str, longitude: str) -> None:
    packet = xmp_packet(f"exif:GPSLatitude='{latitude}' exif:GPSLongitude='{longitude}'")
    assert read_xmp(packet).place is None


LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "a thousand million laughs": xmp_packet("", in_languages("&i;"), before=LAUGHS + "]>"),
    "one laugh": xmp_packet(
        "", in_languages("&a;"), before="<!DOCTYPE l [<!ENTITY a 'CANARY-laugh'>]>"
    ),
    "a file of this machine": xmp_packet(
        "", in_languages("&f;"), before="<!DOCTYPE l [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>"
    ),
    "an attribute by default": xmp_packet(
        before="<!DOCTYPE l [<!ATTLIST rdf:Description xmp:Rating CDATA '5'>]>"
    ),
    "a document type elsewhere": xmp_packet(
        "", in_languages("CANARY"), before="<!DOCTYPE l SYSTEM 'http://attacker.example/x.dtd'>"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_packet_with_a_document_type_is_not_read(name: str) -> None:
    assert read_xmp(HOSTILE[name]) == XmpFacts()


def test_bombs_are_not_read_for_long() -> None:
    began = time.process_time()
    deep = "<a>" * 100_000
    wide = "<a/>" * 200_000
    for packet in (
        xmp_packet("", deep),
        xmp_packet("", wide),
        xmp_packet("", in_languages("x" * 900_000)),
        xmp_packet(" ".join(f"a{n}=''" for n in range(60_000))),
        xmp_packet("", in_languages(*["x"] * 15_000)),
        xmp_packet("", "<!--" + "-" * 900_000),
        b"<" * 1_000_000,
        b"x" * 5_000_000,
    ):
        found = read_xmp(packet)
        assert len(found.caption or "") <= 2000
    assert time.process_time() - began < 5


def test_what_was_read_before_it_broke_is_kept() -> None:
    whole = xmp_packet("xmp:Rating='4'", in_languages("Kept"))
    assert read_xmp(whole[: whole.find(b"</rdf:Description")]).caption == "Kept"
    assert read_xmp(whole.replace(b"Kept", b"\xff\xfe")).rating == 4
    assert read_xmp(whole + bytes(2000)).rating == 4  # padding


def test_structures_are_not_mistaken_for_the_picture() -> None:
    inner = "<xmp:Other><rdf:Description xmp:Rating='5'/></xmp:Other>"
    assert read_xmp(xmp_packet("", inner)).rating is None


@pytest.mark.parametrize("encoding", ["utf-16", "idna", "unicode_escape", "no-such"])
def test_a_packet_that_names_an_encoding_is_read_as_utf_8(encoding: str) -> None:
    packet = f"<?xml version='1.0' encoding='{encoding}'?>".encode() + xmp_packet("xmp:Rating='4'")
    assert read_xmp(packet).rating == 4


def test_iptc_has_a_caption_and_a_time() -> None:
    block = iptc_block((120, "Größe".encode()), (55, b"20240501"), (60, b"100005+0200"))
    assert read_iptc(block) == (None, "Größe", Moment(CLOCK, 120))
    assert read_iptc(block[block.find(b"\x1c\2") :]).caption == "Größe"  # as a TIFF has them
    assert read_iptc(iptc_block((120, b"Gr\xf6\xdfe\0hidden"))).caption == "Größe"
    assert read_iptc(iptc_block((55, b"99999999"), (60, b"999999"))).taken is None


def test_titles_are_read_headlines_where_there_is_none() -> None:
    items = "<rdf:li>By\nthe sea</rdf:li><rdf:li>Am See</rdf:li>"
    title = f"<dc:title><rdf:Alt>{items}</rdf:Alt></dc:title>"
    headline = "photoshop:Headline='Storm at the coast'"
    assert read_xmp(xmp_packet(headline, title)).title == "By the sea"
    assert read_xmp(xmp_packet(headline)).title == "Storm at the coast"
    assert read_iptc(iptc_block((105, b"Storm"), (5, b"Sea"))).title == "Sea"
    assert read_iptc(iptc_block((105, b"Storm"))).title == "Storm"
    block = iptc_block((5, "Größe".encode()))
    assert read_metadata(iptc=block).title == "Größe"
    assert read_metadata(xmp=xmp_packet(headline), iptc=block).title == "Storm at the coast"
    long = "<dc:title>" + "x" * 5000 + "</dc:title>"
    assert len(read_metadata(xmp=xmp_packet("", long)).title or "") == 300
    stock = "<dc:title>OLYMPUS DIGITAL CAMERA</dc:title>"
    assert read_metadata(xmp=xmp_packet("", stock)).title is None


def test_no_bytes_raise() -> None:
    wholes = (
        iptc_block((5, b"Title"), (120, b"Caption"), (55, b"20240501"), (60, b"100005+0200")),
        xmp_packet("xmp:Rating='4' exif:GPSLatitude='45,25.29N'", in_languages("Caption")),
        gps_block({1: (2, b"N\0"), 2: (5, bytes(24)), 3: (2, b"E\0"), 4: (5, bytes(24))}),
    )
    for seed in range(3000):
        chance = random.Random(seed)  # noqa: S311 - the same chances each time
        hostile = bytearray(wholes[seed % 3])
        for _ in range(chance.randrange(1, 12)):
            hostile[chance.randrange(len(hostile))] = chance.randrange(256)
        for cut in (chance.randrange(len(hostile)), len(hostile)):
            bad = bytes(hostile[:cut])
            read_metadata(bad, xmp=bad, iptc=bad)


def test_each_kind_of_metadata_fills_in_what_others_leave_out() -> None:
    exif = exif_block(
        {0x010F: (2, b"Maker\0"), 0x010E: (2, b"By the camera\0"), 0x4746: (3, b"\2\0")},
        {0x9003: (2, b"2024:05:01 10:00:05\0")},
    )
    alone = read_metadata(exif)
    assert (alone.caption, alone.rating, alone.taken_offset_minutes) == ("By the camera", 2, None)
    zoned = "<exif:DateTimeOriginal>2024-05-01T10:00:05.25-05:00</exif:DateTimeOriginal>"
    packet = xmp_packet("xmp:Rating='5' tiff:Make='Other'", in_languages("By her") + zoned)
    both = read_metadata(exif, xmp=packet, iptc=iptc_block((120, b"By the agency")))
    assert (both.make, both.caption, both.rating) == ("Maker", "By her", 5)
    assert (both.taken_at, both.taken_offset_minutes) == (CLOCK, -300)
    assert read_metadata(iptc=iptc_block((120, b"By the agency"))).caption == "By the agency"


def test_the_zone_of_another_time_is_not_this_ones() -> None:
    exif = exif_block({}, {0x9003: (2, b"2024:05:01 10:00:05\0")})
    packet = xmp_packet("xmp:CreateDate='2024-05-01T11:00:05+02:00'")
    assert read_metadata(exif, xmp=packet).taken_offset_minutes is None


@pytest.mark.parametrize("stock", [b"OLYMPUS DIGITAL CAMERA         ", b"SONY DSC", b"   "])
def test_what_a_camera_says_of_every_picture_is_no_caption(stock: bytes) -> None:
    assert read_metadata(exif_block({0x010E: (2, stock + b"\0")}, {})) == PictureMetadata()


@pytest.mark.parametrize(("written", "stars"), [("0", None), ("-1", REJECTED), ("3", 3), ("", 5)])
def test_stars_of_xmp_outrank_those_of_exif(written: str, stars: int | None) -> None:
    # XMP Specification Part 2, xmp:Rating: -1 is "rejected", 0 is "unrated". Lightroom and Bridge
    # write 0 when stars are taken away, and leave the camera's as they were.
    exif = exif_block({0x4746: (3, b"\5\0")}, {})
    packet = xmp_packet(f"xmp:Rating='{written}'")
    assert read_metadata(exif, xmp=packet).rating == stars


def test_captions_are_cleaned_and_bounded() -> None:
    text = "One\x1b[31m\r\nTwo \u202eowT\n\n\n" + "x" * 5000
    caption = read_metadata(exif_block({0x010E: (2, text.encode())}, {})).caption
    assert caption is not None
    assert caption.startswith("One [31m\nTwo owT\nxxx")
    assert len(caption) == 2000
    assert all(line.isprintable() for line in caption.split("\n"))
