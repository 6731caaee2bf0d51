"""Find the gain map of an image: Ultra HDR, ISO 21496-1, and Apple's earlier format.

In a JPEG it is a second JPEG behind the first, in HEIC and AVIF an item that is not shown.
"""

import math
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pyvips  # type: ignore[import-untyped]

from app.media.colour.cicp import profile_of_primaries
from app.media.colour.gain_map import (
    ICC_SEGMENT,
    ISO_SEGMENT,
    Channel,
    GainMap,
    fitted_gain_map,
    from_apple,
    grey_or_rgb,
    headroom_of_apple,
    is_usable,
    unpack_numbers,
)
from app.media.colour.icc_profiles import anonymous, colour_space, fate_of_rgb
from app.media.colour.management import Image
from app.media.formats.heif_items import HeifItems
from app.media.formats.orientation import turned, upright_by_items
from app.media.formats.sniff import Bytes
from app.media.metadata.exif import layout_of, number_of, read_directory, read_first, read_tags

_ULTRA_HDR = b"http://ns.adobe.com/hdr-gain-map/1.0/"
_APPLE = b"urn:com:apple:photo:2020:aux:hdrgainmap"
_MPF = b"MPF\0"
_MAX_SEGMENTS = 200
_MAX_PICTURES = 16
_MAX_PIXELS = 50_000_000


def gain_map_of_jpeg(data: Bytes, *, exif: Bytes, orientation: int) -> GainMap | None:
    """Return the gain map of a JPEG, turned as the picture is; None when there is none.

    Costs some microseconds where there is none. Raises anything for bad bytes.
    """
    segments = list(_segments(data, 0))
    names = [bytes(data[start : start + len(ISO_SEGMENT)]) for start, _ in segments]
    is_standard = ISO_SEGMENT in names or any(
        _holds(data, segment, _ULTRA_HDR) for segment in segments
    )
    found = None
    if is_standard:
        with suppress(pyvips.Error, ValueError):  # Apple writes both kinds of numbers
            found = _by_libultrahdr(data)
    if found is None and any(name.startswith(_MPF) for name in names):
        found = _apple_jpeg(data, segments, exif)
    return None if found is None else _checked(found, orientation)


def gain_map_of_heif(
    items: HeifItems, *, exif: Bytes, orientation: int, decode: Callable[[memoryview], Image]
) -> GainMap | None:
    """Return the gain map of a HEIC or AVIF; None when there is none.

    decode gives the primary item of a file, upright as its properties say. Raises anything for bad
    bytes.
    """
    derived, item = _tone_mapped_item(items) or (None, _apple_item(items))
    if item is None:
        return None
    size = items.size(item)
    if size is None or size[0] * size[1] > _MAX_PIXELS:
        return None
    pixels = grey_or_rgb(decode(items.with_primary(item)))
    if not any(kind in (b"irot", b"imir") for kind, _ in items.properties(item)):
        pixels = upright_by_items(pixels, items, is_cropped=False)
    if derived is None:
        about = b"".join(items.content(one) for one in items.referring(item, b"cdsc"))
        return _checked(from_apple(pixels, headroom=_apple_headroom(about, exif)), orientation)
    coding = items.coding(derived)
    profile = b"" if coding is None else profile_of_primaries(coding.primaries)
    # The first byte is the version of the item itself.
    return _checked(
        unpack_numbers(items.content(derived)[1:], pixels, profile=profile), orientation
    )


def _checked(found: GainMap, orientation: int) -> GainMap | None:
    if not is_usable(found):
        return None
    fitted = fitted_gain_map(found)
    return replace(fitted, pixels=turned(fitted.pixels, orientation))


def _segments(data: Bytes, at: int) -> Iterator[tuple[int, int]]:
    """Yield where each segment's content begins and ends, up to the pixels."""
    at += 2
    for _ in range(_MAX_SEGMENTS):
        if at + 4 > len(data) or data[at] != 0xFF:  # noqa: PLR2004
            return
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:  # noqa: PLR2004 - the pixels
            return
        yield at + 4, at + 2 + size
        at += 2 + size


def _holds(data: Bytes, segment: tuple[int, int], text: bytes) -> bool:
    start, end = segment
    content = bytes(data[start:end])
    return content.startswith(b"http://ns.adobe.com/xap/1.0/\0") and text in content


