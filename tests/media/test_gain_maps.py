"""HDR stays HDR: a preview keeps the gain map of its picture, and is what it was without it."""

import io
import logging
import math
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pyvips  # type: ignore[import-untyped]
from PIL import Image, ImageCms

from app.media.colour.cicp import profile_of_primaries
from app.media.colour.gain_map import headroom_of_apple
from app.media.render.vision_input import render_vision_input
from app.media.results import Rendered, VisionInput
from app.media.sandbox.pool import DecoderPool
from tests.media.gain_map_files import (
    APPLE,
    STOPS,
    XMP,
    apple_exif,
    apple_heic,
    apple_jpeg,
    apple_xmp,
    iso_jpeg,
    lit_quarter,
    numbers,
    tmap_heif,
    ultra_hdr_jpeg,
)
from tests.media.heif_files import coded, heif, nclx
from tests.media.jpeg_segments import INNOCENT, INNOCENT_OF_HDR, blocks
from tests.media.samples import CORNERS, quarters, saved
from tests.media.test_decode import LAID_DOWN, corners, opened, ready, shows_the_quarters

BOOST = 2**STOPS


def jpeg(picture: Image.Image | None = None, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(picture or quarters(), "JPEG", quality=95, exif=exif.tobytes())


def light(value: float) -> float:
    """IEC 61966-2-1."""
    signal = value / 255
    return signal / 12.92 if signal <= 0.04045 else ((signal + 0.055) / 1.055) ** 2.4


def hdr_corners(preview: bytes | None) -> list[tuple[float, ...]]:
    """The light in the middle of each quarter as libultrahdr decodes it; 1 is white."""
    assert preview is not None
    image = pyvips.Image.uhdrload_buffer(preview)
    assert image.get_typeof("gainmap-data"), "the gain map is lost"
    hdr = image.uhdr2scRGB()
    width, height = hdr.width, hdr.height
    places = [(x, y) for y in (height // 4, height * 3 // 4) for x in (width // 4, width * 3 // 4)]
    return [tuple(hdr(*place)) for place in places]


def shines_only_where_it_is_red(
    preview: bytes | None, boost: float = BOOST, within: float = 0.06
) -> bool:
    boosts = (boost, 1.0, 1.0, 1.0)
    expected = [
        tuple(light(value) * boost for value in colour)
        for colour, boost in zip(CORNERS, boosts, strict=True)
    ]
    return all(
        abs(a - b) < within * max(b, 0.25)
        for found, wanted in zip(hdr_corners(preview), expected, strict=True)
        for a, b in zip(found, wanted, strict=True)
    )


WITH_GAIN_MAP: dict[str, Callable[[], bytes]] = {
    "ISO 21496-1 in JPEG": lambda: iso_jpeg(jpeg(), lit_quarter()),
    "three channels": lambda: iso_jpeg(jpeg(), lit_quarter().convert("RGB"), numbers(channels=3)),
    "Ultra HDR 1.0": lambda: ultra_hdr_jpeg(jpeg(), lit_quarter()),
    "Ultra HDR in a motion photo": lambda: ultra_hdr_jpeg(
        jpeg(), lit_quarter(), b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(5000)
    ),
    "Apple's JPEG beside numbers that are not understood": lambda: iso_jpeg(
        jpeg(), lit_quarter(), b"\0\1" + numbers()[2:], (0xE1, XMP + apple_xmp(BOOST))
    ),
    "Apple's JPEG": lambda: apple_jpeg(jpeg(), lit_quarter(), BOOST),
    "Apple's HEIC": lambda: apple_heic(quarters(), lit_quarter(), BOOST),
    "Apple's HEIC with irot": lambda: apple_heic(
        quarters().transpose(Image.Transpose.ROTATE_90),
        lit_quarter().transpose(Image.Transpose.ROTATE_90),
        BOOST,
        turn=3,
    ),
    "ISO 21496-1 in HEIC": lambda: tmap_heif(quarters(), lit_quarter(), "HEIC"),
    "ISO 21496-1 in AVIF": lambda: tmap_heif(quarters(), lit_quarter(), "AVIF"),
}


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


@pytest.mark.parametrize("kind", WITH_GAIN_MAP)
def test_preview_in_confined_child_keeps_the_gain_map(
    decoders: DecoderPool, tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    caplog.set_level(logging.INFO)
    original = tmp_path / "original"
    original.write_bytes(WITH_GAIN_MAP[kind]())
    outcome = decoders.render(original)
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
    assert shines_only_where_it_is_red(outcome.preview)
    assert shows_the_quarters(opened(outcome.preview)), "the base is not as it was"
    assert shows_the_quarters(opened(outcome.thumbnail))
    assert caplog.messages == []


@pytest.mark.parametrize("is_map_turned", [True, False])
@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
def test_gain_map_item_is_turned_as_the_primary_item(kind: str, *, is_map_turned: bool) -> None:
    turn = Image.Transpose.ROTATE_90
    file = tmap_heif(
        quarters().transpose(turn),
        lit_quarter().transpose(turn),
        kind,
        turn=3,
        is_map_turned=is_map_turned,
    )
    assert shines_only_where_it_is_red(ready(file).preview)


def test_vision_input_has_no_gain_map() -> None:
    preview = ready(iso_jpeg(jpeg(), lit_quarter())).preview
    assert preview is not None
    vision_input = render_vision_input(preview)
    assert isinstance(vision_input, VisionInput)
    assert blocks(vision_input.preview) <= INNOCENT
    assert shows_the_quarters(opened(vision_input.preview))


@pytest.mark.parametrize("orientation", LAID_DOWN)
@pytest.mark.parametrize("make", [iso_jpeg, lambda base, lit: apple_jpeg(base, lit, BOOST)])
def test_gain_map_is_turned_as_its_base(
    make: Callable[[bytes, Image.Image], bytes], orientation: int
) -> None:
    turn = LAID_DOWN[orientation]
    base, lit = quarters(), lit_quarter()
    if turn is not None:
        base, lit = base.transpose(turn), lit.transpose(turn)
    outcome = ready(make(jpeg(base, orientation), lit))
    assert shines_only_where_it_is_red(outcome.preview)


def test_base_is_the_same_with_and_without_a_gain_map() -> None:
    plain, bright = ready(jpeg()), ready(iso_jpeg(jpeg(), lit_quarter()))
    assert opened(plain.preview).tobytes() == opened(bright.preview).tobytes()
    assert plain.thumbnail == bright.thumbnail
    assert plain.thumbhash == bright.thumbhash


def test_preview_of_a_wide_gamut_keeps_profile_and_gain_map() -> None:
    wide = pyvips.Image.new_from_memory(quarters().tobytes(), 160, 96, 3, "uchar")
    wide = wide.copy(interpretation="srgb").icc_transform("p3", input_profile="srgb")
    base = bytes(wide.jpegsave_buffer(Q=95, keep="icc"))
    outcome = ready(iso_jpeg(base, lit_quarter()))
    shown = opened(outcome.preview)
    assert "icc_profile" in shown.info
    for found, colour, boost in zip(
        hdr_corners(outcome.preview), corners(shown), (BOOST, 1, 1, 1), strict=True
    ):
        assert found == pytest.approx([light(value) * boost for value in colour], abs=0.05)


def test_gain_map_of_a_large_photo_is_small() -> None:
    noise = Image.effect_noise((4032, 3024), 60)
    base = saved(Image.new("RGB", (4032, 3024), (90, 120, 150)), "JPEG")
    plain, bright = ready(base), ready(iso_jpeg(base, noise))
    assert plain.preview is not None
    assert bright.preview is not None
    gain_map = pyvips.Image.uhdrload_buffer(bright.preview).get("gainmap-data")
    assert max(Image.open(io.BytesIO(gain_map)).size) == 512
    assert len(bright.preview) - len(plain.preview) < 130_000  # of nothing but noise


def test_nothing_of_a_gain_map_s_metadata_leaves_the_child() -> None:
    exif = Image.Exif()
    exif[0x010E] = "CANARY"
    second = ((0xE1, exif.tobytes()), (0xE1, XMP + b"CANARY"), (0xFE, b"CANARY"), (0xEF, b"CANARY"))
    original = iso_jpeg(jpeg(), lit_quarter(), None, *second) + b"CANARY"
    outcome = ready(original)
    assert outcome.preview is not None
    assert b"CANARY" not in outcome.preview
    assert blocks(outcome.preview) <= INNOCENT | INNOCENT_OF_HDR
    assert blocks(outcome.preview) >= INNOCENT_OF_HDR
    assert shines_only_where_it_is_red(outcome.preview)


# Apple, "Applying Apple HDR effect to your photos": (tag 33, tag 48) and stops of headroom.
@pytest.mark.parametrize(
    ("maker_33", "maker_48", "stops"),
    [(0.5, 0.005, 1.7), (0.5, 0.5, 1.5505), (1.2, 0.005, 2.65), (1.2, 0.5, 2.1515), (1.2, 9, 0)],
)
def test_headroom_of_apple_follows_its_article(
    maker_33: float, maker_48: float, stops: float
) -> None:
    assert headroom_of_apple(maker_33, maker_48) == pytest.approx(2**stops)


def test_headroom_is_in_the_maker_note_where_xmp_has_none() -> None:
    heic = apple_heic(quarters(), lit_quarter(), None, exif=apple_exif(1.2, 0.005))
    assert shines_only_where_it_is_red(ready(heic).preview, 2**2.65)
    base = saved(quarters(), "JPEG", quality=95, exif=apple_exif(1.2, 0.005))
    assert shines_only_where_it_is_red(
        ready(apple_jpeg(base, lit_quarter(), None)).preview, 2**2.65
    )


def test_gain_map_of_apple_is_light_by_bt709_s_curve() -> None:
    """A sample of 0.5 is 0.2596 of light, so it multiplies by 1 + 3 * 0.2596."""
    half = Image.new("L", (80, 48), 128)
    preview = ready(apple_jpeg(jpeg(), half, 4.0)).preview
    gain = 1 + 3 * ((128 / 255 + 0.099) / 1.099) ** (1 / 0.45)
    for found, colour in zip(hdr_corners(preview), CORNERS, strict=True):
        assert max(found) == pytest.approx(light(max(colour)) * gain, rel=0.05)


def claiming(whole: bytes, side: int) -> bytes:
    """The file, its second JPEG claiming to be as large as this."""
    at = whole.rindex(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", side, side) + whole[at + 4 :]


BROKEN: dict[str, Callable[[], bytes]] = {
    "numbers of a later version": lambda: iso_jpeg(jpeg(), lit_quarter(), b"\0\1" + numbers()[2:]),
    "numbers cut short": lambda: iso_jpeg(jpeg(), lit_quarter(), numbers()[:20]),
    "no denominator": lambda: iso_jpeg(jpeg(), lit_quarter(), numbers()[:5] + bytes(56)),
    "a map that is cut short": lambda: iso_jpeg(jpeg(), lit_quarter(800, 480))[:-400],
    "an item of nothing": lambda: tmap_heif(quarters(), lit_quarter(), "AVIF", b"\0"),
    "an item of no gain": lambda: tmap_heif(quarters(), lit_quarter(), "HEIC", numbers(0, 0)),
    "no headroom": lambda: apple_jpeg(jpeg(), lit_quarter(), None),
    "a headroom of nonsense": lambda: apple_heic(quarters(), lit_quarter(), 1e9),
    "a map of gigapixels": lambda: claiming(iso_jpeg(jpeg(), lit_quarter()), 60_000),
    "Apple's map of gigapixels": lambda: claiming(apple_jpeg(jpeg(), lit_quarter(), BOOST), 60_000),
    "an index beyond the end": lambda: apple_jpeg(jpeg(), lit_quarter(), BOOST)[:-200],
}


@pytest.mark.parametrize("kind", BROKEN)
def test_picture_with_a_broken_gain_map_is_shown_without(kind: str) -> None:
    outcome = ready(BROKEN[kind]())
    assert shows_the_quarters(opened(outcome.preview))
    assert outcome.preview is not None
    assert blocks(outcome.preview) <= INNOCENT


def test_second_jpeg_that_is_no_gain_map_is_left_out() -> None:
    preview = ready(
        apple_jpeg(jpeg(), lit_quarter(), BOOST).replace(APPLE.encode(), b"x" * len(APPLE))
    )
    assert preview.preview is not None
    assert blocks(preview.preview) <= INNOCENT


def test_many_broken_bytes_never_keep_a_picture_from_being_shown() -> None:
    whole = iso_jpeg(jpeg(), lit_quarter())
    start = whole.index(b"MPF")
    second = whole.rindex(b"urn:iso")
    for at in (*range(start, start + 90, 3), *range(second, second + 90, 2)):
        for value in (0, 255):
            broken = whole[:at] + bytes([value]) + whole[at + 1 :]
            assert shows_the_quarters(opened(ready(broken).preview))


def signal_of_pq(nits: float) -> int:
    """SMPTE ST 2084, in 8 bits."""
    light = float((nits / 10_000) ** (2610 / 16384))
    ratio = (3424 / 4096 + 2413 / 128 * light) / (1 + 2392 / 128 * light)
    return round(255 * math.pow(ratio, 2523 / 32))


def applied(preview: bytes | None, place: tuple[int, int]) -> list[float]:
    """The light of a pixel by the formula of ISO 21496-1; libvips 8.18 has three channels wrong."""
    assert preview is not None
    base = pyvips.Image.uhdrload_buffer(preview)
    gain_map = pyvips.Image.jpegload_buffer(base.get("gainmap-data"))
    samples = gain_map(
        place[0] * gain_map.width // base.width, place[1] * gain_map.height // base.height
    )
    fields = ("min-content-boost", "max-content-boost", "offset-sdr", "offset-hdr")
    numbers = zip(*(base.get(f"gainmap-{name}") for name in fields), strict=True)
    found = []
    for value, sample, (least, most, offset, hdr_offset) in zip(
        base(*place), samples * (3 // len(samples)), numbers, strict=True
    ):
        gain = least * (most / least) ** (sample / 255)
        found.append((light(value) + offset) * gain - hdr_offset)
    return found


HDR_PATCHES = [
    (100, 100, 100),
    (203, 203, 203),
    (400, 400, 400),
    (1000, 1000, 1000),
    (1000, 203, 100),
]


@pytest.mark.parametrize("primaries", [1, 12])
def test_picture_that_is_hdr_itself_is_bright_in_its_preview(primaries: int) -> None:
    """203 nits are white (ITU-R BT.2408), so 1000 nits are 4.93 times as bright."""
    picture = Image.new("RGB", (64 * len(HDR_PATCHES), 64))
    for at, nits in enumerate(HDR_PATCHES):
        picture.paste(tuple(map(signal_of_pq, nits)), (64 * at, 0, 64 * at + 64, 64))
    coded_picture = coded(
        saved(picture, "AVIF", quality=100, subsampling="4:4:4"), nclx(primaries, 16)
    )
    preview = ready(heif([coded_picture])).preview
    for at, nits in enumerate(HDR_PATCHES):
        expected = [value / 203 for value in nits]
        assert applied(preview, (64 * at + 32, 32)) == pytest.approx(expected, rel=0.12, abs=0.05)


def test_hdr_picture_that_is_nowhere_bright_has_no_gain_map() -> None:
    grey = Image.new("RGB", (64, 64), (signal_of_pq(90),) * 3)
    preview = ready(heif([coded(saved(grey, "AVIF", quality=95), nclx(9, 16))])).preview
    assert preview is not None
    assert blocks(preview) <= INNOCENT


def iso_jpeg_in_p3() -> bytes:
    profile = profile_of_primaries(12)
    segment = (0xE2, b"ICC_PROFILE\0\1\1" + profile)
    return iso_jpeg(jpeg(), lit_quarter(), numbers(flags=0), segment)


@pytest.mark.parametrize(
    "make",
    [
        iso_jpeg_in_p3,
        lambda: tmap_heif(quarters(), lit_quarter(), "HEIC", numbers(flags=0)),
        lambda: tmap_heif(quarters(), lit_quarter(), "AVIF", numbers(flags=0)),
    ],
    ids=["JPEG", "HEIC", "AVIF"],
)
def test_colours_in_which_gains_are_applied_are_kept(make: Callable[[], bytes]) -> None:
    """They are those of the HDR rendition, here P3, when the numbers do not say "the base's"."""
    preview = ready(make()).preview
    assert shines_only_where_it_is_red(preview)
    base = pyvips.Image.uhdrload_buffer(preview)
    assert base.get("gainmap-use-base-cg") == 0
    profile = Image.open(io.BytesIO(base.get("gainmap-data"))).info["icc_profile"]
    red = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.red_primary
    assert red is not None
    assert red[1][:2] == pytest.approx((0.680, 0.320), abs=0.005)
