"""Detect Adobe RGB by EXIF: DCF files carry no colour profile for it."""

from app.media.colour.cicp import ADOBE_RGB
from app.media.formats.sniff import Bytes
from app.media.metadata.exif import (
    layout_of,
    number_of,
    read_directory,
    read_tags,
    text_of,
    unwrapped,
    wholes_of,
)

_COLOUR_SPACE, _INTEROPERABILITY = 0xA001, 0xA005
_UNCALIBRATED = 65535
_INDEX = 1
_OPTIONAL_COLOUR_SPACE = "R03"


def profile_by_exif(exif: Bytes) -> bytes | None:
    """Return Adobe RGB's profile when the file is of DCF's optional colour space.

    DCF 2.0 (JEITA CP-3461A): ColorSpace says uncalibrated, and the interoperability index is R03.
    """
    _, exposure, _ = read_tags(
        exif,
        first=frozenset(),
        exposure=frozenset({_COLOUR_SPACE, _INTEROPERABILITY}),
        gps=frozenset(),
    )
    space = number_of(exposure.get(_COLOUR_SPACE), least=0, most=_UNCALIBRATED, digits=0)
    pointer = exposure.get(_INTEROPERABILITY)
    block = unwrapped(exif)
    layout = layout_of(block)
    if space != _UNCALIBRATED or pointer is None or layout is None:
        return None
    start = wholes_of(pointer, most=1)
    tags = read_directory(block, start[0], layout, frozenset({_INDEX})) if start else {}
    is_adobe = text_of(tags.get(_INDEX)).startswith(_OPTIONAL_COLOUR_SPACE)
    return ADOBE_RGB if is_adobe else None
