"""Files that lie, end early, hide something or are no pictures: all have an outcome."""

import io
import random
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from app.media.decode.decoder import render
from app.media.results import Rejected, Rendered
from app.media.sandbox.pool import DecoderPool
from tests.media.jpeg_segments import INNOCENT, blocks
from tests.media.samples import EVERY_TYPE, exif_block, png, png_chunk, quarters, saved

WHOLE_PIXELS = png_chunk(b"IDAT", zlib.compress(bytes(64 * (1 + 64 * 3))))


def rejection(original: bytes) -> tuple[str, str | None]:
    outcome = render(original)
    assert isinstance(outcome, Rejected), outcome
    return outcome.reason, outcome.content_type


NO_PICTURES = {
    "nothing": b"",
    "one byte": b"\xff",
    "html": b"<!doctype html><html><script>alert(1)</script></html>",
    "javascript": b"#!/usr/bin/env node\nalert(1)",
    "zip": b"PK\x03\x04" + bytes(200),
    "program": b"\x7fELF\x02\x01\x01" + bytes(200),
    "text": b"GIF is a format. JPEG is another.",
    "magick vector": b"push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'x'\n",
    "riff without webp": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20),
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_rejected(name: str) -> None:
    assert rejection(NO_PICTURES[name]) == ("not_a_picture", None)


SVG = b'<?xml version="1.0"?>\n<!-- hi --><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
NOT_TAKEN_IN = {
    "image/svg+xml": SVG,
    "application/pdf": b"%PDF-1.7\n%%EOF\n",
    "application/postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "image/vnd.adobe.photoshop": b"8BPS\x00\x01" + bytes(100),
    "image/bmp": saved(quarters(), "BMP"),
    "image/x-icon": saved(quarters(64, 64), "ICO"),
    "image/fits": b"SIMPLE  =                    T" + bytes(100),
    "video/x-matroska": b"\x1aE\xdf\xa3" + bytes(100),
    "image/x-sigma-x3f": b"FOVb" + bytes(100),
}


@pytest.mark.parametrize("content_type", NOT_TAKEN_IN)
def test_what_is_known_but_not_taken_in_is_named(content_type: str) -> None:
    assert rejection(NOT_TAKEN_IN[content_type]) == ("unsupported_type", content_type)


EMPTY_RAW = {
    "video/mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100),
    "video/quicktime": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(100),
    "image/x-canon-cr2": b"II*\0\x10\0\0\0CR\x02\0" + bytes(100),
    "image/x-canon-cr3": b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom" + bytes(100),
    "image/x-adobe-dng": b"II*\0\x08\0\0\0\x01\0"
    + struct.pack("<HHLL", 50706, 1, 4, 1)
    + bytes(100),
    "image/x-olympus-orf": b"IIRO\x08\0\0\0" + bytes(100),
    "image/x-phaseone-iiq": b"II*\0\x10\0\0\0IIIICwaR" + bytes(100),
}


@pytest.mark.parametrize("content_type", EMPTY_RAW)
def test_a_raw_file_or_video_without_anything_in_it_is_unreadable(content_type: str) -> None:
    assert rejection(EMPTY_RAW[content_type]) == ("unreadable", content_type)


@pytest.mark.parametrize("content_type", EVERY_TYPE)
def test_a_header_alone_is_unreadable(content_type: str) -> None:
    assert rejection(EVERY_TYPE[content_type][:14])[0] in {"unreadable", "unsupported_type"}


def resized(original: bytes, marker: bytes, offset: int, layout: str, side: int) -> bytes:
    """The file with another size written into its header."""
    lying = bytearray(original)
    at = lying.find(marker)
    while at >= 0:
        struct.pack_into(layout, lying, at + offset, side, side)
        at = lying.find(marker, at + 1)
    return bytes(lying)


