"""Read the few XMP properties that are shown, from bytes that may be hostile.

Expat parses it with all dangerous features off. A packet with a document type is not read at all,
so no entity is declared, expanded or fetched. If a packet is broken, the properties before the
fault are kept.
"""

import math
from contextlib import suppress
from typing import NamedTuple
from xml.parsers import expat  # no tree is built; see above for why it is safe here

from app.media.metadata.dates import Moment, read_moment
from app.media.metadata.gps import Place, degrees, place
from app.media.metadata.sanitize import clean_caption, clean_name, clean_title

_LARGEST = 1 << 20
_MAX_ELEMENTS, _DEEPEST = 20_000, 50
_LONGEST_VALUE = 8192
MAX_STARS = 5
REJECTED = -1  # in place of stars: thrown away (Adobe's XMP Specification Part 2, xmp:Rating)

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DESCRIPTION, _ROOT = f"{_RDF} Description", f"{_RDF} RDF"
_LISTS = frozenset({f"{_RDF} Alt", f"{_RDF} Seq", f"{_RDF} Bag"})
_ITEM = f"{_RDF} li"
_EXIF, _TIFF = "http://ns.adobe.com/exif/1.0/ ", "http://ns.adobe.com/tiff/1.0/ "
_BASIC = "http://ns.adobe.com/xap/1.0/ "
# Google's, for files that hold several media one behind the other.
_CAMERA = "http://ns.google.com/photos/1.0/camera/ "
_PART = "http://ns.google.com/photos/1.0/container/ Item"
_OF_PART = "http://ns.google.com/photos/1.0/container/item/ "
_MAX_PARTS = 100
# The name of a property, by its namespace and name. A packet may abbreviate namespaces as it likes.
_WANTED = {
    _BASIC + "Rating": "rating",
    "http://purl.org/dc/elements/1.1/ title": "title",
    "http://ns.adobe.com/photoshop/1.0/ Headline": "headline",
    "http://purl.org/dc/elements/1.1/ description": "caption",
    _EXIF + "DateTimeOriginal": "taken",
    "http://ns.adobe.com/photoshop/1.0/ DateCreated": "created",
    _BASIC + "CreateDate": "digitized",
    _EXIF + "GPSLatitude": "latitude",
    _EXIF + "GPSLongitude": "longitude",
    _EXIF + "GPSAltitude": "altitude",
    _EXIF + "GPSTimeStamp": "satellites",
    _EXIF + "GPSAltitudeRef": "below",
    _TIFF + "Make": "make",
    _TIFF + "Model": "model",
    "http://cipa.jp/exif/1.0/ LensModel": "lens",
    "http://ns.adobe.com/exif/1.0/aux/ Lens": "lens",
    _CAMERA + "MotionPhoto": "motion",
    _CAMERA + "MicroVideo": "motion",
    _CAMERA + "MicroVideoOffset": "motion_length",
}


class Part(NamedTuple):
    """One of the media in a file: what it is for, its bytes, and the bytes behind it."""

    purpose: str
    length: int
    padding: int


class XmpFacts(NamedTuple):
    """What a packet says; None where it says nothing that makes sense.

    moments are when it was taken, created and digitized, as far as it says so, in this order;
    satellites is the time of the last fix.
    rating is 0 where it says "none given". has_motion says that the picture moves; motion_length is
    in bytes, of its moving part by Google's first format; parts lists the media of the file.
    """

    rating: int | None = None
    title: str | None = None
    caption: str | None = None
    moments: tuple[Moment, ...] = ()
    satellites: Moment | None = None
    place: Place | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    has_motion: bool = False
    motion_length: int = 0
    parts: tuple[Part, ...] = ()


