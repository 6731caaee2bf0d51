"""Pictures of 24 to 200 megapixels, through a confined child: ready, each time, in bounds.

Sizes are those that phones and cameras write, and those at which decoders ran out of memory (issue
9, section 2; docs/decisions/0044-large-pictures.md has what each takes). The right value is the
same for all: whole, upright, in its colours. A child may have 464 MB more than a warm one has, and
only what needs more by its header is granted more: what is ready kept within that. Where a grid of
tiles is tested, its tiles are few and small, however many times they are shown.
"""

import io
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from app.media.results import Rendered
from app.media.sandbox.pool import DecoderPool
from tests.api.conftest import until
from tests.media.child_processes import ADA, BOB
from tests.media.grids import avif_tile, heic_tile, irot, quartered_grid
from tests.media.samples import exif_block, in_vips, quarters, saved, with_segment
from tests.media.test_decode import opened, shows_the_quarters
from tests.media.test_jpeg_xl import encoded

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1, large_memory_bytes=1 << 30) as decoders:
        yield decoders


@pytest.fixture(scope="module")
def small_machine() -> Iterator[DecoderPool]:
    """One with half of the usual memory, where no picture may have more than the others."""
    with DecoderPool(children=1, memory_bytes=232 * MEGABYTE, large_memory_bytes=0) as decoders:
        yield decoders


