"""Blocks of metadata, wherever programs and phones put them: dates, and which way is up."""

import random
import struct
import time
import zlib

import pytest
from PIL import Image

from app.media.formats import sniff
from app.media.formats.metadata_blocks import metadata_blocks
from app.media.metadata.reader import PictureMetadata
from tests.media.samples import (
    exif_block,
    iptc_block,
    png_chunk,
    quarters,
    saved,
    with_segment,
    xmp_packet,
)
from tests.media.test_decode import opened, ready, shows_the_quarters

XMP_OF_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
TURNED = 6  # the camera lay on its side: the picture is to be turned by 90 degrees


def block(*, order: str = "<", orientation: int = 1) -> bytes:
    """Camera, date and place, and in which way the picture lies."""

    def angle(*parts: int) -> tuple[int, bytes]:
        return 5, b"".join(struct.pack(order + "LL", part, 1) for part in parts)

    return exif_block(
        {0x010F: (2, b"Xiaomi\0"), 0x0112: (3, struct.pack(order + "H", orientation))},
        {0x9003: (2, b"2024:05:01 10:00:05\0")},
        order=order,
        place={1: (2, b"N\0"), 2: angle(45, 30, 0), 3: (2, b"W\0"), 4: angle(75, 45, 0)},
    )


def place_of(found: PictureMetadata) -> tuple[float | None, float | None]:
    return found.latitude, found.longitude


OTTAWA = (45.5, -75.75)


def png(*, before: bytes = b"", after: bytes = b"") -> bytes:
    """The quarters, lying on their side, with chunks before and behind the pixels."""
    side = quarters().transpose(Image.Transpose.ROTATE_90)
    file = saved(side, "PNG")
    begin, end = file.index(b"IDAT") - 4, file.index(b"IEND") - 4
    return file[:begin] + before + file[begin:end] + after + file[end:]


def wrapped(name: str, content: bytes, *, packed: bool = True) -> bytes:
    """As ImageMagick wraps it: a name, a length, hexadecimal digits in lines of 72."""
    digits = content.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    text = f"\n{name.lower()}\n{len(content):8}\n{lines}\n".encode()
    keyword = f"Raw profile type {name}".encode() + b"\0"
    if packed:
        return png_chunk(b"zTXt", keyword + b"\0" + zlib.compress(text))
    return png_chunk(b"tEXt", keyword + text)


LYING = block(orientation=TURNED)
# PNG extensions 1.5.0 let eXIf stand anywhere but between two IDAT, the third edition (2025) only
# before them (w3c/png 447). ExifTool's "PNG TextualData" tags for ImageMagick's raw profiles.
PNGS = {
    "before the pixels": png(before=png_chunk(b"eXIf", LYING)),
    "behind the pixels": png(after=png_chunk(b"eXIf", LYING)),
    "with its name": png(after=png_chunk(b"eXIf", b"Exif\0\0" + LYING)),
    "raw profile exif": png(before=wrapped("exif", b"Exif\0\0" + LYING)),
    "raw profile exif, not packed": png(before=wrapped("exif", b"Exif\0\0" + LYING, packed=False)),
    "raw profile APP1": png(before=wrapped("APP1", b"Exif\0\0" + LYING)),
    "raw profile APP1 behind the pixels": png(after=wrapped("APP1", b"Exif\0\0" + LYING)),
    "a chunk and a profile": png(
        before=wrapped("exif", b"Exif\0\0" + block()), after=png_chunk(b"eXIf", LYING)
    ),
}


@pytest.mark.parametrize("name", PNGS)
def test_png_is_upright_and_dated_by_exif_wherever_it_stands(name: str) -> None:
    outcome = ready(PNGS[name])
    assert (outcome.width, outcome.height) == (160, 96)
    for derived in (outcome.thumbnail, outcome.preview):
        assert shows_the_quarters(opened(derived))
    assert outcome.metadata.make == "Xiaomi"
    assert str(outcome.metadata.taken_at) == "2024-05-01 10:00:05"
    assert place_of(outcome.metadata) == OTTAWA


