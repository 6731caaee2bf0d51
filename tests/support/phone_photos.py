"""Photos as phones make them, made here: wide colours, a second picture for HDR, held upright."""

import io

import pillow_heif
from PIL import Image

from app.media.colour.icc_profiles import gamma_curve, profile_of
from tests.media.gain_map_files import iso_jpeg, lit_quarter
from tests.media.samples import exif_block
from tests.support.images import Picture

# Display P3's primaries under D50, as in every photo of an iPhone since 2016.
DISPLAY_P3 = profile_of(
    ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)),
    curve=gamma_curve(2.2),
    version=4,
)
_QUARTER_TURN = 6


def phone_photos(
    size: tuple[int, int] = (640, 480), *, scene: Image.Image | None = None, seed: int = 0
) -> list[Picture]:
    """One photo of each kind: HEIC and JPEG in Display P3, one with a gain map, one held upright.

    size is that of the sensor, in pixels; scene is what is on them, resized to it.
    """
    pixels = (scene or _scene(seed)).convert("RGB").resize(size)
    number = f"{seed:04}"
    return [
        Picture(name=f"IMG_{number}.HEIC", content_type="image/heic", content=_heic(pixels)),
        Picture(
            name=f"IMG_{number}.JPG",
            content_type="image/jpeg",
            content=_jpeg(pixels, icc_profile=DISPLAY_P3),
        ),
        Picture(
            name=f"PXL_{number}.jpg",
            content_type="image/jpeg",
            content=iso_jpeg(_jpeg(pixels), lit_quarter(size[0] // 4, size[1] // 4)),
        ),
        Picture(
            name=f"20240503_{number}.jpg",
            content_type="image/jpeg",
            content=_jpeg(pixels, exif=_held_upright()),
        ),
    ]


def _scene(seed: int) -> Image.Image:
    across = Image.linear_gradient("L").rotate(seed * 37 % 360)
    return Image.merge(
        "RGB", (across, across.rotate(90), Image.new("L", across.size, seed * 61 % 256))
    )


def _jpeg(pixels: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    pixels.save(file, "JPEG", quality=90, **options)
    return file.getvalue()


def _heic(pixels: Image.Image) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(pixels).save(file, quality=60, icc_profile=DISPLAY_P3)
    return file.getvalue()


def _held_upright() -> bytes:
    turn = _QUARTER_TURN.to_bytes(2, "little")
    return b"Exif\0\0" + exif_block({0x010F: (2, b"Works\0"), 0x0112: (3, turn)}, {})
