"""XMP sidecars of Lightroom, digiKam, darktable and others.

Names of properties: Adobe's XMP Specification, part 2; ExifTool's tables for digiKam and MediaPro.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

MAX_XMP = 4 * 1024 * 1024
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XAP = "{http://ns.adobe.com/xap/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_LIGHTROOM = "{http://ns.adobe.com/lightroom/1.0/}"
_DIGIKAM = "{http://www.digikam.org/ns/1.0/}"
_MEDIAPRO = "{http://ns.iview-multimedia.com/mediapro/1.0/}"
# Hierarchical keywords, and what separates the names in each.
_HIERARCHICAL = (
    (_LIGHTROOM + "hierarchicalSubject", "|"),
    (_DIGIKAM + "TagsList", "/"),
    (_MEDIAPRO + "CatalogSets", "|"),
)
# Not xmp:CreateDate, which of a scan is the day of scanning.
_DATES = (_EXIF + "DateTimeOriginal", _PHOTOSHOP + "DateCreated")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d))?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$")
_POSITION = re.compile(r"(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])$")
_RATINGS = range(-1, 6)
_MAX_LATITUDE, _MAX_LONGITUDE = 90, 180


@dataclass(kw_only=True)
class Facts:
    """What an XMP sidecar says. `taken` is a wall clock, `offset` minutes from UTC."""

    title: str = ""
    description: str = ""
    tags: list[str] = field(default_factory=list)
    rating: int | None = None
    taken: str | None = None
    offset: int | None = None
    place: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it is kept in the journal."""
        return asdict(self)


def parse(content: bytes) -> Facts | None:
    """Read a sidecar; None of one that is none or is broken."""
    # Entities are what makes XML dangerous, and need a DTD; XMP has none.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or _is_wide(content):
        return None
    try:
        root = ET.fromstring(content)  # noqa: S314 - no DTD, see above
    except (ET.ParseError, ValueError, RecursionError):
        return None
    descriptions = list(root.iter(_RDF + "Description"))
    if not descriptions:
        return None
    values = _Properties(descriptions)
    taken, offset = _date(values)
    return Facts(
        title=values.language(_DC + "title"),
        description=values.language(_DC + "description"),
        tags=_tags(values),
        rating=_rating(values.first(_XAP + "Rating")),
        taken=taken,
        offset=offset,
        place=_place(values),
    )


def _is_wide(content: bytes) -> bool:
    """UTF-16 and UTF-32 could hide a DTD from a look at the bytes."""
    return b"\0" in content


class _Properties:
    """Properties of all descriptions, whether written as attributes or as elements."""

    def __init__(self, descriptions: list[ET.Element]) -> None:
        self._descriptions = descriptions

    def texts(self, name: str) -> Iterator[str]:
        for description in self._descriptions:
            if value := description.get(name):
                yield value.strip()
            for element in description.findall(name):
                items = list(element.iter(_RDF + "li"))
                yield from ((item.text or "").strip() for item in items or [element])

    def first(self, name: str) -> str:
        return next((text for text in self.texts(name) if text), "")

    def language(self, name: str) -> str:
        """The text in the default language, or the first."""
        for description in self._descriptions:
            for element in description.findall(name):
                for item in element.iter(_RDF + "li"):
                    if item.get(_XML_LANG) == "x-default" and item.text:
                        return item.text.strip()
        return self.first(name)


def _tags(values: _Properties) -> list[str]:
    """Paths of hierarchical keywords, and flat ones that are no part of them."""
    paths: dict[str, None] = {}
    for name, separator in _HIERARCHICAL:
        for text in values.texts(name):
            names = [part.strip().replace("/", "-") for part in text.split(separator)]
            if path := "/".join(part for part in names if part):
                paths.setdefault(path)
    parts = {part.casefold() for path in paths for part in path.split("/")}
    for text in values.texts(_DC + "subject"):
        flat = text.replace("/", "-")
        if flat and flat.casefold() not in parts:
            paths.setdefault(flat)
    # "a" is given with "a/b" by some programs, and says nothing more.
    above = {path[:at] for path in paths for at in range(len(path)) if path[at] == "/"}
    return [path for path in paths if path not in above]


def _rating(text: str) -> int | None:
    try:
        rating = int(float(text))
    except (ValueError, OverflowError):
        return None
    return rating if rating and rating in _RATINGS else None


def _date(values: _Properties) -> tuple[str | None, int | None]:
    for name in _DATES:
        found = _DATE.match(values.first(name))
        if found:
            try:
                clock = datetime.fromisoformat(f"{found[1]}T{found[2]}:{found[3] or '00'}")
            except ValueError:
                continue
            return clock.isoformat(), _minutes(found[4])
    return None, None


def _minutes(text: str | None) -> int | None:
    if not text:
        return None
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return -minutes if text[0] == "-" else minutes


def _place(values: _Properties) -> tuple[float, float] | None:
    latitude = _degrees(values.first(_EXIF + "GPSLatitude"))
    longitude = _degrees(values.first(_EXIF + "GPSLongitude"))
    if latitude is None or longitude is None:
        return None
    if abs(latitude) > _MAX_LATITUDE or abs(longitude) > _MAX_LONGITUDE:
        return None
    return (latitude, longitude) if latitude or longitude else None


def _degrees(text: str) -> float | None:
    found = _POSITION.match(text)
    if not found:
        return None
    degrees = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
    return -degrees if found[4] in "SW" else degrees
