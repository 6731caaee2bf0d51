"""What a HEIF file says of its primary item is applied, and of no other."""

import io
import struct
from pathlib import Path

import pillow_heif
import pytest
import pyvips  # type: ignore[import-untyped]
from PIL import Image

from app.media.colour.cicp import profile_of_primaries
from app.media.colour.icc_profiles import gamma_curve, profile_of
from app.media.colour.management import full_range
from app.media.decode.decoder import render
from app.media.decode.fallback_decoders import decode_avif
from app.media.formats.heif_items import read_items
from app.media.results import Rendered
from app.media.sandbox.pool import DecoderPool
from tests.media.grids import heic_tile, quartered_grid
from tests.media.heif_files import Item, coded, heif, nclx
from tests.media.samples import exif_block, in_vips, quarters, saved
from tests.media.test_decode import (
    LAID_DOWN,
    near,
    opened,
    pixel,
    ready,
    shows_the_quarters,
)

APART = (b"heic", b"mif1", b"heic")
MIAF = (b"heic", b"mif1", b"heic", b"miaf")


PQ_OF_203_NITS = 148  # of 255: 0.58 (ITU-R BT.2408, table 1)
# HDR's reference white on a screen of SDR: room is left above it (Chromium shows 238).
WHITE_SHOWN = 237


def avif(value: int, **options: object) -> bytes:
    return saved(Image.new("RGB", (64, 64), (value,) * 3), "AVIF", quality=95, **options)


@pytest.mark.parametrize("orientation", LAID_DOWN)
def test_avif_decoded_by_pillow_is_upright(orientation: int) -> None:
    turn = LAID_DOWN[orientation]
    laid = quarters() if turn is None else quarters().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = saved(laid, "AVIF", quality=95, exif=exif.tobytes())
    upright = decode_avif(file)
    shown = Image.open(io.BytesIO(upright.pngsave_buffer()))
    assert shown.size == (160, 96)
    assert shows_the_quarters(shown)


