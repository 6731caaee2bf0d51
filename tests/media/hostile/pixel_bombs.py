"""Small files whose headers claim enormous pictures, and some that nearly are what they claim."""

import struct
import zlib
from collections.abc import Iterator

from tests.media.hostile.bad_file import HUNGRY, READY, UNREADABLE, BadFile
from tests.media.samples import EVERY_TYPE, png, png_chunk, quarters, saved

KIND = "pixel bomb"
# What lies so about its size may also be found out by its header, or show what there is.
ENORMOUS = HUNGRY | UNREADABLE | READY | {"damaged: too_slow"}
_LITTLE_PIXELS = png_chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9))


def pixel_bombs() -> Iterator[BadFile]:
    """In each format: far too large, just too large, long and thin, and as large as it can say."""
    for make in (_png, _jpeg, _gif, _webp, _tiff, _heif):
        for name, content, ends in make():
            yield BadFile(kind=KIND, name=name, content=content, ends=ends)


Bombs = Iterator[tuple[str, bytes, frozenset[str]]]


def _png() -> Bombs:
    for width, height in ((17_000, 17_000), (10_001, 10_000), (1_000_000, 101), (101, 1_000_000)):
        yield f"{width}x{height}.png", png(width, height, _LITTLE_PIXELS), ENORMOUS
    for side in (65_535, 1_000_000, 2**31 - 1, 2**32 - 1):  # the last two are more than a PNG may
        ends = ENORMOUS if side <= 1_000_000 else UNREADABLE
        yield f"{side} squared.png", png(side, side, _LITTLE_PIXELS), ends
    yield "0 squared.png", png(0, 0, _LITTLE_PIXELS), UNREADABLE
    for bits, interlaced in ((8, 1), (16, 0), (16, 1)):
        content = png(10_000, 9_999, _LITTLE_PIXELS, bits=bits, interlaced=interlaced)
        yield f"almost too large, {bits} bits, interlaced {interlaced}.png", content, HUNGRY


def _jpeg() -> Bombs:
    baseline = EVERY_TYPE["image/jpeg"]
    progressive = saved(quarters(), "JPEG", progressive=True)
    for whole, marker in ((baseline, b"\xff\xc0"), (progressive, b"\xff\xc2")):
        kind = "baseline" if whole is baseline else "progressive"
        for width, height in ((17_000, 17_000), (65_500, 65_500), (65_500, 1_527), (1_527, 65_500)):
            claimed = _claimed(whole, marker, 5, struct.pack(">HH", height, width))
            yield f"{kind} {width}x{height}.jpg", claimed, ENORMOUS
        zero = _claimed(whole, marker, 5, struct.pack(">HH", 0, 0))
        yield f"{kind} 0 squared.jpg", zero, UNREADABLE
        almost = _claimed(whole, marker, 5, struct.pack(">HH", 9_999, 10_000))
        yield f"{kind} almost too large.jpg", almost, HUNGRY


def _gif() -> Bombs:
    for side, ends in (
        (17_000, ENORMOUS),
        (65_535, ENORMOUS),
        (0, READY),
        (9_999, HUNGRY | READY),
    ):
        film = bytearray(EVERY_TYPE["image/gif"])
        frame = film.find(b",", 13 + 3 * 2 ** ((film[10] & 7) + 1))
        struct.pack_into("<HH", film, 6, side, side)
        # What is shown is the frame, however large the screen is on which it stands.
        yield f"screen of {side} squared.gif", bytes(film), READY
        struct.pack_into("<HH", film, frame + 5, side, side)
        yield f"screen and frame of {side} squared.gif", bytes(film), ends
        struct.pack_into("<HH", film, 6, 16, 16)
        yield f"frame of {side} squared on a small screen.gif", bytes(film), ends


def _webp() -> Bombs:
    lossy, lossless = EVERY_TYPE["image/webp"], saved(quarters(), "WEBP", lossless=True)
    extended = saved(quarters(), "WEBP", exif=b"Exif\0\0II*\0")
    moving = saved(quarters(), "WEBP", save_all=True, append_images=[quarters().rotate(180)])
    for side in (16_383, 10_001, 9_999):
        start = lossy.find(b"\x9d\x01\x2a")
        claimed = lossy[: start + 3] + struct.pack("<HH", side, side) + lossy[start + 7 :]
        ends = ENORMOUS if side > 10_000 else HUNGRY
        yield f"lossy {side} squared.webp", claimed, ends
        start = lossless.find(b"VP8L") + 9
        bits = (side - 1) | (side - 1) << 14 | lossless[start + 3] >> 4 << 28
        claimed = lossless[:start] + struct.pack("<L", bits) + lossless[start + 4 :]
        yield f"lossless {side} squared.webp", claimed, ends
        sides = (side - 1).to_bytes(3, "little") * 2
        for name, whole in (("still", extended), ("moving", moving)):
            at = whole.find(b"VP8X") + 12
            content = whole[:at] + sides + whole[at + 6 :]
            # Of one that moves, room for the whole canvas may never be asked for.
            allowed = ends | UNREADABLE | (READY if side < 10_000 else frozenset())
            yield f"{name} canvas {side} squared.webp", content, allowed
    at = moving.find(b"VP8X") + 12
    yield "endless canvas.webp", moving[:at] + b"\xff" * 6 + moving[at + 6 :], ENORMOUS


def _tiff() -> Bombs:
    whole = EVERY_TYPE["image/tiff"]
    for side in (17_000, 65_535):
        yield f"{side} squared.tif", with_tags(whole, {256: side, 257: side}), ENORMOUS
    almost = {256: 10_000, 257: 9_999, 278: 9_999}
    yield "almost too large, in one strip.tif", with_tags(whole, almost), HUNGRY
    yield "no sides.tif", with_tags(whole, {256: 0, 257: 0}), UNREADABLE
    yield "many bands.tif", with_tags(whole, {277: 65_535}), UNREADABLE


def with_tags(tiff: bytes, changes: dict[int, int]) -> bytes:
    """A little-endian TIFF whose first directory says something else."""
    lying = bytearray(tiff)
    (start,) = struct.unpack_from("<L", lying, 4)
    (count,) = struct.unpack_from("<H", lying, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from("<HH", lying, at)
        if tag in changes:
            struct.pack_into("<L" if kind == 4 else "<H", lying, at + 8, changes[tag])
    return bytes(lying)


def _heif() -> Bombs:
    for suffix, whole in (("avif", EVERY_TYPE["image/avif"]), ("heic", EVERY_TYPE["image/heic"])):
        for width, height in ((17_000, 17_000), (65_535, 65_535), (1_000_000, 101), (2**31, 2**31)):
            claimed = _claimed(whole, b"ispe", 8, struct.pack(">LL", width, height))
            ends = ENORMOUS if width < 2**31 else UNREADABLE
            yield f"{width}x{height}.{suffix}", claimed, ends
        yield f"0 squared.{suffix}", _claimed(whole, b"ispe", 8, bytes(8)), UNREADABLE
        almost = _claimed(whole, b"ispe", 8, struct.pack(">LL", 10_000, 9_999))
        yield f"almost too large.{suffix}", almost, ENORMOUS


def _claimed(whole: bytes, marker: bytes, offset: int, says: bytes) -> bytes:
    """The file with something else written behind every marker."""
    lying = bytearray(whole)
    at = lying.find(marker)
    assert at >= 0
    while at >= 0:
        lying[at + offset : at + offset + len(says)] = says
        at = lying.find(marker, at + 1)
    return bytes(lying)
