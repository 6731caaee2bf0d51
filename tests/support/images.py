"""Pictures that tests make for themselves."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import pillow_heif
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

pillow_heif.register_heif_opener()

TAKEN = "2024:05:03 14:05:06"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A file as somebody would upload it."""

    name: str
    content_type: str
    content: bytes

    def announcement(self) -> dict[str, object]:
        """What POST /api/images wants to know of it."""
        return {
            "name": self.name,
            "size": len(self.content),
            "content_type": self.content_type,
            "sha256": sha256(self.content).hexdigest(),
        }


def jpeg(
    *,
    seed: int = 0,
    size: tuple[int, int] = (640, 480),
    name: str = "beach.jpg",
    place: tuple[float, float] | None = None,
) -> Picture:
    """A JPEG with a camera's EXIF, taken at `place` if given; each seed gives other bytes."""
    exif = Image.Exif()
    exif[0x010F] = "Pinhole Works"
    exif[0x0110] = "Box One"
    exif.get_ifd(0x8769).update(
        {0x9003: TAKEN, 0x9011: "+02:00", 0x829A: IFDRational(1, 125), 0x8827: 200}
    )
    if place is not None:
        exif.get_ifd(0x8825).update(_gps(*place))
    return _saved(_gradient(size, seed), name, "image/jpeg", format="JPEG", exif=exif, quality=80)


def _gps(latitude: float, longitude: float) -> dict[int, object]:
    """Coordinates as EXIF has them: degrees north or south, east or west."""
    north = (IFDRational(round(abs(latitude) * 10**6), 10**6), IFDRational(0), IFDRational(0))
    east = (IFDRational(round(abs(longitude) * 10**6), 10**6), IFDRational(0), IFDRational(0))
    return {1: "S" if latitude < 0 else "N", 2: north, 3: "W" if longitude < 0 else "E", 4: east}


def png(*, seed: int = 0, size: tuple[int, int] = (320, 200), name: str = "chart.png") -> Picture:
    """A PNG without any metadata."""
    return _saved(_gradient(size, seed), name, "image/png", format="PNG")


def heic(*, seed: int = 0, size: tuple[int, int] = (512, 384), name: str = "IMG_1.HEIC") -> Picture:
    """A HEIC, as telephones make them."""
    return _saved(_gradient(size, seed), name, "image/heic", format="HEIF")


def not_a_picture(name: str = "fake.jpg") -> Picture:
    """HTML that calls itself a JPEG."""
    page = b"<!doctype html><script>alert(document.domain)</script>"
    return Picture(name=name, content_type="image/jpeg", content=page)


def jpeg_of_12_bits(name: str = "scan.jpg") -> Picture:
    """What ITU-T T.81 allows and none of our decoders opens: kept, and without a preview."""
    eight = jpeg(seed=12).content
    at = eight.index(b"\xff\xc0")
    content = eight[:at] + b"\xff\xc1" + eight[at + 2 : at + 4] + b"\x0c" + eight[at + 5 :]
    return Picture(name=name, content_type="image/jpeg", content=content)


def _gradient(size: tuple[int, int], seed: int) -> Image.Image:
    hue = seed * 47 % 256
    across = Image.linear_gradient("L").resize(size)
    down = across.rotate(90, expand=False).resize(size)
    flat = Image.new("L", size, hue)
    # The seed as pixels, so that no two seeds are the same picture in any format.
    for bit in range(24):
        value = 255 if seed >> bit & 1 else 0
        flat.paste(value, (bit * 12, 0, bit * 12 + 12, 16))
    return Image.merge("RGB", (across, down, flat))


def _saved(image: Image.Image, name: str, content_type: str, **options: object) -> Picture:
    save: Callable[..., None] = image.save
    buffer = io.BytesIO()
    save(buffer, **options)
    return Picture(name=name, content_type=content_type, content=buffer.getvalue())
