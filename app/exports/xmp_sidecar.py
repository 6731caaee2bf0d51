"""What a person said of an image, as XMP: the file beside an original that photo programs read."""

import re
from collections.abc import Iterable
from typing import Any

from app.images.models import DescriptionSource

_NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# XMP Specification Part 1, 7.3.2: the id is the same in all packets.
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = '\n<?xpacket end="w"?>\n'
# All but XML 1.0's Char (2.2): no escape makes them valid.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# digiKam's flags, as numbers in its PickLabel.
_REJECTED, _ACCEPTED = "1", "3"
_LEVELS = "|"  # between the names of Lightroom's hierarchicalSubject


def sidecar_of(facts: dict[str, Any]) -> bytes | None:
    """Return an XMP packet of all that its person set, or None where that is nothing.

    Args:
        facts: the API's ImageDetail.
    """
    properties = [*_corrections(facts), *_words(facts), *_keywords(facts), *_flag(facts)]
    return _packet(properties) if properties else None


# A property: its name, what holds its values (None: the property itself), and these.
_Property = tuple[str, str | None, list[str]]


def _corrections(facts: dict[str, Any]) -> Iterable[_Property]:
    corrected = facts["corrected"]
    if "taken" in corrected:
        yield "exif:DateTimeOriginal", None, [facts["taken_at"]]
        yield "photoshop:DateCreated", None, [facts["taken_at"]]
    if "rating" in corrected:
        yield "xmp:Rating", None, [str(facts["rating"] or 0)]
    # XMP has no word for "not known", which a person may say of the place.
    if "location" in corrected and (place := facts["location"]):
        yield "exif:GPSMapDatum", None, ["WGS-84"]
        yield "exif:GPSLatitude", None, [_degrees(place["latitude"], "NS")]
        yield "exif:GPSLongitude", None, [_degrees(place["longitude"], "EW")]


def _words(facts: dict[str, Any]) -> Iterable[_Property]:
    # XMP has no word for "none", which a person may say of the title, too.
    if "title" in facts["corrected"] and (title := facts["title"]):
        yield "dc:title", "Alt", [title]
    said = _description_of_person(facts)
    # Programs that know no alternative text show it at least as the description.
    if text := said.get("text") or said.get("alt_text"):
        yield "dc:description", "Alt", [text]
    if alt_text := said.get("alt_text"):
        yield "Iptc4xmpCore:AltTextAccessibility", "Alt", [alt_text]


def _keywords(facts: dict[str, Any]) -> Iterable[_Property]:
    paths = [tag["path"] for tag in facts["tags"]]
    words = _description_of_person(facts).get("tags", [])
    # digiKam reads TagsList alone where there is one, so all keywords are in each of the lists.
    if flat := _each_once([*(path.rpartition("/")[2] for path in paths), *words]):
        trees = _each_once([*paths, *(word.replace("/", "\u2215") for word in words)])
        levels = [path.replace(_LEVELS, "¦").replace("/", _LEVELS) for path in trees]
        yield "dc:subject", "Bag", flat
        yield "lr:hierarchicalSubject", "Bag", levels
        yield "digiKam:TagsList", "Seq", trees


def _flag(facts: dict[str, Any]) -> Iterable[_Property]:
    # A favourite is no colour (xmp:Label), whose names and meanings each person makes their own.
    if facts["favourite"]:
        yield "digiKam:PickLabel", None, [_ACCEPTED]
    elif "rating" in facts["corrected"] and facts["rating"] == -1:
        yield "digiKam:PickLabel", None, [_REJECTED]


def _description_of_person(facts: dict[str, Any]) -> dict[str, Any]:
    description: dict[str, Any] = facts["description"] or {}
    return description if description.get("source") == DescriptionSource.PERSON else {}


def _each_once(words: Iterable[str]) -> list[str]:
    return list({word.casefold(): word for word in reversed(list(words))}.values())[::-1]


def _degrees(value: float, signs: str) -> str:
    """Write "64,8.784000N", as XMP Specification Part 2 has GPSCoordinate."""
    degrees, rest = divmod(round(abs(value) * 60_000_000), 60_000_000)
    minutes, millionths = divmod(rest, 1_000_000)
    return f"{degrees},{minutes}.{millionths:06d}{signs[value < 0]}"


def _packet(properties: Iterable[_Property]) -> bytes:
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - a cold start needs none

    def named(name: str) -> str:
        prefix, _, local = name.partition(":")
        return f"{{{_NAMESPACES[prefix]}}}{local}"

    for prefix, namespace in _NAMESPACES.items():
        ET.register_namespace(prefix, namespace)
    root = ET.Element(named("x:xmpmeta"), {named("x:xmptk"): "Pinhole"})
    rdf = ET.SubElement(root, named("rdf:RDF"))
    about = ET.SubElement(rdf, named("rdf:Description"), {named("rdf:about"): ""})
    for name, holder, values in properties:
        element = ET.SubElement(about, named(name))
        if holder is None:
            element.text = _NOT_XML.sub("", values[0])
            continue
        items = ET.SubElement(element, named(f"rdf:{holder}"))
        for value in values:
            item = ET.SubElement(items, named("rdf:li"))
            item.text = _NOT_XML.sub("", value)
            if holder == "Alt":
                item.set(_LANGUAGE, "x-default")
    ET.indent(root, " ")
    return (_BEGIN + ET.tostring(root, encoding="unicode") + _END).encode()
