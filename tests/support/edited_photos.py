"""Pictures like photos, copies of them that were edited, and others that only look like them."""

import io
import math
import random
from collections.abc import Callable, Mapping
from typing import Any

import pillow_heif
import pyvips  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

SIZE = (640, 480)
_MARGIN = 1.3  # of the world that a camera may turn in
_OCTAVES = 6  # of detail, each half as large and weaker, as in nature
Edit = Callable[[Image.Image, random.Random], Image.Image]


def scene(seed: int, *, turned: float = 0.0, moved: float = 0.0, moment: int = 0) -> Image.Image:
    """Take a photo of one of many places.

    Args:
        seed: which place: its backdrop, its light, and what stands there.
        turned: how far the camera points elsewhere, in widths of the picture, at most 0.15.
        moved: how far what stands there has gone, in widths of the picture.
        moment: where to the camera turned, and what moved.
    """
    of_place, of_moment = _chance(seed, 1), _chance(seed, 2, moment)
    width, height = (round(side * _MARGIN) for side in SIZE)
    world = _backdrop(seed, of_place, width, height)
    angle = of_moment.uniform(0, math.tau)
    left, top = ((whole - side) / 2 for whole, side in zip((width, height), SIZE, strict=True))
    left += math.cos(angle) * turned * SIZE[0]
    top += math.sin(angle) * turned * SIZE[1]
    pixels = world.crop(round(left), round(top), *SIZE)
    photo = Image.frombytes("RGB", SIZE, bytes(pixels.write_to_memory()))
    draw = ImageDraw.Draw(photo)
    for _ in range(of_place.randint(1, 4)):
        x, y = (side * of_place.uniform(0.25, 0.75) for side in SIZE)
        across = SIZE[0] * of_place.uniform(0.06, 0.15)
        down = across * of_place.uniform(0.5, 1)
        colour = tuple(of_place.randrange(256) for _ in range(3))
        way = of_moment.uniform(0, math.tau)
        x += math.cos(way) * moved * SIZE[0]
        y += math.sin(way) * moved * SIZE[0]
        shape = draw.ellipse if of_place.random() < 0.6 else draw.rectangle
        shape((x - across, y - down, x + across, y + down), fill=colour)
    return photo


def sky(seed: int) -> Image.Image:
    """Photograph the sky at evening: all are darker above, and have some clouds."""
    chance = _chance(seed, 3)
    above, below = chance.uniform(40, 70), chance.uniform(170, 200)
    down = pyvips.Image.xyz(*SIZE)[1] / SIZE[1]
    light = down * (below - above) + above
    for octave in (2, 3, 4):
        light += _noise(seed * 16 + octave, 2**octave, *SIZE) * (12 / octave)
    colours = (light * 1.1, light * 0.9 + 10, light * -0.5 + 160)
    pixels = colours[0].bandjoin(list(colours[1:])).cast("uchar")
    return Image.frombytes("RGB", SIZE, bytes(pixels.write_to_memory()))


def _chance(*of: int) -> random.Random:
    return random.Random(".".join(map(str, of)))  # noqa: S311 - the same each time