def test_avif_of_20_megapixels_and_10_bits_is_upright(tmp_path: Path) -> None:
    """irot is essential (ISO/IEC 23008-12, 6.5.10), whichever library has memory enough.

    libavif decodes, which leaves the turn to be done.
    """
    laid = in_vips(quarters().transpose(Image.Transpose.ROTATE_90))
    large = laid.resize(3840 / 96, kernel="nearest", vscale=5472 / 160)
    large = (large.cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16")
    large.set_type(pyvips.GValue.gint_type, "orientation", 6)
    file = tmp_path / "original"
    file.write_bytes(large.heifsave_buffer(compression="av1", effort=0, Q=80, bitdepth=10))
    with DecoderPool(children=1, memory_bytes=448 << 20) as decoders:
        outcome = decoders.render(file)
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
    assert (outcome.width, outcome.height) == (5472, 3840)
    assert shows_the_quarters(opened(outcome.preview))


@pytest.mark.parametrize("gain_map_first", [True, False])
def test_colours_are_those_of_the_primary_item(*, gain_map_first: bool) -> None:
    """An HDR base with a gain map for SDR: the other item's colr does not count."""
    base = coded(avif(PQ_OF_203_NITS), nclx(9, 16))
    gain_map = coded(avif(200), nclx(1, 13))
    items = [gain_map, base] if gain_map_first else [base, gain_map]
    preview = opened(ready(heif(items, primary=items.index(base) + 1)).preview)
    assert near(pixel(preview, (32, 32)), (WHITE_SHOWN,) * 3, within=2)


def test_colours_of_an_sdr_base_are_not_those_of_its_hdr_item() -> None:
    items = [coded(avif(128), nclx(9, 16)), coded(avif(128), nclx(1, 13))]
    preview = opened(ready(heif(items, primary=2)).preview)
    assert near(pixel(preview, (32, 32)), (128, 128, 128), within=2)


def test_colours_of_a_grid_may_be_said_by_its_tiles() -> None:
    tile = coded(avif(PQ_OF_203_NITS), nclx(9, 16))
    grid = Item(
        b"grid",
        struct.pack(">BBBBHH", 0, 0, 0, 1, 128, 64),
        [(b"ispe", struct.pack(">LLL", 0, 128, 64)), (b"pixi", b"\0\0\0\0\3\x08\x08\x08")],
    )
    file = heif([grid, tile, tile], references=[(b"dimg", 1, (2, 3))])
    outcome = ready(file)
    assert (outcome.width, outcome.height) == (128, 64)
    assert near(pixel(opened(outcome.preview), (32, 32)), (WHITE_SHOWN,) * 3, within=2)


@pytest.mark.parametrize("says", ["colr", "bitstream"])
@pytest.mark.parametrize("kind", ["limited", "full"])
def test_grey_avif_has_its_tones_in_either_range(kind: str, says: str) -> None:
    """Black is 16 and white 235 in limited range (ITU-T H.273, 8.3)."""
    ramp = Image.new("L", (192, 64))
    for at, value in enumerate((0, 128, 255)):
        ramp.paste(value, (64 * at, 0, 64 * at + 64, 64))
    file = saved(ramp, "AVIF", quality=95, range=kind)
    if says == "bitstream":
        file = heif([coded(file, without=[b"colr"])])
    preview = opened(ready(file).preview).convert("RGB")
    tones = [pixel(preview, (64 * at + 32, 32))[0] for at in range(3)]
    assert near(tuple(tones), (0, 128, 255), within=2)


@pytest.mark.parametrize(("kind", "bits"), [("uchar", 8), ("ushort", 16)])
def test_full_range_leaves_alpha_and_clips(kind: str, bits: int) -> None:
    unit = 2 ** (bits - 8)
    samples = pyvips.Image.new_from_array([[0, 16 * unit, 126 * unit, 235 * unit, 255 * unit]])
    space = "grey16" if bits > 8 else "b-w"
    image = samples.bandjoin(samples).cast(kind).copy(interpretation=space)
    stretched = full_range(image)
    assert stretched.format == kind
    most = 2**bits - 1
    found = [stretched(x, 0) for x in range(5)]
    expected = [0, 0, 110 / 219 * most, most, most]
    assert [value for value, _ in found] == pytest.approx(expected, abs=1)
    assert [alpha for _, alpha in found] == [image(x, 0)[1] for x in range(5)]


def test_grey_heic_has_its_tones_in_limited_range() -> None:
    ramp = Image.new("L", (192, 64))
    for at, value in enumerate((16, 126, 235)):
        ramp.paste(value, (64 * at, 0, 64 * at + 64, 64))
    file = heif([coded(saved(ramp, "HEIC"), nclx(1, 13, is_full=False))], brands=MIAF)
    preview = opened(ready(file).preview).convert("RGB")
    tones = [pixel(preview, (64 * at + 32, 32))[0] for at in range(3)]
    assert near(tuple(tones), (0, 128, 255), within=2)


def heic_with_exif(
    make: str, orientation: int, *, brands: tuple[bytes, ...], turned: bool = False
) -> bytes:
    """What a phone writes that says only in EXIF how the picture lies."""
    laid = quarters() if turned else quarters().transpose(Image.Transpose.ROTATE_90)
    across, down = (96, 160) if turned else laid.size
    exif = exif_block(
        {0x010F: (2, make.encode() + b"\0"), 0x0112: (3, struct.pack("<H", orientation))},
        {0xA002: (4, struct.pack("<L", across)), 0xA003: (4, struct.pack("<L", down))},
    )
    picture = coded(saved(laid, "HEIC"))
    about = Item(b"Exif", struct.pack(">L", 6) + b"Exif\0\0" + exif)
    return heif([picture, about], references=[(b"cdsc", 2, (1,))], brands=brands)


@pytest.mark.parametrize(
    ("make", "brands"),
    [("samsung", APART), ("samsung", MIAF), ("SAMSUNG", APART), ("OnePlus", APART)],
)
def test_heic_that_only_exif_turns_is_upright_by_who_wrote_it(
    make: str, brands: tuple[bytes, ...]
) -> None:
    """As Samsung's owners and macOS want it; see decision 0046."""
    outcome = ready(heic_with_exif(make, 6, brands=brands))
    assert (outcome.width, outcome.height) == (160, 96)
    for derived in (outcome.preview, outcome.thumbnail):
        assert opened(derived).size == (160, 96)
        assert shows_the_quarters(opened(derived))


@pytest.mark.parametrize("make", ["Apple", ""])
def test_heic_of_others_is_not_turned_by_exif(make: str) -> None:
    """MIAF (ISO/IEC 23000-22, 7.3.10.1): Exif's orientation shall be ignored."""
    outcome = ready(heic_with_exif(make, 6, brands=MIAF))
    assert (outcome.width, outcome.height) == (96, 160)
    assert opened(outcome.preview).size == (96, 160)


def test_heic_that_was_turned_already_is_not_turned_again() -> None:
    outcome = ready(heic_with_exif("samsung", 6, brands=APART, turned=True))
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))


def test_heic_with_irot_is_not_turned_by_exif_of_any_make() -> None:
    """irot of no angle is a word as well: "it lies as it is"."""
    exif = exif_block({0x010F: (2, b"samsung\0"), 0x0112: (3, struct.pack("<H", 6))}, {})
    picture = coded(saved(quarters(), "HEIC"), (b"irot", b"\0"))
    about = Item(b"Exif", struct.pack(">L", 6) + b"Exif\0\0" + exif)
    file = heif([picture, about], references=[(b"cdsc", 2, (1,))], brands=APART)
    assert shows_the_quarters(opened(ready(file).preview))