def tiff_of(side: int) -> bytes:
    lying = bytearray(EVERY_TYPE["image/tiff"])
    (start,) = struct.unpack_from("<L", lying, 4)
    (count,) = struct.unpack_from("<H", lying, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from("<HH", lying, at)
        if tag in {256, 257}:
            struct.pack_into("<L" if kind == 4 else "<H", lying, at + 8, side)
    return bytes(lying)


def bomb(content_type: str, side: int) -> bytes:
    """A small file whose header says that it is enormous."""
    original = EVERY_TYPE[content_type]
    match content_type:
        case "image/jpeg":
            return resized(original, b"\xff\xc0", 5, ">HH", side)
        case "image/png":
            return png(side, side, png_chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9)))
        case "image/gif":
            film = bytearray(original)
            struct.pack_into("<HH", film, 6, side, side)
            frame = film.find(b",", 13 + 3 * 2 ** ((film[10] & 7) + 1))
            struct.pack_into("<HH", film, frame + 5, side, side)
            return bytes(film)
        case "image/webp":
            canvas = saved(quarters(), "WEBP", exif=b"Exif\0\0II*\0")
            at = canvas.find(b"VP8X")
            three_bytes = (side - 1).to_bytes(3, "little")
            return canvas[: at + 12] + three_bytes * 2 + canvas[at + 18 :]
        case "image/tiff":
            return tiff_of(side)
        case _:
            return resized(original, b"ispe", 8, ">LL", side)


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1, large_memory_bytes=0) as decoders:
        yield decoders


@pytest.mark.parametrize("content_type", EVERY_TYPE)
def test_pixel_bomb_costs_little_and_is_kept_if_it_is_a_picture(
    decoders: DecoderPool, tmp_path: Path, content_type: str
) -> None:
    original = tmp_path / "original"
    original.write_bytes(bomb(content_type, 16_000 if content_type == "image/webp" else 17_000))
    began = time.monotonic()
    outcome = decoders.render(original)
    assert time.monotonic() - began < 30
    if isinstance(outcome, Rejected):
        assert outcome.reason == "unreadable"
        assert content_type not in {"image/jpeg", "image/png", "image/tiff"}


@pytest.mark.parametrize("side", [10_000, 10_001, 40_000])
def test_there_is_no_limit_at_which_pictures_are_thrown_away(side: int) -> None:
    assert render(png(side, side, png_chunk(b"IDAT", zlib.compress(bytes(9))))).reason == (
        "incomplete"
    )


def test_metadata_bombs_cost_nothing() -> None:
    half_gigabyte = zlib.compressobj(9)
    deflated = b"".join(half_gigabyte.compress(bytes(1 << 20)) for _ in range(256))
    deflated += half_gigabyte.flush()
    bombs = [
        png(64, 64, png_chunk(b"zTXt", b"a\0\0" + deflated), WHOLE_PIXELS),
        png(64, 64, png_chunk(b"iCCP", b"a\0\0" + deflated), WHOLE_PIXELS),
        png(64, 64, png_chunk(b"iTXt", b"a\0\1\0\0\0" + deflated), WHOLE_PIXELS),
        png(64, 64, png_chunk(b"tEXt", b"a\0b") * 50_000, WHOLE_PIXELS),
        png(64, 64, png_chunk(b"eXIf", b"II*\0\x08\0\0\0\xff\xff" + bytes(5 << 20)), WHOLE_PIXELS),
    ]
    began = time.process_time()
    for hostile in bombs:
        outcome = render(hostile)
        assert isinstance(outcome, Rendered)
        assert outcome.outcome == "ready"
    assert time.process_time() - began < 5


def test_frame_bombs_cost_nothing() -> None:
    frames = [Image.new("P", (64, 64), n) for n in range(3)]
    film = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=10)
    first = film.find(b"\x21\xf9")
    many = film[:first] + film[first:-1] * 50_000 + b";"
    began = time.process_time()
    outcome = render(many)
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.width, outcome.height) == ("ready", 64, 64)
    assert time.process_time() - began < 3


def test_a_tiff_whose_directories_form_a_ring_ends() -> None:
    ring = bytearray(EVERY_TYPE["image/tiff"])
    (start,) = struct.unpack_from("<L", ring, 4)
    (count,) = struct.unpack_from("<H", ring, start)
    struct.pack_into("<L", ring, start + 2 + 12 * count, start)
    assert render(bytes(ring)).reason is None


