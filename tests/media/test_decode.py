"""From a file to a thumbnail, a preview, a ThumbHash and metadata: the right pixels, every time."""

import io
import struct
from collections.abc import Callable
from typing import Any

import pytest
import pyvips  # type: ignore[import-untyped]
from PIL import Image, ImageCms

from app.media.decode.decoder import render
from app.media.results import Header, Rendered
from tests.media.samples import (
    BLUE,
    CORNERS,
    EVERY_TYPE,
    GREEN,
    RED,
    YELLOW,
    exif_block,
    in_vips,
    quarters,
    saved,
)

ANOTHER = (120, 120, 120)


def rendered(original: bytes) -> Rendered:
    outcome = render(original)
    assert isinstance(outcome, Rendered), outcome
    return outcome


def ready(original: bytes) -> Rendered:
    outcome = rendered(original)
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert outcome.thumbhash
    return outcome


def opened(derived: bytes | None) -> Image.Image:
    assert derived is not None
    picture = Image.open(io.BytesIO(derived), formats=["WEBP", "JPEG"])
    picture.load()
    return picture


def near(one: tuple[int, ...], other: tuple[int, ...], *, within: int = 12) -> bool:
    return all(abs(a - b) <= within for a, b in zip(one, other, strict=True))


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colour in the middle of each quarter."""
    width, height = picture.size
    rgb = picture.convert("RGB")
    places = [(x, y) for y in (height // 4, height * 3 // 4) for x in (width // 4, width * 3 // 4)]
    return [pixel(rgb, place) for place in places]


def pixel(picture: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    found = picture.getpixel(place)
    assert isinstance(found, tuple)
    return found


def shows_the_quarters(picture: Image.Image) -> bool:
    return all(near(a, b) for a, b in zip(corners(picture), CORNERS, strict=True))


@pytest.mark.parametrize("content_type", EVERY_TYPE)
def test_every_type_that_is_taken_in_renders(content_type: str) -> None:
    outcome = ready(EVERY_TYPE[content_type])
    assert outcome.content_type == content_type
    assert (outcome.width, outcome.height) == (160, 96)
    for derived in (outcome.thumbnail, outcome.preview):
        picture = opened(derived)
        assert picture.size == (160, 96)  # never enlarged
        assert shows_the_quarters(picture)


def test_the_header_is_announced_before_pixels_are_decoded() -> None:
    heard: list[Header] = []
    cut = EVERY_TYPE["image/heic"][:-300]
    outcome = render(cut, announce=heard.append)
    assert [(h.content_type, h.width, h.height) for h in heard] == [("image/heic", 160, 96)]
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "damaged"


@pytest.mark.parametrize(
    ("size", "preview", "thumbnail"),
    [
        ((4032, 3024), (2016, 1512), (640, 480)),  # a phone's: half of it, as JPEG decodes it
        ((3024, 4032), (1512, 2016), (360, 480)),
        ((4000, 2250), (2000, 1125), (853, 480)),
        ((3000, 2000), (2048, 1365), (720, 480)),  # half would be too small
        ((2048, 1000), (2048, 1000), (983, 480)),
        ((6000, 600), (2048, 205), (1440, 144)),  # a panorama is bounded by its width
        ((40, 5000), (16, 2048), (4, 480)),
        ((1, 1), (1, 1), (1, 1)),
        ((5000, 1), (2048, 1), (1440, 1)),
    ],
)
def test_sizes(size: tuple[int, int], preview: tuple[int, int], thumbnail: tuple[int, int]) -> None:
    outcome = ready(saved(Image.new("RGB", size, ANOTHER), "JPEG"))
    assert (outcome.width, outcome.height) == size
    assert opened(outcome.preview).size == preview
    assert opened(outcome.thumbnail).size == thumbnail


# How a picture lies in the file so that turning it by its orientation shows it upright.
LAID_DOWN: dict[int, Image.Transpose | None] = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", LAID_DOWN)
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "TIFF", "PNG", "HEIC", "AVIF"])
def test_orientation_is_applied_once(kind: str, orientation: int) -> None:
    turn = LAID_DOWN[orientation]
    laid = quarters() if turn is None else quarters().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    quality = {} if kind in {"TIFF", "PNG"} else {"quality": 95}
    outcome = ready(saved(laid, kind, exif=exif.tobytes(), **quality))
    assert (outcome.width, outcome.height) == (160, 96)
    for derived in (outcome.thumbnail, outcome.preview):
        picture = opened(derived)
        assert picture.size == (160, 96)
        assert shows_the_quarters(picture)


def test_an_orientation_that_is_none_is_ignored() -> None:
    for orientation in (0, 9, 255, 65535):
        block = exif_block({0x0112: (3, struct.pack("<H", orientation))}, {})
        assert shows_the_quarters(opened(ready(saved(quarters(), "JPEG", exif=block)).preview))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "TIFF", "HEIC"])
def test_alpha_is_kept_and_hidden_colours_do_not_bleed(kind: str) -> None:
    picture = Image.new("RGBA", (3000, 600), (0, 0, 0, 0))  # black where nothing is
    picture.paste((255, 255, 255, 255), (1500, 0, 3000, 600))
    options = {"lossless": True} if kind == "WEBP" else {}
    preview = opened(ready(saved(picture, kind, **options)).preview)
    assert preview.mode == "RGBA"
    assert pixel(preview, (200, 100))[3] == 0
    assert pixel(preview, (1800, 100)) == (255, 255, 255, 255)
    for x in range(1000, 1050):
        *colour, alpha = pixel(preview, (x, 100))
        assert alpha < 40 or min(colour) > 200, "black has bled into the edge"


def test_a_palette_with_transparency_is_right() -> None:
    picture = quarters().convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    clear = picture.getpixel((10, 10))
    preview = opened(ready(saved(picture, "PNG", transparency=clear)).preview)
    assert pixel(preview, (10, 10))[3] == 0
    assert near(pixel(preview, (150, 10)), (*GREEN, 255))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [(kind, mode) for kind in ("PNG", "TIFF") for mode in ("L", "1", "I;16", "P")]
    + [("PNG", "LA")],
)
def test_grey_and_black_and_white_are_right(kind: str, mode: str) -> None:
    picture = Image.new("L", (160, 96), 255)
    picture.paste(0, (0, 0, 80, 96))
    if mode == "I;16":
        deep = b"".join(struct.pack("<H", v * 257) for v in picture.tobytes())
        picture = Image.frombytes("I;16", picture.size, deep)
    else:
        picture = picture.convert(mode)
    preview = opened(ready(saved(picture, kind)).preview).convert("RGB")
    assert near(pixel(preview, (20, 48)), (0, 0, 0), within=4)
    assert near(pixel(preview, (140, 48)), (255, 255, 255), within=4)


@pytest.mark.parametrize("save", ["pngsave_buffer", "tiffsave_buffer"])
def test_sixteen_bits_are_right(save: str) -> None:
    deep = (in_vips(quarters()).cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16")
    assert shows_the_quarters(opened(ready(getattr(deep, save)()).preview))


def test_cmyk_without_a_profile_is_not_inverted() -> None:
    inks = Image.new("CMYK", (160, 96), (0, 255, 255, 0))
    inks.paste((255, 255, 0, 0), (80, 0, 160, 96))
    preview = opened(ready(saved(inks, "JPEG", quality=95)).preview)
    red, _, _ = pixel(preview, (20, 48))
    assert red > 180
    assert near(pixel(preview, (20, 48))[1:], (30, 30), within=45)
    blue = pixel(preview, (140, 48))
    assert blue[2] > blue[0] + 50
    assert blue[2] > blue[1] + 50


def test_cmyk_with_a_profile_comes_back_as_it_was() -> None:
    soft = Image.new("RGB", (160, 96), (150, 110, 90))  # within what inks can show
    inks = in_vips(soft).icc_transform("cmyk", input_profile="srgb")
    assert inks.get_typeof("icc-profile-data")
    outcome = ready(inks.jpegsave_buffer(Q=95, keep="icc"))
    assert near(pixel(opened(outcome.preview), (80, 48)), (150, 110, 90), within=10)
    assert "icc_profile" not in opened(outcome.preview).info


def srgb_of(picture: Image.Image) -> Image.Image:
    """The picture as a colour-managed screen of sRGB shows it."""
    profile = picture.info.get("icc_profile")
    if profile is None:
        return picture.convert("RGB")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    shown = ImageCms.profileToProfile(
        picture.convert("RGB"), source, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert shown is not None
    return shown


def in_p3(picture: Image.Image) -> Any:
    return in_vips(picture).icc_transform("p3", input_profile="srgb")


@pytest.mark.parametrize(
    "save",
    [
        lambda image: image.jpegsave_buffer(Q=95, keep="icc"),
        lambda image: image.pngsave_buffer(keep="icc"),
        lambda image: image.webpsave_buffer(Q=95, keep="icc"),
        lambda image: image.tiffsave_buffer(keep="icc"),
        lambda image: image.heifsave_buffer(Q=90, compression="av1", keep="icc"),
    ],
    ids=["jpeg", "png", "webp", "tiff", "avif"],
)
def test_a_wide_gamut_stays_wide(save: Callable[[Any], bytes]) -> None:
    outcome = ready(save(in_p3(quarters())))
    for derived in (outcome.thumbnail, outcome.preview):
        picture = opened(derived)
        assert "icc_profile" in picture.info
        assert not shows_the_quarters(picture)  # its numbers are not those of sRGB
        assert shows_the_quarters(srgb_of(picture))


def test_a_wide_gamut_in_heic_stays_wide() -> None:
    wide = in_p3(quarters())
    profile = wide.get("icc-profile-data")
    picture = Image.frombytes("RGB", (160, 96), bytes(wide.write_to_memory()))
    shown = opened(ready(saved(picture, "HEIC", icc_profile=profile)).preview)
    assert shows_the_quarters(srgb_of(shown))


def test_an_srgb_profile_is_left_out() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    outcome = ready(saved(quarters(), "JPEG", quality=95, icc_profile=profile))
    assert "icc_profile" not in opened(outcome.preview).info
    assert shows_the_quarters(opened(outcome.preview))


def test_a_large_profile_is_converted_instead_of_carried() -> None:
    wide = in_p3(quarters())
    profile = bytearray(wide.get("icc-profile-data"))
    profile += bytes(200_000)
    profile[:4] = struct.pack(">L", len(profile))
    picture = Image.frombytes("RGB", (160, 96), bytes(wide.write_to_memory()))
    preview = ready(saved(picture, "JPEG", quality=95, icc_profile=bytes(profile))).preview
    assert preview is not None
    assert len(preview) < 10_000
    assert shows_the_quarters(srgb_of(opened(preview)))


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200, b"\xff" * 5000])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    outcome = ready(saved(quarters(), "PNG", icc_profile=profile))
    assert shows_the_quarters(opened(outcome.preview))


def test_hdr_is_bent_into_what_screens_show() -> None:
    """Half of PQ's signal is 92 nits: less than half of paper white, so neither black nor white."""
    grey = Image.new("RGB", (64, 64), (128, 128, 128))
    avif = bytearray(saved(grey, "AVIF", quality=95))
    at = avif.find(b"colrnclx")
    avif[at + 8 : at + 12] = struct.pack(">HH", 12, 16)  # P3, PQ
    preview = opened(ready(bytes(avif)).preview)
    assert near(pixel(preview, (32, 32)), (180, 180, 180), within=15)
    assert "icc_profile" in preview.info
    avif[at + 8 : at + 12] = struct.pack(">HH", 9, 18)  # BT.2020, HLG
    assert 100 < pixel(opened(ready(bytes(avif)).preview), (32, 32))[1] < 220


