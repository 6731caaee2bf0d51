"""Photos of 12 megapixels and about 2.5 MB for benches: from real ones where there are any.

Each base picture is made once; the many are its copies, each with another moment in its EXIF, so
that each is another file to the product and none costs a second to make.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyvips  # type: ignore[import-untyped]
from PIL import Image as PillowImage

from scripts.embedded import demo_landscapes as landscapes
from scripts.embedded import demo_plants as plants
from scripts.embedded import demo_still_lifes as still_lifes
from scripts.embedded import demo_waters as waters

Image = Any  # pyvips has no types

WIDTH, HEIGHT = 4032, 3024
BYTES = 2_500_000
BASES = 8
_MIN_WIDTH = 3000  # enlarging more would make pictures that are softer than photos are
_MAX_GRAIN, _FINEST_GRAIN = 16.0, 0.2
_NEAR_ENOUGH = 120_000  # bytes
_QUALITIES = (90, 84, 78, 70, 60)
_PAINTINGS = (
    landscapes.mountains_at_dawn,
    plants.sunlit_leaves,
    waters.autumn_lake,
    still_lifes.facade,
    landscapes.lavender,
    waters.sailing_boat,
    still_lifes.city_at_dusk,
    landscapes.canyon,
)
_BEGUN = datetime(2024, 5, 3, 14, 5, 6)  # noqa: DTZ001 - EXIF has no zone


@dataclass(frozen=True, kw_only=True)
class Base:
    """One picture, as a JPEG without metadata."""

    name: str
    content: bytes


def bases(folder: Path | None, *, count: int = BASES) -> list[Base]:
    """Return base pictures from a folder's photos, or painted ones when it holds none."""
    found = list(_real(folder, count=count)) if folder and folder.is_dir() else []
    return found or list(_painted(count))


def photos(of: list[Base], count: int) -> Iterator[bytes]:
    """Return so many files, no two the same."""
    for number in range(count):
        yield with_moment(of[number % len(of)].content, _BEGUN + timedelta(seconds=number))


def with_moment(jpeg: bytes, moment: datetime) -> bytes:
    """Return a JPEG with what a phone's camera says of itself and of the moment."""
    exif = PillowImage.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Pinhole Works", "Box Two", 1
    said = moment.strftime("%Y:%m:%d %H:%M:%S")
    exif.get_ifd(0x8769).update(
        {0x9003: said, 0x9011: "+02:00", 0x8827: 100, 0xA434: "Box 5 mm f/1.8"}
    )
    block = exif.tobytes()
    return jpeg[:2] + struct.pack(">HH", 0xFFE1, len(block) + 2) + block + jpeg[2:]


def _real(folder: Path, *, count: int) -> Iterator[Base]:
    made = 0
    for path in sorted(folder.rglob("*.jp*g")):
        image = pyvips.Image.new_from_file(str(path))
        if max(image.width, image.height) < _MIN_WIDTH or image.bands != 3:
            continue
        yield Base(name=path.name, content=_photo(image.autorot(), seed=made))
        made += 1
        if made == count:
            return


def _painted(count: int) -> Iterator[Base]:
    for number in range(count):
        paint = _PAINTINGS[number % len(_PAINTINGS)]
        yield Base(name=paint.__name__, content=_photo(paint(), seed=number))


def _photo(image: Image, *, seed: int) -> bytes:
    """Return a picture as a JPEG of 12 megapixels, with as much grain as makes it weigh enough."""
    upright = image.icc_transform("srgb") if image.get_typeof("icc-profile-data") else image
    filled = upright.thumbnail_image(WIDTH, height=HEIGHT, size="both", crop="centre")
    filled = filled.colourspace("srgb").copy_memory()
    quality = next(q for q in _QUALITIES if q == _QUALITIES[-1] or len(_jpeg(filled, q)) < BYTES)
    grain = _grain(seed)
    least, most = 0.0, _MAX_GRAIN
    content = b""
    while abs(len(content) - BYTES) > _NEAR_ENOUGH and most - least > _FINEST_GRAIN:
        middle = (least + most) / 2
        content = _jpeg((filled + grain * middle).cast("uchar"), quality)
        least, most = (middle, most) if len(content) < BYTES else (least, middle)
    return content


def _grain(seed: int) -> Image:
    """Noise as a camera leaves it: some of each pixel's own, more of two and of four together."""
    layers: Image = 0
    for scale, share in ((1, 0.4), (2, 0.6), (4, 0.7)):
        size = (WIDTH // scale, HEIGHT // scale)
        noise = pyvips.Image.gaussnoise(*size, sigma=share, mean=0, seed=seed * 8 + scale)
        layers = noise.resize(scale, kernel="cubic").crop(0, 0, WIDTH, HEIGHT) + layers
    return layers.copy_memory()


def _jpeg(image: Image, quality: int) -> bytes:
    return bytes(image.jpegsave_buffer(Q=quality, keep="none"))
