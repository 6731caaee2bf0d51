"""What pictures say of themselves by the API, and what they cannot say (THREATS 21, 27)."""

import struct

import httpx2
import pytest

from tests.api.conftest import until
from tests.media.samples import iptc_block, with_segment, xmp_packet
from tests.support.images import Picture, jpeg
from tests.support.search import ids_of
from tests.support.users import Json, Person

XMP, PHOTOSHOP = b"http://ns.adobe.com/xap/1.0/\0", 0xED
OTTAWA = "exif:GPSLatitude='45,25.29N' exif:GPSLongitude='75,41.832W'"
CAPTION = "<dc:description><rdf:Alt><rdf:li>{}</rdf:li></rdf:Alt></dc:description>"


def with_xmp(packet: bytes, *, seed: int) -> Picture:
    plain = jpeg(seed=seed)
    content = with_segment(plain.content, 0xE1, XMP + packet)
    return Picture(name=plain.name, content_type=plain.content_type, content=content)


def told(person: Person, picture: Picture) -> Json:
    (image_id,) = person.upload(picture)
    settled = until(lambda: person.settled(image_id))
    assert settled["state"] == "ready"
    return person.detail(image_id)


def test_place_stars_and_caption_are_told(ada: Person) -> None:
    packet = xmp_packet(
        f"{OTTAWA} exif:GPSAltitude='705/10' xmp:Rating='4'", CAPTION.format("By the canal")
    )
    detail = told(ada, with_xmp(packet, seed=601))
    assert detail["location"] == {"latitude": 45.4215, "longitude": -75.6972, "altitude": 70.5}
    assert (detail["rating"], detail["caption"]) == (4, "By the canal")
    found = 'canal beach camera:"Box One"'  # at once, and not with the next sweep
    assert ids_of(ada, found) == [detail["id"]]
    assert detail["taken_at"] == "2024-05-03T14:05:06+02:00"


def test_a_picture_marked_as_rejected_is_told_as_such(ada: Person) -> None:
    assert told(ada, with_xmp(xmp_packet("xmp:Rating='-1'"), seed=612))["rating"] == -1


def test_a_picture_that_says_nothing_of_it_tells_nothing(ada: Person) -> None:
    detail = told(ada, jpeg(seed=602))
    assert (detail["location"], detail["rating"], detail["caption"]) == (None, None, None)


@pytest.mark.parametrize(
    ("seed", "packet"),
    [
        (603, xmp_packet("exif:GPSLatitude='nan,0N' exif:GPSLongitude='inf,0E' xmp:Rating='nan'")),
        (604, xmp_packet("exif:GPSLatitude='999,0N' exif:GPSLongitude='9e999,0E'")),
        (605, xmp_packet("xmp:Rating='" + "9" * 400 + "'")),
        (606, xmp_packet("", CAPTION.format("&#0;"))),
        (
            607,
            xmp_packet(
                "",
                CAPTION.format("&secret;"),
                before="<!DOCTYPE d [<!ENTITY secret SYSTEM 'file:///etc/passwd'>]>",
            ),
        ),
        (
            608,
            xmp_packet(
                "", CAPTION.format("&b;"), before="<!DOCTYPE d [<!ENTITY b 'expanded words'>]>"
            ),
        ),
        (609, b"\xff\xfe\0" * 5000),
    ],
)
def test_hostile_packets_say_nothing(ada: Person, seed: int, packet: bytes) -> None:
    detail = told(ada, with_xmp(packet, seed=seed))
    assert (detail["location"], detail["rating"], detail["caption"]) == (None, None, None)


def test_a_caption_is_text_without_controls(ada: Person) -> None:
    plain = jpeg(seed=610)
    wild = "<img src=x onerror=alert(1)>\r\n\x1b[2J\u202ereversed\ud7ff".encode() + b"\0hidden"
    content = with_segment(plain.content, PHOTOSHOP, iptc_block((120, wild)))
    detail = told(ada, Picture(name="x.jpg", content_type="image/jpeg", content=content))
    assert detail["caption"] == "<img src=x onerror=alert(1)>\n[2J reversed"


def test_metadata_in_plenty_is_no_reason_to_fail(ada: Person) -> None:
    plain = jpeg(seed=611)
    content = plain.content
    for _ in range(100):
        content = with_segment(content, 0xE1, XMP + xmp_packet("", "<a>" * 15_000))
    content = with_segment(content, PHOTOSHOP, b"Photoshop 3.0\0" + b"8BIM" * 15_000)
    content = with_segment(
        content, 0xE1, b"Exif\0\0II*\0" + struct.pack("<L", 8) + b"\xff" * 60_000
    )
    detail = told(ada, Picture(name="x.jpg", content_type="image/jpeg", content=content))
    assert detail["caption"] is None
    assert httpx2.get(detail["preview_url"]).headers["content-type"] == "image/jpeg"
