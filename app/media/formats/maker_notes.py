"""Find the previews that Olympus, Epson and Pentax store in their maker notes.

A maker note is an EXIF value in a format of the maker. These begin with a name, followed by a
directory like those of TIFF (ExifTool's MakerNotes.pm, Olympus.pm and Pentax.pm). Olympus stores
its full-size JPEG nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.media.formats.sniff import Bytes
from app.media.metadata.exif import (
    IFD,
    LONG,
    Layout,
    layout_of,
    read_directory,
    read_first,
    whole_of,
)

_EXIF_DIRECTORY, _MAKER_NOTE = 0x8769, 0x927C


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """How a maker's note is laid out, in bytes from where it begins.

    order_at is where its order of bytes is told; None where it is the file's. from_note says that
    places are counted from the note's beginning instead of the file's. pairs are the tags of a
    JPEG's place and length; values hold a JPEG themselves; settings is a further directory, with
    such a pair in it.
    """

    directory_at: int
    order_at: int | None = None
    from_note: bool = False
    values: tuple[int, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    settings: int | None = None


_THUMBNAIL, _PREVIEW, _EPSON_PREVIEW = 0x0100, 0x0081, 0x0280
_PREVIEW_PAIR = (0x0088, 0x0089)
_CAMERA_SETTINGS, _SETTINGS_PAIR = 0x2020, (0x0101, 0x0102)
_PENTAX_PAIR = (0x0004, 0x0003)


def _olympus(directory_at: int, order_at: int | None) -> _Kind:
    return _Kind(
        directory_at=directory_at,
        order_at=order_at,
        from_note=order_at is not None,
        values=(_THUMBNAIL, _PREVIEW, _EPSON_PREVIEW),
        pairs=(_PREVIEW_PAIR,),
        settings=_CAMERA_SETTINGS,
    )


_KINDS = (
    (b"OLYMPUS\0", _olympus(12, 8)),
    (b"OM SYSTEM\0", _olympus(16, 12)),
    (b"OLYMP\0", _olympus(8, None)),
    (b"EPSON\0", _olympus(8, None)),
    (b"AOC\0", _Kind(directory_at=6, order_at=4, pairs=(_PENTAX_PAIR,))),
    (b"PENTAX \0", _Kind(directory_at=10, order_at=8, from_note=True, pairs=(_PENTAX_PAIR,))),
)
_CLASSIC = {b"II": b"II*\0", b"MM": b"MM\0*"}


def jpegs_of_maker_note(data: Bytes) -> Iterator[tuple[int, int]]:
    """Yield where a file's maker's note says that JPEGs are, and how long.

    Each is a place in the file, not checked. Nothing raises for bad bytes.
    """
    layout = layout_of(data)
    first = read_first(data, frozenset({_EXIF_DIRECTORY}))
    if layout is None or _EXIF_DIRECTORY not in first:
        return
    exif = read_directory(data, whole_of(first, _EXIF_DIRECTORY), layout, frozenset({_MAKER_NOTE}))
    if _MAKER_NOTE not in exif:
        return
    note = exif[_MAKER_NOTE]
    kind = next((kind for name, kind in _KINDS if note.raw.startswith(name)), None)
    if kind is not None:
        yield from _jpegs(data, note.place, kind, _layout_of_note(note.raw, kind) or layout)


def _layout_of_note(note: bytes, kind: _Kind) -> Layout | None:
    if kind.order_at is None:
        return None
    return layout_of(_CLASSIC.get(note[kind.order_at : kind.order_at + 2], b""))


def _jpegs(data: Bytes, begin: int, kind: _Kind, layout: Layout) -> Iterator[tuple[int, int]]:
    base = begin if kind.from_note else 0
    block = memoryview(data)[base:]
    wanted = frozenset({*kind.values, *(tag for pair in kind.pairs for tag in pair)})
    tags = read_directory(
        block, begin - base + kind.directory_at, layout, wanted | {kind.settings or 0}
    )
    for value in kind.values:
        if value in tags:
            yield base + tags[value].place, tags[value].length
    for place, length in kind.pairs:
        yield base + whole_of(tags, place), whole_of(tags, length)
    if kind.settings in tags:
        # Newer ones point to the directory; in older ones the value is it.
        tag = tags[kind.settings]
        start = whole_of(tags, kind.settings) if tag.kind in {LONG, IFD} else tag.place
        settings = read_directory(block, start, layout, frozenset(_SETTINGS_PAIR))
        place, length = _SETTINGS_PAIR
        yield base + whole_of(settings, place), whole_of(settings, length)