def read_xmp(packet: bytes | memoryview) -> XmpFacts:
    """Read a packet. Nothing raises for bad bytes."""
    if len(packet) > _LARGEST:
        return XmpFacts()
    said, parts = _properties(bytes(packet))
    moments = (read_moment(said.get(name, "")) for name in ("taken", "created", "digitized"))
    return XmpFacts(
        rating=_stars(said.get("rating", "")),
        title=clean_title(said.get("title", "")) or clean_title(said.get("headline", "")),
        caption=clean_caption(said.get("caption", "")),
        moments=tuple(moment for moment in moments if moment),
        satellites=read_moment(said.get("satellites", "")),
        place=_place(said),
        make=clean_name(said.get("make", "")),
        model=clean_name(said.get("model", "")),
        lens=clean_name(said.get("lens", "")),
        has_motion=said.get("motion", "").strip() == "1",
        motion_length=_bytes(said.get("motion_length", "")),
        parts=tuple(
            Part(p.get("Semantic", ""), _bytes(p.get("Length", "")), _bytes(p.get("Padding", "")))
            for p in parts
        ),
    )


class _EnoughError(Exception):
    """No more of this packet is read."""


class _Reader:
    """Collects wanted properties: attributes of a description, or elements in it."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.parts: list[dict[str, str]] = []
        self._path: list[str] = []
        self._elements = 0
        self._name: str | None = None
        self._text = ""

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MAX_ELEMENTS or len(self._path) > _DEEPEST:
            raise _EnoughError
        inside, self._path = self._path[-2:], [*self._path, tag]
        if tag == _DESCRIPTION and inside[-1:] == [_ROOT]:
            for name, value in attributes.items():
                if name in _WANTED:
                    self.said.setdefault(_WANTED[name], value[:_LONGEST_VALUE])
        elif tag == _PART and len(self.parts) < _MAX_PARTS:
            self._name = None
            self.parts.append(
                {
                    name.removeprefix(_OF_PART): value[:_LONGEST_VALUE]
                    for name, value in attributes.items()
                    if name.startswith(_OF_PART)
                }
            )
        elif tag.startswith(_OF_PART) and self.parts:
            self._name, self._text = tag, ""
        elif inside == [_ROOT, _DESCRIPTION]:
            self._name, self._text = _WANTED.get(tag), ""
        elif tag not in _LISTS and tag != _ITEM:
            self._name = None  # a structure, not a text

    def text(self, text: str) -> None:
        if self._name and len(self._text) < _LONGEST_VALUE:
            self._text += text

    def end(self, tag: str) -> None:
        self._path.pop()
        # Of a text in several languages the first counts: it is the one for everybody.
        if self._name and self._text.strip() and tag not in _LISTS:
            of_part = self._name.startswith(_OF_PART)
            into = self.parts[-1] if of_part else self.said
            into.setdefault(self._name.removeprefix(_OF_PART), self._text.strip()[:_LONGEST_VALUE])
            self._name = None


def _properties(packet: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    reader = _Reader()
    # Whatever encoding the packet names: to look one up, Python would open files.
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    refused = False

    def refuse(*_: object) -> None:
        nonlocal refused
        refused = True
        raise _EnoughError

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    with suppress(expat.ExpatError, _EnoughError, ValueError):
        parser.Parse(packet.rstrip(b"\0 \t\r\n"), True)  # noqa: FBT003 - expat's own: this is all
    return ({}, []) if refused else (reader.said, reader.parts)


def _stars(text: str) -> int | None:
    """Read 1 to 5, 0 for "none given", or REJECTED."""
    stars = _number(text)
    return int(stars) if REJECTED <= stars <= MAX_STARS else None


def _place(said: dict[str, str]) -> Place | None:
    altitude = _number(said.get("altitude", ""))
    if said.get("below", "").strip() == "1":
        altitude = -altitude
    latitude, longitude = (_degrees(said.get(name, "")) for name in ("latitude", "longitude"))
    return place(latitude, longitude, None if math.isnan(altitude) else altitude)


def _degrees(text: str) -> float | None:
    """Read "48,51.492N" or "48,51,29N"."""
    text = text.strip()
    return degrees([_number(part) for part in text[:-1].split(",")[:3]], text[-1:])


_LONGEST_NUMBER = 40


def _bytes(text: str) -> int:
    number = _number(text)
    return int(number) if 0 <= number < 1 << 53 else 0


def _number(text: str) -> float:
    """Read "2.5" or "5/2"; NaN when it is no number."""
    numerator, _, denominator = text[:_LONGEST_NUMBER].partition("/")
    try:
        return float(numerator) / float(denominator or 1)
    except (ValueError, ZeroDivisionError):
        return math.nan