def test_reading_items_of_broken_files_raises_nothing() -> None:
    file = heic_with_exif("samsung", 6, brands=APART)
    head = file[: file.index(b"mdat")]
    for at in range(len(head)):
        for value in (0, 1, 0x7F, 0xFF):
            broken = file[:at] + bytes([value]) + file[at + 1 :]
            items = read_items(broken)
            if items is not None:
                items.coding(items.primary)
                items.content(2)
        read_items(file[:at])


HALF_CLEAR = (200, 100, 40, 128)


def test_avif_with_premultiplied_alpha_has_its_colours() -> None:
    """A reference "prem" from picture to alpha (ISO/IEC 23008-12); libvips passes over it."""
    picture = Image.new("RGBA", (64, 64), HALF_CLEAR)
    file = saved(picture, "AVIF", quality=95, alpha_premultiplied=True)
    assert b"prem" in file
    assert near(pixel(opened(ready(file).preview), (32, 32)), HALF_CLEAR, within=4)


def test_heic_with_premultiplied_alpha_has_its_colours() -> None:
    picture = Image.new("RGBA", (64, 64), HALF_CLEAR).convert("RGBa")
    file = io.BytesIO()
    pillow_heif.from_bytes("RGBa", (64, 64), picture.tobytes()).save(file, quality=95)
    assert b"prem" in file.getvalue()
    preview = opened(ready(file.getvalue()).preview)
    assert near(pixel(preview, (32, 32)), HALF_CLEAR, within=4)


def test_auxiliary_pictures_beside_a_heic_change_nothing() -> None:
    """strukturag/libheif 1573: iPhones since iOS 18 add several, by the reference `auxl`."""
    names = (
        b"urn:com:apple:photo:2020:aux:hdrgainmap",
        b"urn:mpeg:hevc:2015:auxid:2",  # depth
        b"urn:com:apple:photo:2018:aux:portraiteffectsmatte",
    )
    small = saved(quarters(80, 48).rotate(180), "HEIC")
    auxiliary = [
        coded(small, (b"auxC", bytes(4) + name + b"\0"))._replace(is_hidden=True) for name in names
    ]
    outcome = ready(
        heif(
            [coded(saved(quarters(), "HEIC")), *auxiliary],
            references=[(b"auxl", item, [1]) for item in (2, 3, 4)],
            brands=APART,
        )
    )
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))


def test_heic_that_lost_a_tile_is_kept_as_damaged() -> None:
    """rhoopr/kei 558: another program left out a tile that the grid still names."""
    whole = quartered_grid(heic_tile, width=1024, height=1024)
    tiles = struct.pack(">6H", 1, 4, 2, 3, 4, 5)  # from the grid, to four
    assert whole.count(tiles) == 1
    assert shows_the_quarters(opened(ready(whole).preview))
    outcome = render(whole.replace(tiles, struct.pack(">6H", 1, 4, 2, 3, 4, 999)))
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("damaged", "corrupt")
    assert (outcome.width, outcome.height, outcome.preview) == (1024, 1024, None)


def test_grey_avif_follows_its_profile_of_grey() -> None:
    linear = profile_of((), curve=gamma_curve(1.0), version=2)
    file = saved(Image.new("L", (64, 64), 128), "AVIF", quality=95, icc_profile=linear)
    assert near(pixel(opened(ready(file).preview).convert("RGB"), (32, 32)), (188,) * 3, within=3)


@pytest.mark.parametrize("transfer", [16, 18])
def test_profile_that_names_hdr_s_code_points_is_shown_as_hdr(transfer: int) -> None:
    """The tag "cicp" (ICC.1:2022, 9.2.17), as programs write it beside tables for older readers."""
    white = 148 if transfer == 16 else 191
    profile = with_tag(
        profile_of_primaries(9), b"cicp", b"cicp" + bytes(4) + bytes([9, transfer, 0, 1])
    )
    picture = Image.new("RGB", (64, 64), (white,) * 3)
    preview = opened(ready(saved(picture, "JPEG", quality=98, icc_profile=profile)).preview)
    assert near(pixel(preview, (32, 32)), (WHITE_SHOWN,) * 3, within=3)


def with_tag(profile: bytes, name: bytes, content: bytes) -> bytes:
    """The profile with one more tag, at its end."""
    (count,) = struct.unpack_from(">L", profile, 128)
    table = bytearray(profile[132 : 132 + 12 * count])
    for at in range(4, len(table), 12):
        struct.pack_into(">L", table, at, struct.unpack_from(">L", table, at)[0] + 12)
    body = profile[132 + 12 * count :]
    entry = struct.pack(">4sLL", name, 132 + 12 * (count + 1) + len(body), len(content))
    whole = profile[:128] + struct.pack(">L", count + 1) + bytes(table) + entry + body + content
    return struct.pack(">L", len(whole)) + whole[4:]
