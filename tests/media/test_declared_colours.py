"""Colours that a file declares beside a profile, and samples whose tones only their type tells."""

import io
import logging
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from PIL import Image, ImageCms

from app.media.colour.cicp import ADOBE_RGB, BT709, P3, Coding, profile_of_coding
from app.media.results import Rendered
from app.media.sandbox.pool import DecoderPool
from tests.media.raw_samples import PLACE, number, tiff
from tests.media.samples import exif_block, png_chunk, saved
from tests.media.test_decode import near, opened, pixel, srgb_of

Patches = list[tuple[int, ...]]


class Show(Protocol):
    """Renders a file of patches, and tells how they look."""

    def __call__(self, file: bytes, count: int = 4) -> Patches: ...


# What Chromium 156 shows for these samples on a screen of sRGB (screenshots of <img>).
SAMPLES: Patches = [(61, 200, 59), (148, 148, 148), (128, 128, 128), (200, 60, 40)]
SRGB, ADOBE, WIDE = (
    (0.3127, 0.3290, *primaries)
    for primaries in (
        (0.64, 0.33, 0.30, 0.60, 0.15, 0.06),
        (0.64, 0.33, 0.21, 0.71, 0.15, 0.06),
        (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    )
)


def png(*chunks: bytes, bits: int = 8, samples: Patches = SAMPLES) -> bytes:
    """A PNG of four patches, 64 wide."""
    letter, scale = ("B", 1) if bits == 8 else ("H", 257)
    row = b"\0" + b"".join(
        struct.pack(f">{len(sample)}{letter}", *(value * scale for value in sample)) * 64
        for sample in samples
    )
    kind = {1: 0, 3: 2, 4: 6}[len(samples[0])]
    header = struct.pack(">LLBBBBB", 64 * len(samples), 64, bits, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            png_chunk(b"IHDR", header),
            *chunks,
            png_chunk(b"IDAT", zlib.compress(row * 64)),
            png_chunk(b"IEND", b""),
        )
    )


def cicp(primaries: int, transfer: int, *, is_full: bool = True) -> bytes:
    return png_chunk(b"cICP", bytes([primaries, transfer, 0, is_full]))


def gama(gamma: float) -> bytes:
    return png_chunk(b"gAMA", struct.pack(">L", round(100_000 * gamma)))


def chrm(numbers: tuple[float, ...]) -> bytes:
    return png_chunk(b"cHRM", struct.pack(">8L", *(round(100_000 * n) for n in numbers)))


def iccp(profile: bytes) -> bytes:
    return png_chunk(b"iCCP", b"a\0\0" + zlib.compress(profile))


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