def test_a_second_picture_for_hdr_screens_does_not_count() -> None:
    """A gain map's box follows the picture's own."""
    avif = bytearray(saved(Image.new("RGB", (64, 64), (128, 128, 128)), "AVIF", quality=95))
    box = b"\0\0\0\x13colrnclx" + struct.pack(">HHHB", 9, 16, 9, 0)
    avif += struct.pack(">L4s", 8 + len(box), b"free") + box
    preview = opened(ready(bytes(avif)).preview)
    assert near(pixel(preview, (32, 32)), (128, 128, 128), within=3)


def test_exif_does_not_turn_what_the_container_has_turned() -> None:
    laid = in_vips(quarters())
    laid.set_type(pyvips.GValue.gint_type, "orientation", 6)
    exif = Image.Exif()
    exif[0x0112] = 6
    laid.set_type(pyvips.GValue.blob_type, "exif-data", exif.tobytes())
    avif = laid.heifsave_buffer(compression="av1", Q=90, keep="exif")
    outcome = ready(avif)
    assert opened(outcome.preview).size == (outcome.width, outcome.height)


@pytest.mark.parametrize("mode", ["F", "I", "CMYK", "YCbCr", "RGBX"])
def test_unusual_tiffs_open(mode: str) -> None:
    picture = quarters().convert("L") if mode in "FI" else quarters()
    outcome = ready(saved(picture.convert(mode), "TIFF"))
    assert opened(outcome.preview).size == (160, 96)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_of_an_animation_the_first_frame_is_shown(kind: str) -> None:
    frames = [Image.new("RGB", (160, 96), colour) for colour in (RED, GREEN, BLUE, YELLOW)]
    film = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    outcome = ready(film)
    assert (outcome.width, outcome.height) == (160, 96)
    assert near(pixel(opened(outcome.preview).convert("RGB"), (80, 48)), RED)