def test_png_keeps_xmp_and_iptc_in_many_wrappings() -> None:
    packet = xmp_packet("xmp:Rating='4' photoshop:DateCreated='1985-07-14'")
    iptc = iptc_block((120, b"By the agency")).removeprefix(b"Photoshop 3.0\0")
    plain = b"XML:com.adobe.xmp\0\0\0\0\0" + packet
    compressed = b"XML:com.adobe.xmp\0\1\0en\0title\0" + zlib.compress(packet)
    for chunk in (
        png_chunk(b"iTXt", plain),
        png_chunk(b"iTXt", compressed),
        wrapped("xmp", packet),
        wrapped("APP1", XMP_OF_JPEG + packet),
    ):
        found = ready(png(after=chunk)).metadata
        assert (found.rating, str(found.taken_at)) == (4, "1985-07-14 00:00:00")
    for name in ("iptc", "8bim"):
        assert ready(png(before=wrapped(name, iptc))).metadata.caption == "By the agency"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "written", ["bare", "with its name", "with the marker of a JPEG", "without an offset"]
)
def test_heic_tells_camera_date_and_place_however_its_exif_begins(order: str, written: str) -> None:
    # ISO/IEC 23008-12, A.2.1: an offset of four bytes, then anything, then TIFF's header. Android
    # and Xiaomi: FF E1, length, "Exif": ianare/exif-py 109, bigcat88/pillow_heif 92. Without the
    # offset: nokiatech/heif_conformance 10. ExifTool reads all of them.
    exif = block(order=order)
    marker = b"\xff\xe1" + struct.pack(">H", len(exif) + 8)
    content = {
        "with its name": b"Exif\0\0" + exif,
        "with the marker of a JPEG": marker + b"Exif\0\0" + exif,
    }.get(written, exif)
    file = saved(quarters(), "HEIC", exif=content)
    if written == "without an offset":
        at = file.index(exif)
        for before, after in ((at - 4, at), (len(exif) + 4, len(exif))):
            long = struct.pack(">L", before)
            assert file.count(long) == 1
            file = file.replace(long, struct.pack(">L", after))
    found = ready(file).metadata
    assert (found.make, str(found.taken_at)) == ("Xiaomi", "2024-05-01 10:00:05")
    assert place_of(found) == OTTAWA


XMP = XMP_OF_JPEG + xmp_packet("xmp:Rating='4'")
IPTC = iptc_block((120, b"By the agency"))
EXIF = b"Exif\0\0" + block()
BARE = saved(quarters(), "JPEG", quality=95)


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    """The quarters, with segments in this order at the beginning."""
    file = BARE
    for marker, content in reversed(segments):
        file = with_segment(file, marker, content)
    return file


APP1, APP13 = 0xE1, 0xED
JPEGS = {
    # ExifReader 583 (2026): of several EXIF segments the one counts that holds something.
    "an empty one first": jpeg((APP1, b"Exif\0\0"), (APP1, EXIF), (APP1, XMP), (APP13, IPTC)),
    "nonsense first": jpeg((APP1, b"Exif\0\0nothing"), (APP1, EXIF), (APP1, XMP), (APP13, IPTC)),
    # ruven/iipsrv 286 (2026): XMP before EXIF.
    "XMP first": jpeg((APP1, XMP), (APP13, IPTC), (APP1, EXIF)),
    # ExifReader 596 (2026): of several of Photoshop's, one is broken or holds no IPTC.
    "a broken one of Photoshop's": jpeg(
        (APP13, b"Photoshop 3.0\0\xff\xff"), (APP13, IPTC), (APP1, EXIF), (APP1, XMP)
    ),
    "one of Photoshop's without records": jpeg(
        (APP13, b"Photoshop 3.0\x008BIM\x03\xed\0\0\0\0\0\2ab"),
        (APP13, IPTC),
        (APP1, EXIF),
        (APP1, XMP),
    ),
    # Photoshop cuts what is longer than a segment, anywhere.
    "Photoshop's in two parts": jpeg(
        (APP13, IPTC[:40]), (APP13, b"Photoshop 3.0\0" + IPTC[40:]), (APP1, EXIF), (APP1, XMP)
    ),
    "two alike": jpeg(
        (APP1, EXIF), (APP1, b"Exif\0\0" + block(orientation=6)), (APP1, XMP), (APP13, IPTC)
    ),
    "bytes that do not belong there": jpeg((APP1, EXIF), (APP1, XMP), (APP13, IPTC)).replace(
        b"\xff\xdb", bytes(4) + b"\xff\xff\xdb", 1
    ),
}


