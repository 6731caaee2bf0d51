"""Pictures that are whole, but that one decoder or another does not know: ready, or our fault.

Found in issue 9, section 2. What is right is said by the specification beside each; where that is
TIFF 6.0, Adobe's of 1992 is meant.
"""

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from app.media.results import Rendered
from app.media.sandbox.pool import DecoderPool
from tests.media.samples import in_vips, png, png_chunk, quarters, saved
from tests.media.test_decode import near, opened, pixel, shows_the_quarters
from tests.media.tiff_files import (
    cielab,
    grey_of_12_bits,
    of_size,
    old_style_jpeg,
    planes_apart,
    tiff,
)
from tests.support.images import jpeg_of_12_bits


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


def rendered(decoders: DecoderPool, folder: Path, content: bytes) -> Rendered:
    original = folder / "original"
    original.write_bytes(content)
    outcome = decoders.render(original)
    assert isinstance(outcome, Rendered), outcome
    return outcome


def grey_heic(bits: int) -> bytes:
    """Monochrome in so many bits, as night modes write it."""
    file = io.BytesIO()
    middle = struct.pack("<H", 0x8000)
    pillow_heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    try:
        pillow_heif.from_bytes("I;16", (64, 64), middle * 64 * 64).save(file, quality=100)
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    return file.getvalue()


GREY: dict[str, Callable[[], bytes]] = {
    # TIFF 6.0, section 4: BitsPerSample; 0x800 of 0xFFF is the middle.
    "TIFF, 12 bits": grey_of_12_bits,
    # ISO/IEC 23008-12, 6.5.6: `pixi` says bits a channel; one channel is grey. libvips has no
    # number format for it, and pillow-heif calls it "I;16".
    "HEIC, 10 bits": lambda: grey_heic(10),
    "HEIC, 12 bits": lambda: grey_heic(12),
}


@pytest.mark.parametrize("name", GREY)
def test_grey_of_more_than_8_bits_is_ready(
    decoders: DecoderPool, tmp_path: Path, name: str
) -> None:
    outcome = rendered(decoders, tmp_path, GREY[name]())
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert near(pixel(opened(outcome.preview).convert("RGB"), (32, 32)), (128, 128, 128), within=3)


def test_cielab_of_8_bits_is_ready_in_its_colours(decoders: DecoderPool, tmp_path: Path) -> None:
    # TIFF 6.0, section 23: L from 0 to 255 is 0 to 100, a and b are signed.
    outcome = rendered(decoders, tmp_path, cielab())
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert near(pixel(opened(outcome.preview).convert("RGB"), (32, 32)), (255, 0, 0), within=12)


COMPRESSIONS: dict[str, Callable[[], bytes]] = {
    # Compressions 34925, 50000 and 50001 are registered by libtiff.
    "lzma": lambda: saved(quarters(), "TIFF", compression="lzma"),
    "zstd": lambda: saved(quarters(), "TIFF", compression="zstd"),
    # TIFF 6.0, sections 8 and 15: PlanarConfiguration 2 with tiles; all tiles of a plane together.
    "planes apart": lambda: planes_apart("none"),
    "planes apart, deflate": lambda: planes_apart("deflate"),
    # TIFF 6.0, section 22, and Adobe's TIFF Technical Note 2 on why it was given up.
    "old-style JPEG": lambda: old_style_jpeg(subsampled=False, in_one_stream=False),
    "old-style JPEG, 4:2:0": lambda: old_style_jpeg(subsampled=True, in_one_stream=False),
    "old-style JPEG in one stream": lambda: old_style_jpeg(subsampled=False, in_one_stream=True),
    "old-style JPEG in one stream, 4:2:0": lambda: old_style_jpeg(
        subsampled=True, in_one_stream=True
    ),
    "webp": lambda: bytes(in_vips(quarters()).tiffsave_buffer(compression="webp", lossless=True)),
}


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_tiff_of_an_unusual_kind_is_ready(decoders: DecoderPool, tmp_path: Path, name: str) -> None:
    outcome = rendered(decoders, tmp_path, COMPRESSIONS[name]())
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert shows_the_quarters(opened(outcome.preview))


def test_avif_sequence_of_95_frames_is_ready(decoders: DecoderPool, tmp_path: Path) -> None:
    # AV1 Image File Format 1.2, section 3: a sequence is a picture file. libheif opens none that
    # says more than its limit of frames.
    frames = [quarters().copy() for _ in range(95)]
    film = saved(frames[0], "AVIF", save_all=True, append_images=frames[1:], speed=10, quality=90)
    outcome = rendered(decoders, tmp_path, film)
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))


def test_tiff_cut_before_its_directory_is_kept(decoders: DecoderPool, tmp_path: Path) -> None:
    # TIFF 6.0, section 2: the directory may be anywhere, and most programs write it last.
    noise = Image.effect_noise((200, 150), 60).convert("RGB")
    whole = saved(noise, "TIFF", compression="tiff_lzw")
    (directory,) = struct.unpack_from("<L", whole, 4)
    assert directory > len(whole) // 2  # at its end
    outcome = rendered(decoders, tmp_path, whole[: directory - 100])
    assert (outcome.outcome, outcome.reason) == ("damaged", "incomplete")
    assert (outcome.width, outcome.preview) == (0, None)


def test_jpeg_of_12_bits_is_not_called_broken(decoders: DecoderPool, tmp_path: Path) -> None:
    # ITU-T T.81, table B.2: precision 12 in the extended process.
    outcome = rendered(decoders, tmp_path, jpeg_of_12_bits().content)
    assert (outcome.outcome, outcome.reason) == ("damaged", "undecodable")
    assert outcome.preview is None


def test_what_is_all_zero_from_a_decoder_that_warned_is_not_ready(
    decoders: DecoderPool, tmp_path: Path
) -> None:
    """Compression 6 (old-style JPEG) without the tables that it needs."""
    tags = of_size(64, 64, bits=[8, 8, 8], compression=6, photometric=6)
    outcome = rendered(decoders, tmp_path, tiff(tags, bytes(500)))
    assert outcome.outcome == "damaged"
    assert outcome.preview is None


def test_what_decodes_to_nothing_but_zeros_is_not_shown(
    decoders: DecoderPool, tmp_path: Path
) -> None:
    """A PNG of which not one row can be unpacked: libvips gives what memory was cleared to."""
    broken = png(160, 96, png_chunk(b"IDAT", b"no deflate at all" * 20))
    outcome = rendered(decoders, tmp_path, broken)
    assert outcome.outcome == "damaged"
    assert (outcome.preview, outcome.thumbnail, outcome.thumbhash) == (None, None, None)


def test_black_picture_of_which_a_decoder_warns_is_ready(
    decoders: DecoderPool, tmp_path: Path
) -> None:
    """Zeros and a warning alone are no damage: the second decoder sees the same picture."""
    tags = of_size(64, 64, bits=[8, 8, 8], compression=1, photometric=2)
    unknown = {65_000: (3, [1])}  # a tag of nobody: libtiff warns of it
    outcome = rendered(decoders, tmp_path, tiff(tags | unknown, bytes(3 * 64 * 64)))
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert opened(outcome.preview).convert("RGB").getextrema() == ((0, 0),) * 3