@pytest.mark.parametrize("content_type", EVERY_TYPE)
def test_whatever_is_cut_off_has_an_outcome(content_type: str) -> None:
    whole = EVERY_TYPE[content_type]
    for part in (*range(0, len(whole), max(1, len(whole) // 25)), len(whole) - 1):
        outcome = render(whole[:part])
        if isinstance(outcome, Rendered):
            assert (outcome.outcome == "ready") == (outcome.reason is None)
            assert (outcome.thumbnail is None) == (outcome.preview is None)


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png", "image/gif", "image/webp"])
def test_of_a_picture_that_ends_early_the_beginning_is_shown(content_type: str) -> None:
    noise = Image.effect_noise((400, 300), 60).convert("RGB")
    kind = content_type.removeprefix("image/").upper()
    whole = saved(noise, kind)
    outcome = render(whole[: len(whole) * 7 // 10])
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("damaged", "incomplete")
    assert (outcome.width, outcome.height) == (400, 300)
    assert outcome.preview is not None
    top = Image.open(io.BytesIO(outcome.preview)).convert("L").crop((0, 0, 400, 150))
    wanted = noise.convert("L").crop((0, 0, 400, 150))
    difference = sum(abs(a - b) for a, b in zip(top.tobytes(), wanted.tobytes(), strict=True))
    assert difference / (400 * 150) < 25


@pytest.mark.parametrize("content_type", EVERY_TYPE)
def test_flipped_bits_have_an_outcome(content_type: str) -> None:
    for seed in range(30):
        chance = random.Random(seed)  # noqa: S311 - the same chances each time
        hostile = bytearray(EVERY_TYPE[content_type])
        for _ in range(chance.choice((1, 4, 30))):
            at = chance.randrange(min(len(hostile), chance.choice((300, 1 << 30))))
            hostile[at] ^= 1 << chance.randrange(8)
        assert isinstance(render(bytes(hostile)), Rendered | Rejected)


CANARY = b"CANARY"


def with_canaries() -> dict[str, bytes]:
    """Pictures that carry a word in every place that is not a pixel."""
    word = CANARY.decode()
    exif = exif_block(
        {0x010E: (2, CANARY + b"\0"), 0x013B: (2, CANARY + b"\0")},
        {0x9286: (7, b"ASCII\0\0\0" + CANARY)},
    )
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{word}</x:xmpmeta>'.encode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", word)
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0b\x1c\x02\x78\0\x06" + CANARY + b"\0"
    jpeg = saved(quarters(), "JPEG", exif=exif, xmp=xmp, comment=CANARY)
    marker = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    return {
        "JPEG": jpeg[:2] + marker + jpeg[2:] + CANARY * 50,
        "PNG": saved(quarters(), "PNG", exif=exif, pnginfo=text) + CANARY,
        "GIF": saved(quarters(), "GIF", comment=CANARY) + CANARY,
        "WEBP": saved(quarters(), "WEBP", exif=exif, xmp=xmp),
        "AVIF": saved(quarters(), "AVIF", exif=exif, xmp=xmp),
        "HEIC": saved(quarters(), "HEIC", exif=exif, xmp=xmp),
        "TIFF": saved(quarters(), "TIFF", tiffinfo={0x010E: word, 0x013B: word, 700: xmp}),
    }


@pytest.mark.parametrize("kind", with_canaries())
def test_derived_pictures_carry_nothing_but_pixels_and_colour(kind: str) -> None:
    original = with_canaries()[kind]
    assert CANARY in original
    outcome = render(original)
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
    for derived in (outcome.thumbnail, outcome.preview):
        assert derived is not None
        assert CANARY not in derived
        assert blocks(derived) <= INNOCENT


def test_a_polyglot_is_only_its_picture() -> None:
    page = b"<script>alert(document.domain)</script>"
    film = saved(quarters(), "GIF", comment=page)
    for original, content_type in (
        (EVERY_TYPE["image/jpeg"] + page, "image/jpeg"),
        (EVERY_TYPE["image/png"] + b"PK\x03\x04" + bytes(50), "image/png"),
        (film, "image/gif"),
        (saved(quarters(), "JPEG", comment=page), "image/jpeg"),
    ):
        outcome = render(original)
        assert isinstance(outcome, Rendered)
        assert outcome.content_type == content_type
        assert page not in (outcome.preview or b"")
    assert rejection(b"GIF89a=1;alert(1)//" + bytes(40))[0] == "unreadable"
    assert rejection(b"%PDF-1.4\n" + EVERY_TYPE["image/jpeg"])[0] == "unsupported_type"
    assert rejection(page + EVERY_TYPE["image/jpeg"])[0] == "not_a_picture"