def test_of_a_tiff_with_pages_the_first_is_shown() -> None:
    pages = [Image.new("RGB", (160, 96), colour) for colour in (RED, GREEN)]
    outcome = ready(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert near(pixel(opened(outcome.preview).convert("RGB"), (80, 48)), RED)


def test_metadata_is_read_from_every_type_that_holds_it() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Pinhole Works"
    exif[0x8769] = {0x9003: "2024:05:01 10:00:00", 0x9011: "+02:00"}
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIC"):
        metadata = ready(saved(quarters(), kind, exif=exif.tobytes())).metadata
        assert metadata.make == "Pinhole Works", kind
        assert str(metadata.taken_at) == "2024-05-01 10:00:00", kind
        assert metadata.taken_offset_minutes == 120, kind


def test_a_jpeg_that_only_warns_harmlessly_is_ready() -> None:
    whole = EVERY_TYPE["image/jpeg"]
    tables = whole.find(b"\xff\xdb")
    outcome = ready(whole[:tables] + b"\0\0\0" + whole[tables:])  # some cameras pad
    assert shows_the_quarters(opened(outcome.preview))


def test_many_pictures_leave_no_trace_in_each_other() -> None:
    broken = bytearray(saved(quarters(800, 600), "JPEG", progressive=True))
    broken[len(broken) // 2 : len(broken) // 2 + 60] = b"\x55" * 60
    assert rendered(bytes(broken)).outcome == "damaged"
    whole = EVERY_TYPE["image/jpeg"]
    tables = whole.find(b"\xff\xdb")
    ready(whole[:tables] + b"\0\0\0" + whole[tables:])
    assert pyvips.cache_get_max() == 0