def _noise(seed: int, cells: int, width: int, height: int) -> Any:
    down = max(2, cells * 3 // 4)
    small = pyvips.Image.gaussnoise(cells + 1, down + 1, mean=0, sigma=1, seed=seed)
    across = width / small.width
    return small.resize(across, vscale=height / small.height, kernel="cubic").crop(
        0, 0, width, height
    )


def _backdrop(seed: int, chance: random.Random, width: int, height: int) -> Any:
    angle = chance.uniform(0, math.tau)
    place = pyvips.Image.xyz(width, height)
    along = (place[0] / width - 0.5) * math.cos(angle) + (place[1] / height - 0.5) * math.sin(angle)
    amounts = []
    strength = chance.uniform(15, 45)
    for octave in range(1, _OCTAVES + 1):
        noise = _noise(seed * 16 + octave, 2**octave, width, height)
        amounts.append((noise * strength, [chance.uniform(0.5, 1.2) for _ in range(3)]))
        strength *= chance.uniform(0.5, 0.8)
    bands = []
    for band in range(3):
        first, second = chance.uniform(40, 215), chance.uniform(40, 215)
        light = along * (second - first) + (first + second) / 2
        for noise, tint in amounts:
            light += noise * tint[band]
        bands.append(light)
    return bands[0].bandjoin(bands[1:]).cast("uchar").copy_memory()


def _jpeg(quality: int) -> Edit:
    return lambda photo, _: _again(photo, "JPEG", quality=quality)


def _again(photo: Image.Image, kind: str, **options: object) -> Image.Image:
    file = io.BytesIO()
    photo.save(file, kind, **options)
    return Image.open(file).convert("RGB")


def _heic(photo: Image.Image, _: random.Random) -> Image.Image:
    file = io.BytesIO()
    pillow_heif.from_pillow(photo).save(file, quality=50)
    read = pillow_heif.read_heif(file.getvalue())
    return Image.frombytes(read.mode, read.size, bytes(read.data), "raw", read.mode, read.stride)


def _scaled(by: float) -> Edit:
    size = (round(SIZE[0] * by), round(SIZE[1] * by))
    return lambda photo, _: _again(photo.resize(size), "JPEG", quality=85)


def _cropped(by: float) -> Edit:
    """Cut so much off the width and off the height, wherever."""

    def crop(photo: Image.Image, chance: random.Random) -> Image.Image:
        width, height = (round(side * (1 - by)) for side in photo.size)
        left = chance.randint(0, photo.width - width)
        top = chance.randint(0, photo.height - height)
        return _again(photo.crop((left, top, left + width, top + height)), "JPEG", quality=85)

    return crop


def _cropped_at_a_side(by: float) -> Edit:
    def crop(photo: Image.Image, chance: random.Random) -> Image.Image:
        side = chance.randrange(4)
        edges = [round(by * photo.size[n % 2]) if n == side else 0 for n in range(4)]
        box = (edges[0], edges[1], photo.width - edges[2], photo.height - edges[3])
        return _again(photo.crop(box), "JPEG", quality=85)

    return crop


def _brightness(by: float) -> Edit:
    return lambda photo, _: ImageEnhance.Brightness(photo).enhance(by)


def _contrast(by: float) -> Edit:
    return lambda photo, _: ImageEnhance.Contrast(photo).enhance(by)


def _warmer(photo: Image.Image, _: random.Random) -> Image.Image:
    gains = (1.08, 1.0, 0.9)
    bands = zip(photo.split(), gains, strict=True)
    return Image.merge(
        "RGB", [band.point([min(255, round(v * g)) for v in range(256)]) for band, g in bands]
    )


def _watermarked(photo: Image.Image, _: random.Random) -> Image.Image:
    marked = photo.copy()
    at = (photo.width * 0.6, photo.height * 0.86)
    ImageDraw.Draw(marked).text(at, "© Ada 2024", fill=(255, 255, 255), font_size=28)
    return marked


def _captioned(photo: Image.Image, _: random.Random) -> Image.Image:
    told = photo.copy()
    draw = ImageDraw.Draw(told)
    draw.rectangle((0, photo.height * 0.92, photo.width, photo.height), fill=(0, 0, 0))
    at = (photo.width * 0.1, photo.height * 0.93)
    draw.text(at, "A summer at the sea", fill=(255, 255, 255), font_size=24)
    return told


# What is done to a copy and still leaves it alike.
EDITS: Mapping[str, Edit] = {
    "JPEG of quality 85": _jpeg(85),
    "JPEG of quality 50": _jpeg(50),
    "JPEG of quality 20": _jpeg(20),
    "as WebP": lambda photo, _: _again(photo, "WEBP", quality=70),
    "as HEIC": _heic,
    "half as large": _scaled(0.5),
    "a quarter as large": _scaled(0.25),
    "cropped by 2 %": _cropped(0.02),
    "cropped by 5 %": _cropped(0.05),
    "cropped by 10 %": _cropped(0.10),
    "5 % less at a side": _cropped_at_a_side(0.05),
    "10 % less at a side": _cropped_at_a_side(0.10),
    "brighter by 15 %": _brightness(1.15),
    "darker by 25 %": _brightness(0.75),
    "more contrast": _contrast(1.2),
    "warmer": _warmer,
    "watermark": _watermarked,
    "caption": _captioned,
    "sharpened": lambda photo, _: photo.filter(ImageFilter.UnsharpMask(2, 120, 2)),
    "greyscale": lambda photo, _: photo.convert("L").convert("RGB"),
}
TURNED = "turned by 90°"


def turned(photo: Image.Image) -> Image.Image:
    """Turn it by a quarter."""
    return photo.transpose(Image.Transpose.ROTATE_90)


def edited(photo: Image.Image, edit: str, *, seed: int) -> Image.Image:
    """Return a copy that was edited."""
    return EDITS[edit](photo, _chance(seed, 4))