@pytest.fixture
def shown(decoders: DecoderPool, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Show:
    """Process in a confined child, and return the patches as a screen of sRGB shows them."""

    caplog.set_level(logging.INFO)

    def show(file: bytes, count: int = 4) -> Patches:
        original = tmp_path / "original"
        original.write_bytes(file)
        outcome = decoders.render(original)
        assert isinstance(outcome, Rendered)
        assert outcome.outcome == "ready"
        assert caplog.messages == []  # such as of something imported too late
        picture = srgb_of(opened(outcome.preview))
        width = picture.width // count
        return [
            pixel(picture, (at * width + width // 2, picture.height // 2)) for at in range(count)
        ]

    return show


def all_near(found: Patches, expected: Sequence[tuple[int, ...]], within: int) -> bool:
    return all(near(a, b, within=within) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ((cicp(12, 13),), [(0, 203, 6), (148,) * 3, (128,) * 3, (217, 42, 23)]),
        ((cicp(9, 13),), [(0, 211, 0), (148,) * 3, (128,) * 3, (247, 0, 23)]),
        ((cicp(1, 8),), [(134, 229, 132), (200,) * 3, (188,) * 3, (229, 133, 110)]),
        ((cicp(1, 1),), [(50, 197, 48), (142,) * 3, (121,) * 3, (197, 49, 28)]),
        ((cicp(2, 2),), SAMPLES),
        ((gama(1.0),), [(134, 229, 132), (200,) * 3, (188,) * 3, (229, 133, 110)]),
        ((gama(0.55556),), [(78, 210, 76), (165,) * 3, (146,) * 3, (210, 77, 53)]),
        ((gama(0.45455),), SAMPLES),
        ((gama(1.0), chrm(WIDE)), [(96, 232, 120), (200,) * 3, (188,) * 3, (244, 127, 104)]),
        ((gama(0.4547), chrm(ADOBE)), [(0, 201, 35), (149,) * 3, (129,) * 3, (231, 57, 34)]),
        ((chrm(WIDE),), SAMPLES),
    ],
    ids=[
        *("cICP P3", "cICP BT.2020", "cICP linear", "cICP BT.709", "cICP unspecified"),
        *("gAMA 1", "gAMA 1.8", "gAMA 2.2", "gAMA and cHRM", "Adobe's cHRM", "cHRM alone"),
    ],
)
@pytest.mark.parametrize("bits", [8, 16])
def test_png_shows_what_chromium_shows(
    shown: Show, chunks: tuple[bytes, ...], expected: Patches, bits: int
) -> None:
    assert all_near(shown(png(*chunks, bits=bits)), expected, within=5)


def test_png_the_first_of_cicp_iccp_srgb_and_gama_counts(shown: Show) -> None:
    """PNG, third edition, 4.3; a profile of gamma 1 stands for what does not count."""
    linear = profile_of_coding(Coding(BT709, 8))
    wide = [(0, 203, 6), (148, 148, 148), (128, 128, 128), (217, 42, 23)]
    bright = [(134, 229, 132), (200, 200, 200), (188, 188, 188), (229, 133, 110)]
    srgb = png_chunk(b"sRGB", b"\0")
    assert all_near(shown(png(cicp(P3, 13), iccp(linear), gama(1.0))), wide, within=5)
    assert all_near(shown(png(cicp(BT709, 13), iccp(linear))), SAMPLES, within=5)
    assert all_near(shown(png(iccp(linear), srgb, gama(0.45455))), bright, within=5)
    assert all_near(shown(png(srgb, gama(1.0), chrm(WIDE))), SAMPLES, within=5)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("primaries", "transfer"), [(9, 16), (12, 16), (1, 16), (9, 18)])
def test_png_white_of_hdr_is_white(shown: Show, primaries: int, transfer: int, bits: int) -> None:
    """203 nits are paper's white (ITU-R BT.2408, table 1: 58 % of PQ, 75 % of HLG)."""
    white = 148 if transfer == 16 else 191
    grey = png(cicp(primaries, transfer), bits=bits, samples=[(white,) * 3, (0,) * 3])
    assert all_near(shown(grey, 2), [(237,) * 3, (0,) * 3], within=3)
    one_band = png(cicp(primaries, transfer), bits=bits, samples=[(white,), (0,)])
    assert all_near(shown(one_band, 2), [(237,) * 3, (0,) * 3], within=3)


def test_png_of_hdr_keeps_its_alpha(decoders: DecoderPool, tmp_path: Path) -> None:
    for bits in (8, 16):
        original = tmp_path / f"{bits}"
        original.write_bytes(png(cicp(9, 16), bits=bits, samples=[(148, 148, 148, 128)]))
        outcome = decoders.render(original)
        assert isinstance(outcome, Rendered)
        found = pixel(opened(outcome.preview), (32, 32))
        assert near(found, (237, 237, 237, 128), within=3)


def test_png_of_narrow_range_has_its_tones(shown: Show) -> None:
    """The fourth byte of cICP (PNG, third edition, 11.3.2.6); Chromium 156 passes over it."""
    grey = png(cicp(1, 13, is_full=False), samples=[(16,) * 3, (126,) * 3, (235,) * 3])
    assert all_near(shown(grey, 3), [(0,) * 3, (128,) * 3, (255,) * 3], within=2)


def test_png_grey_follows_its_gama(shown: Show) -> None:
    found = shown(png(gama(1.0), samples=[(61,), (148,), (128,), (200,)]))
    assert all_near(found, [(134,) * 3, (200,) * 3, (188,) * 3, (229,) * 3], within=2)


@pytest.mark.parametrize(
    "chunk",
    [
        *(png_chunk(b"gAMA", struct.pack(">L", n)) for n in (0, 1, 2**32 - 1)),
        png_chunk(b"cICP", b"\0\0\0\1"),
        png_chunk(b"cICP", b"\x0c\x10\x09\1"),  # its matrix is not RGB's
        png_chunk(b"cICP", b"\x0c"),
    ],
)
def test_png_of_nonsense_is_srgb(shown: Show, chunk: bytes) -> None:
    assert all_near(shown(png(chunk)), SAMPLES, within=5)


def test_png_with_impossible_chromaticities_is_ready(shown: Show) -> None:
    for numbers in ((0.0,) * 8, (0.3,) * 8, (0.3127, 0.3290, 0, 0, 0, 0, 0, 0)):
        assert all_near(shown(png(gama(0.45455), chrm(numbers))), SAMPLES, within=5)


def dcf(index: bytes, colour_space: int) -> bytes:
    """A camera's EXIF with a directory of interoperability, whose index this is."""
    block = exif_block(
        {}, {0xA001: (3, struct.pack("<H", colour_space)), 0xA005: (4, struct.pack("<L", 0xABCD))}
    )
    at = len(block)
    directory = struct.pack("<HHHL4sL", 1, 1, 2, 4, index + b"\0", 0)
    return b"Exif\0\0" + block.replace(struct.pack("<L", 0xABCD), struct.pack("<L", at)) + directory


def patches() -> Image.Image:
    picture = Image.new("RGB", (64 * len(SAMPLES), 64))
    for at, sample in enumerate(SAMPLES):
        picture.paste(sample, (64 * at, 0, 64 * at + 64, 64))
    return picture


def test_jpeg_of_dcf_in_adobe_rgb_is_shown_in_it(shown: Show) -> None:
    file = saved(patches(), "JPEG", quality=98, subsampling=0, exif=dcf(b"R03", 65535))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(ADOBE_RGB))
    meant = ImageCms.profileToProfile(patches(), profile, ImageCms.createProfile("sRGB"))
    assert meant is not None
    expected = [pixel(meant, (64 * at + 32, 32)) for at in range(4)]
    assert not near(expected[0], SAMPLES[0])
    assert all_near(shown(file), expected, within=6)