def _by_libultrahdr(data: Bytes) -> GainMap | None:
    base = pyvips.Image.uhdrload_buffer(data)
    if not base.get_typeof("gainmap-data"):
        return None
    second = bytes(base.get("gainmap-data"))
    profile = b"" if base.get("gainmap-use-base-cg") else _profile_of_jpeg(second)
    is_simple = colour_space(profile) == "RGB" and fate_of_rgb(profile) != "convert"
    numbers = [
        base.get(f"gainmap-{name}")
        for name in (
            *("min-content-boost", "max-content-boost", "gamma"),
            *("offset-sdr", "offset-hdr"),
        )
    ]
    channels = tuple(
        Channel(math.log2(low), math.log2(high), *others)
        for low, high, *others in zip(*numbers, strict=True)
    )
    return GainMap(
        pixels=_decoded(second),
        channels=channels[:1] if len(set(channels)) == 1 else channels,
        base_headroom=math.log2(base.get("gainmap-hdr-capacity-min")),
        hdr_headroom=math.log2(base.get("gainmap-hdr-capacity-max")),
        profile=anonymous(profile) if is_simple else b"",
    )


def _decoded(jpeg: Bytes) -> Image:
    """Open a gain map, to be decoded once; raises ValueError when it is large."""
    image = pyvips.Image.jpegload_buffer(jpeg, access="sequential", fail_on="error")
    if image.width * image.height > _MAX_PIXELS:
        raise ValueError("a gain map larger than any camera's")
    return grey_or_rgb(image)


def _profile_of_jpeg(jpeg: bytes) -> bytes:
    """Return a profile of one part; libvips reads none of RGB from a grey picture."""
    for start, end in _segments(jpeg, 0):
        if jpeg.startswith(ICC_SEGMENT, start):
            return jpeg[start + len(ICC_SEGMENT) : end]
    return b""


def _apple_jpeg(data: Bytes, segments: list[tuple[int, int]], exif: Bytes) -> GainMap | None:
    for start, size in _further_pictures(data, segments):
        for segment in _segments(data, start):
            if _holds(data, segment, _APPLE):
                headroom = _apple_headroom(bytes(data[segment[0] : segment[1]]), exif)
                return from_apple(_decoded(data[start : start + size]), headroom=headroom)
    return None


def _further_pictures(data: Bytes, segments: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where further pictures begin and how long they are (CIPA DC-007, MP Entry)."""
    for start, end in segments:
        if bytes(data[start : start + 4]) != _MPF:
            continue
        block = bytes(data[start + 4 : end])
        entries = read_first(block, frozenset({0xB002})).get(0xB002)
        if entries is None:
            return
        for at in range(16, min(len(entries.raw), 16 * _MAX_PICTURES) - 15, 16):
            size, offset = struct.unpack_from(entries.order + "LL", entries.raw, at + 4)
            first = start + 4 + offset
            if size and first + size <= len(data) and bytes(data[first : first + 2]) == b"\xff\xd8":
                yield first, size


def _tone_mapped_item(items: HeifItems) -> tuple[int, int] | None:
    """Return the item that is made of the primary one and a map ("tmap"), and the map."""
    for item, kind in items.types.items():
        made_of = items.referenced(item, b"dimg")
        if kind == b"tmap" and len(made_of) == 2 and made_of[0] == items.primary:  # noqa: PLR2004
            return item, made_of[1]
    return None


def _apple_item(items: HeifItems) -> int | None:
    for item in items.referring(items.primary, b"auxl"):
        kind = items.find(item, b"auxC")
        if kind is not None and bytes(kind[4:]).startswith(_APPLE):
            return item
    return None


_MAKER_NOTE = 0x927C
_HEADROOM = re.compile(rb"HDRGainMapHeadroom(?:=['\"]|>)\s*([0-9.]{1,20})")
_NOTE_OF_APPLE, _START_OF_NOTE = b"Apple iOS\0", 14


def _apple_headroom(xmp: bytes, exif: Bytes) -> float:
    """Return by how much the map multiplies at most; 1 when nobody says."""
    said = _HEADROOM.search(xmp)
    if said is not None:
        return float(said[1])
    _, exposure, _ = read_tags(
        exif, first=frozenset(), exposure=frozenset({_MAKER_NOTE}), gps=frozenset()
    )
    note = exposure.get(_MAKER_NOTE)
    layout = layout_of(b"MM\0*")
    if note is None or layout is None or not note.raw.startswith(_NOTE_OF_APPLE):
        return 1.0
    tags = read_directory(note.raw, _START_OF_NOTE, layout, frozenset({33, 48}))
    maker_33, maker_48 = (
        number_of(tags.get(tag), least=-100, most=100, digits=6) for tag in (33, 48)
    )
    if maker_33 is None or maker_48 is None:
        return 1.0
    return headroom_of_apple(maker_33, maker_48)