def enlarged(width: int, height: int) -> Any:
    """The quarters in that size, in libvips."""
    zoomed = in_vips(quarters()).zoom(-(-width // 160), -(-height // 96))
    return zoomed.crop(0, 0, width, height)


def jpeg(width: int, height: int, **options: Any) -> bytes:
    return bytes(enlarged(width, height).jpegsave_buffer(Q=70, **options))


def webp(width: int, height: int, **options: Any) -> bytes:
    return bytes(enlarged(width, height).webpsave_buffer(effort=0, **options))


def deep(image: Any) -> Any:
    return (image.cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16")


def in_extended_webp(picture: bytes, width: int, height: int, *, times: int = 1) -> bytes:
    """The same WebP with a header of VP8X (RFC 9649); of more than one frame it moves."""
    bitstream, moves = picture[12:], times > 1

    def sides(*lengths: int) -> bytes:
        return b"".join((length - 1).to_bytes(3, "little") for length in lengths)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return kind + struct.pack("<L", len(content)) + content + bytes(len(content) % 2)

    body = b"WEBP" + chunk(b"VP8X", bytes([2 * moves, 0, 0, 0]) + sides(width, height))
    if moves:
        frame = bytes(6) + sides(width, height) + (100).to_bytes(3, "little") + b"\0" + bitstream
        body += chunk(b"ANIM", bytes(6)) + times * chunk(b"ANMF", frame)
    else:
        body += bitstream
    return b"RIFF" + struct.pack("<L", len(body)) + body


def avif(width: int, height: int, *, bits: int, subsampled: bool = False) -> bytes:
    image = enlarged(width, height)
    return bytes(
        (image if bits == 8 else deep(image)).heifsave_buffer(
            compression="av1",
            effort=0,
            Q=60,
            bitdepth=bits,
            subsample_mode="on" if subsampled else "off",
        )
    )


def heic_in_one(width: int, height: int, *, chroma: int, bits: int = 10) -> bytes:
    """One frame, as cameras write it (.HIF, of 10 bits), not a grid."""
    image = enlarged(width, height)
    mode, image = ("RGB", image) if bits == 8 else ("RGB;16", deep(image))
    file = io.BytesIO()
    pillow_heif.from_bytes(mode, (width, height), bytes(image.write_to_memory())).save(
        file, quality=60, chroma=chroma, enc_params={"preset": "ultrafast"}
    )
    return file.getvalue()


SIZES: dict[str, tuple[Callable[[], bytes], tuple[int, int]]] = {
    # Modes of phones: Samsung's ISOCELL HM3 and HP3, also of Xiaomi and Motorola.
    "JPEG 108 MP": (lambda: jpeg(12_000, 9_000), (12_000, 9_000)),
    "JPEG 200 MP": (lambda: jpeg(16_320, 12_240), (16_320, 12_240)),
    "progressive JPEG 108 MP": (
        lambda: jpeg(12_000, 9_000, interlace=True),
        (12_000, 9_000),
    ),
    # 24 by 17 and more tiles: libvips opens no more than 256 items. ISO/IEC 23008-12, 6.6.2.3: a
    # grid has up to 256 by 256. libheif's own limit: strukturag/libheif 1845.
    "HEIC of 408 tiles": (
        lambda: quartered_grid(heic_tile, width=12_288, height=8_704),
        (12_288, 8_704),
    ),
    "HEIC of 408 tiles, 10 bits, turned": (
        lambda: quartered_grid(
            heic_tile, width=12_288, height=8_704, deep=True, properties=(irot(2),)
        ),
        (12_288, 8_704),
    ),
    # ISO/IEC 23008-2, Main 4:2:2 10: HIF of Canon, Nikon and Sony.
    "HEIC 33 MP, 10 bits, 4:2:2": (
        lambda: heic_in_one(7_008, 4_672, chroma=422),
        (7_008, 4_672),
    ),
    # All colours in full: twice the samples of the usual 4:2:0, and more than others may take.
    "HEIC 50 MP, 10 bits, 4:4:4": (
        lambda: heic_in_one(8_192, 6_144, chroma=444),
        (8_192, 6_144),
    ),
    "HEIC 50 MP, 8 bits, in one frame": (
        lambda: heic_in_one(8_192, 6_144, chroma=420, bits=8),
        (8_192, 6_144),
    ),
    "AVIF of 408 tiles": (
        lambda: quartered_grid(avif_tile, width=12_288, height=8_704),
        (12_288, 8_704),
    ),
    "AVIF 50 MP, 10 bits, 4:4:4": (lambda: avif(8_192, 6_144, bits=10), (8_192, 6_144)),
    "AVIF 50 MP, 8 bits, 4:2:0": (
        lambda: avif(8_192, 6_144, bits=8, subsampled=True),
        (8_192, 6_144),
    ),
    # No more by its strips: libjxl decodes whole.
    "JPEG XL 50 MP": (
        lambda: encoded(quarters(8_192, 6_144), lossless=False),
        (8_192, 6_144),
    ),
    # RFC 9649: up to 16,384 by 16,384. 100 MP is what a header may say and Pillow opens.
    "WebP 100 MP, with an extended header": (
        lambda: in_extended_webp(webp(11_600, 8_620, Q=60, keep="none"), 11_600, 8_620),
        (11_600, 8_620),
    ),
    "WebP 100 MP, lossy": (lambda: webp(11_600, 8_620, Q=60), (11_600, 8_620)),
    "WebP 100 MP, lossless": (lambda: webp(11_600, 8_620, lossless=True), (11_600, 8_620)),
    "PNG 100 MP, interlaced": (
        lambda: bytes(enlarged(11_600, 8_620).pngsave_buffer(compression=1, interlace=True)),
        (11_600, 8_620),
    ),
    "PNG 100 MP, 16 bits, interlaced": (
        lambda: bytes(deep(enlarged(11_600, 8_620)).pngsave_buffer(compression=1, interlace=True)),
        (11_600, 8_620),
    ),
    "GIF 100 MP": (
        lambda: saved(quarters().quantize(4).resize((11_600, 8_620)), "GIF"),
        (11_600, 8_620),
    ),
    "TIFF 100 MP, in one strip": (
        lambda: saved(quarters(11_600, 8_620), "TIFF", compression="tiff_adobe_deflate"),
        (11_600, 8_620),
    ),
}


@pytest.mark.parametrize("name", SIZES)
def test_large_picture_is_ready_whatever_came_before(
    decoders: DecoderPool, tmp_path: Path, name: str
) -> None:
    make, size = SIZES[name]
    original = tmp_path / "original"
    original.write_bytes(make())
    outcome = decoders.render(original)
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert (outcome.width, outcome.height) == size
    preview = opened(outcome.preview)
    assert max(preview.size) in range(1500, 2049)
    upright = preview.rotate(180) if "turned" in name else preview
    assert shows_the_quarters(upright)


MOVING_SIZES = {"24 MP": (6_000, 4_000), "100 MP": (11_600, 8_620)}


@pytest.mark.parametrize("size", MOVING_SIZES)
def test_large_webp_that_moves_is_never_rejected(
    decoders: DecoderPool, small_machine: DecoderPool, tmp_path: Path, size: str
) -> None:
    """libwebp makes room for the whole canvas to say how large it is, and each time it is asked."""
    width, height = MOVING_SIZES[size]
    film = in_extended_webp(webp(width, height, Q=60, keep="none"), width, height, times=3)
    original = tmp_path / "original"
    original.write_bytes(film)
    for machine in (decoders, small_machine):
        outcome = machine.render(original)
        assert isinstance(outcome, Rendered)
        assert (outcome.width, outcome.height) == (width, height)
        assert (outcome.outcome, outcome.reason) in {("ready", None), ("damaged", "out_of_memory")}
        if outcome.outcome == "ready":
            assert shows_the_quarters(opened(outcome.preview))


def test_verdict_of_a_picture_near_the_limit_is_the_same_18_times(tmp_path: Path) -> None:
    """Issue 9: an AVIF of 20.6 MP, 10 bits, 4:4:4, was ready once in 18 times.

    Other pictures come between, in the same child and in others.
    """
    original, others = tmp_path / "original", (tmp_path / "a photo", tmp_path / "a drawing")
    original.write_bytes(avif(5_248, 3_936, bits=10))
    others[0].write_bytes(jpeg(4_032, 3_024))
    others[1].write_bytes(saved(quarters(2_000, 1_500), "PNG"))
    verdicts = []
    with DecoderPool(children=1, large_memory_bytes=0) as decoders:
        for run in range(18):
            owner = (ADA, BOB, None)[run % 3]
            for other in others[: run % 3]:
                decoders.render(other, owner=owner)
            outcome = decoders.render(original, owner=owner)
            assert isinstance(outcome, Rendered)
            verdicts.append((outcome.outcome, outcome.reason))
    assert verdicts == [("ready", None)] * 18


def with_thumbnail(picture: bytes, thumbnail: bytes) -> bytes:
    """A JPEG whose EXIF holds a small copy in its second directory."""
    block = exif_block({}, {})
    (first,) = struct.unpack_from("<L", block, 4)
    (count,) = struct.unpack_from("<H", block, first)
    at = first + 2 + 12 * count
    directory = len(block)
    place = directory + 2 + 2 * 12 + 4
    second = struct.pack("<H", 2)
    second += struct.pack("<HHLL", 0x0201, 4, 1, place)
    second += struct.pack("<HHLL", 0x0202, 4, 1, len(thumbnail)) + bytes(4)
    block = block[:at] + struct.pack("<L", directory) + block[at + 4 :] + second + thumbnail
    return with_segment(picture, 0xE1, b"Exif\0\0" + block)


def test_picture_too_large_for_the_machine_is_shown_by_the_small_copy_in_it(
    small_machine: DecoderPool, tmp_path: Path
) -> None:
    small = saved(quarters(), "JPEG", quality=95)
    large = jpeg(9_000, 6_000, interlace=True)
    original = tmp_path / "original"
    original.write_bytes(with_thumbnail(large, small))
    outcome = small_machine.render(original)
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("damaged", "shown_small")
    assert (outcome.width, outcome.height) == (9_000, 6_000)
    assert opened(outcome.preview).size == (160, 96)
    assert shows_the_quarters(opened(outcome.thumbnail))


def test_heic_too_large_for_the_machine_is_shown_by_the_small_copy_in_it(
    small_machine: DecoderPool, tmp_path: Path
) -> None:
    """ISO/IEC 23008-12, 6.4.4: an item that refers to the picture by `thmb`."""
    pixels = bytes(enlarged(8_192, 6_144).write_to_memory())
    file = io.BytesIO()
    pillow_heif.from_bytes("RGB", (8_192, 6_144), pixels).save(
        file, quality=60, chroma=420, enc_params={"preset": "ultrafast"}, thumbnails=[320]
    )
    original = tmp_path / "original"
    original.write_bytes(file.getvalue())
    outcome = small_machine.render(original)
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("damaged", "shown_small")
    assert (outcome.width, outcome.height) == (8_192, 6_144)
    assert opened(outcome.preview).size == (320, 240)
    for derived in (outcome.preview, outcome.thumbnail):
        assert shows_the_quarters(opened(derived))


def test_picture_too_large_for_the_machine_is_kept_without_a_small_copy(
    small_machine: DecoderPool, tmp_path: Path
) -> None:
    original = tmp_path / "original"
    original.write_bytes(jpeg(9_000, 6_000, interlace=True))
    outcome = small_machine.render(original)
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("damaged", "out_of_memory")
    assert (outcome.width, outcome.height) == (9_000, 6_000)
    # It cost nothing: the same child goes on.
    original.write_bytes(saved(Image.new("RGB", (8, 8)), "PNG"))
    after = small_machine.render(original)
    assert isinstance(after, Rendered)
    assert after.outcome == "ready"


@pytest.mark.parametrize("name", ["HEIC of 408 tiles", "WebP 100 MP, lossy"])
def test_what_is_decoded_in_parts_needs_no_large_machine(
    small_machine: DecoderPool, tmp_path: Path, name: str
) -> None:
    original = tmp_path / "original"
    original.write_bytes(SIZES[name][0]())
    outcome = small_machine.render(original)
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"


def test_large_picture_that_waits_for_memory_leaves_its_slot_to_others(tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(jpeg(6_000, 4_000, interlace=True))
    small.write_bytes(jpeg(160, 96))
    with (
        DecoderPool(
            children=1, memory_bytes=160 * MEGABYTE, large_memory_bytes=1 << 30
        ) as decoders,
        ThreadPoolExecutor(2) as threads,
    ):
        # As if another large picture were being decoded.
        grants = decoders.grants
        with grants.hold(1, background=False, leave=nullcontext):
            waits = threads.submit(decoders.render, large)
            until(lambda: grants.waiting)
            outcome = threads.submit(decoders.render, small).result(30)
            assert isinstance(outcome, Rendered)
            assert outcome.outcome == "ready"
            assert not waits.done()
        outcome = waits.result(60)
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