@pytest.mark.parametrize(("index", "space"), [(b"R98", 65535), (b"R98", 1), (b"R03", 1)])
def test_jpeg_of_dcf_in_srgb_is_shown_in_it(shown: Show, index: bytes, space: int) -> None:
    file = saved(patches(), "JPEG", quality=98, subsampling=0, exif=dcf(index, space))
    assert all_near(shown(file), SAMPLES, within=6)


def tiff_of(samples: bytes, *, width: int, bits: int, sample_format: int, bands: int = 1) -> bytes:
    """A TIFF of one row that is repeated 64 times; sample_format 1 unsigned, 2 signed, 3 float."""
    one = (3, struct.pack("<H", 1))
    return tiff(
        {
            256: number(width),
            257: number(64),
            258: (3, struct.pack("<H", bits) * bands),
            259: one,
            262: (3, struct.pack("<H", 2 if bands > 2 else 1)),
            273: number(PLACE),
            277: (3, struct.pack("<H", bands)),
            278: number(64),
            279: number(64 * len(samples)),
            339: (3, struct.pack("<H", sample_format) * bands),
        },
        parts=(samples * 64,),
    )


INTEGERS: list[tuple[str, int, tuple[float, ...]]] = [
    ("b", 2, (-128, 0, 127)),
    ("h", 2, (-32768, 0, 32767)),
    ("i", 2, (-(2**31), 0, 2**31 - 1)),
    ("I", 1, (0, 2**31, 2**32 - 1)),
    ("I", 1, (0, 128, 255)),
    ("I", 1, (0, 32896, 65535)),
]
FRACTIONS: list[tuple[str, int, tuple[float, ...]]] = [
    ("f", 3, (0.0, 0.5, 1.0)),
    ("f", 3, (0.0, 128.0, 255.0)),
    ("e", 3, (0.0, 0.5, 1.0)),
]


@pytest.mark.parametrize(
    ("kind", "bands", "middle"),
    [
        *((kind, bands, 128) for kind in INTEGERS for bands in (1, 3)),
        *((kind, 1, 128) for kind in FRACTIONS),
        # In three colours libvips takes fractions for light (scRGB), which is right for those.
        *((kind, 3, 188) for kind in (FRACTIONS[0], FRACTIONS[2])),
    ],
)
def test_tiff_of_any_samples_is_a_ramp(
    shown: Show, kind: tuple[str, int, tuple[float, ...]], bands: int, middle: int
) -> None:
    """Signed: ImageMagick's bias (its issue 2221). Fractions: 1 is white."""
    letter, sample_format, values = kind
    samples = b"".join(struct.pack("<" + letter, value) * 64 * bands for value in values)
    bits = 8 * struct.calcsize(letter)
    file = tiff_of(samples, width=192, bits=bits, sample_format=sample_format, bands=bands)
    assert all_near(shown(file, 3), [(0,) * 3, (middle,) * 3, (255,) * 3], within=2)