@pytest.mark.parametrize("name", JPEGS)
def test_jpeg_tells_what_any_of_its_segments_holds(name: str) -> None:
    outcome = ready(JPEGS[name])
    found = outcome.metadata
    assert shows_the_quarters(opened(outcome.preview))
    assert (found.make, found.rating, found.caption) == ("Xiaomi", 4, "By the agency")
    assert str(found.taken_at) == "2024-05-01 10:00:05"
    assert place_of(found) == OTTAWA


def test_jpeg_is_upright_by_the_segment_that_says_how() -> None:
    side = saved(quarters().transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95)
    file = with_segment(side, APP1, b"Exif\0\0" + LYING)
    outcome = ready(with_segment(file, APP1, b"Exif\0\0"))
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))


WEBP = saved(quarters(), "WEBP", quality=95, exif=block(), xmp=xmp_packet("xmp:Rating='4'"))


@pytest.mark.parametrize("name", ["bare", "with its name", "not announced"])
def test_webp_tells_what_its_chunks_hold(name: str) -> None:
    # RFC 9649: the chunk holds the block alone; php/php-src 22213 and img-parts 17 (2025, 2026):
    # cameras and programs put its name before it, and leave the header's flags unset.
    file = WEBP
    if name == "with its name":
        file = saved(quarters(), "WEBP", quality=95, exif=EXIF, xmp=xmp_packet("xmp:Rating='4'"))
    elif name == "not announced":
        at = file.index(b"VP8X") + 8
        file = file[:at] + bytes([file[at] & ~0x0C]) + file[at + 1 :]
    found = ready(file).metadata
    assert (found.make, found.rating) == ("Xiaomi", 4)
    assert place_of(found) == OTTAWA


def test_nonsense_in_a_png_is_no_metadata() -> None:
    for chunk in (
        png_chunk(b"eXIf", b"II*\0"),
        png_chunk(b"zTXt", b"Raw profile type exif\0\0not packed"),
        png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\nmany\nzz"),
        png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n-5\n4949"),
        png_chunk(b"tEXt", b"Raw profile type mystery\0\nexif\n2\n4949"),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0no end"),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp"),
    ):
        assert ready(png(after=chunk)).metadata == PictureMetadata()


def test_what_is_no_segment_is_not_searched_for_long() -> None:
    began = time.process_time()
    for filling in (bytes(50_000_000), b"\xff" * 50_000_000, b"\xff\xe1\0\0" * 10_000_000):
        assert metadata_blocks(b"\xff\xd8" + filling, sniff.JPEG) == {}
    assert time.process_time() - began < 5


def test_a_bomb_in_a_png_is_not_unpacked_whole() -> None:
    bomb = zlib.compress(b"\nexif\n99999999\n" + b"4" * 50_000_000)
    chunk = png_chunk(b"zTXt", b"Raw profile type exif\0\0" + bomb)
    began = time.process_time()
    found = metadata_blocks(png(after=chunk * 200), sniff.PNG)
    assert len(found["exif"]) <= 1 << 20
    assert time.process_time() - began < 10


def test_no_bytes_raise() -> None:
    packed = png(after=wrapped("xmp", xmp_packet("xmp:Rating='4'")))
    wholes = (*PNGS.values(), packed, *JPEGS.values(), WEBP)
    for seed in range(1000):
        chance = random.Random(seed)  # noqa: S311 - the same chances each time
        changed = bytearray(wholes[seed % len(wholes)])
        for _ in range(chance.randrange(1, 12)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        hostile = bytes(changed)
        for kind in (sniff.JPEG, sniff.PNG, sniff.WEBP):
            metadata_blocks(hostile[: chance.randrange(len(hostile))], kind)
            metadata_blocks(hostile, kind)
