"""Paint with gradients, ridges, glows and noise: what the demo's pictures are made of.

A Canvas is float RGB until it is finished, so that soft gradients do not show steps; then it gets
a little grain, like film. Everything random comes from one seed, so the same picture comes out
each time.
"""

# ruff: noqa: PLR2004 - a painting is numbers

import math
import random
import struct
from collections.abc import Callable, Sequence
from typing import Any

import pyvips  # type: ignore[import-untyped]
from PIL import Image as PillowImage
from PIL import ImageDraw

Image = Any  # pyvips has no types
Colour = str  # "#rrggbb"
Stops = Sequence[tuple[float, Colour]]

_COARSE = 8  # glows and clouds have no fine detail: made so many times smaller, then enlarged


def rgb(colour: Colour) -> list[float]:
    """Read "#rrggbb"."""
    return [float(int(colour[at : at + 2], 16)) for at in (1, 3, 5)]


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours; a share of 1 is the other alone."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def along(stops: Stops, at: float) -> list[float]:
    """Return the colour of a gradient at a place between 0 and 1, easing from stop to stop."""
    before, after = stops[0], stops[-1]
    for stop in stops:
        if stop[0] <= at:
            before = stop
        else:
            after = stop
            break
    span = after[0] - before[0]
    share = min(max((at - before[0]) / span, 0), 1) if span > 0 else 0
    share = share * share * (3 - 2 * share)
    pairs = zip(rgb(before[1]), rgb(after[1]), strict=True)
    return [a + (b - a) * share for a, b in pairs]


def mapped(field: Image, stops: Stops) -> Image:
    """Give each number between 0 and 1 its colour in a gradient."""
    values: list[float] = []
    for step in range(256):
        values += along(stops, step / 255)
    return (field.clamp() * 255).cast("uchar").maplut(_image_of(values, 256, 1, 3))


def _image_of(values: Sequence[float], width: int, height: int, bands: int) -> Image:
    packed = struct.pack(f"{len(values)}f", *values)
    return pyvips.Image.new_from_memory(packed, width, height, bands, "float")


class Canvas:
    """A picture being painted. Places are fractions of the width and the height, from top left."""

    def __init__(self, width: int, height: int, *, seed: int, ground: Colour = "#000000") -> None:
        """Start with one colour."""
        self.width, self.height = width, height
        self.random = random.Random(seed)  # noqa: S311 - for beauty, not for secrets
        self.image: Image = pyvips.Image.black(width, height, bands=3) + rgb(ground)

    def seed(self) -> int:
        """Return a seed for libvips' own noises."""
        return self.random.randrange(1 << 20)

    # Fields: one number for each pixel.

    def x(self) -> Image:
        """0 at the left edge, 1 at the right."""
        return pyvips.Image.xyz(self.width, self.height)[0] / self.width

    def y(self) -> Image:
        """0 at the top, 1 at the bottom."""
        return pyvips.Image.xyz(self.width, self.height)[1] / self.height

    def xy(self, x: float, y: float) -> tuple[Image, Image]:
        """How far to the right of a place, and how far below it, in heights."""
        place = pyvips.Image.xyz(self.width, self.height)
        return (
            (place[0] - x * self.width) / self.height,
            (place[1] - y * self.height) / self.height,
        )

    def distance(self, x: float, y: float) -> Image:
        """Distance from a place, in heights."""
        across, down = self.xy(x, y)
        return (across * across + down * down) ** 0.5

    def clouds(self, size: float, *, octaves: int = 4, stretch: float = 1) -> Image:
        """Soft noise around 0, mostly within -0.5 and 0.5; size in heights, wider by stretch."""
        width, height = self.width // _COARSE + 2, self.height // _COARSE + 2
        cell = max(4, round(size * self.height / _COARSE))
        field: Image = 0
        for octave in range(octaves):
            noise = pyvips.Image.perlin(
                max(2, round(width / stretch)), height, cell_size=max(2, cell), seed=self.seed()
            )
            field = noise.resize(width / noise.width, vscale=1, kernel="cubic") / 2**octave + field
            cell //= 2
        return self._enlarged(field)

    def row(self, values: Sequence[float]) -> Image:
        """One number for each column, the same from top to bottom."""
        return _image_of(values, self.width, 1, 1).zoom(1, self.height)

    def ridge(
        self, base: float, height: float, *, rough: float = 0.5, waves: float = 2
    ) -> list[float]:
        """Draw a line of hills: one place for each column, as a fraction of the height."""
        octaves = 8
        phases = [self.random.uniform(0, 2 * math.pi) for _ in range(octaves)]
        stretches = [self.random.uniform(0.8, 1.25) for _ in range(octaves)]
        line = []
        for column in range(self.width):
            at = column / self.width * waves * 2 * math.pi
            line.append(
                base
                - height
                * sum(
                    rough**n * math.sin(at * 2**n * stretches[n] + phases[n])
                    for n in range(octaves)
                )
            )
        return line

    # Painting.

    def paint(self, mask: Image | float, colour: Colour | Image, *, top: float = 0) -> None:
        """Lay a colour, or another picture, over this one where the mask is 1.

        Above top, a fraction of the height, nothing is painted: that saves the work.
        """
        first = max(0, min(int(top * self.height), self.height - 1))
        area = (0, first, self.width, self.height - first)
        under = self.image.crop(*area)
        over = under * 0 + rgb(colour) if isinstance(colour, str) else colour.crop(*area)
        if isinstance(mask, int | float):
            mask = pyvips.Image.black(self.width, self.height) + mask
        cover = (mask.crop(*area) * 255).cast("uchar")
        blended = cover.ifthenelse(over, under, blend=True)
        self.image = self.image.insert(blended, 0, first) if first else blended

    def add(self, light: Image, colour: Colour) -> None:
        """Add light of a colour."""
        self.image = self.image + light * rgb(colour)

    def sky(self, stops: Stops, *, top: float = 0, bottom: float = 1) -> None:
        """Fill with a gradient from top to bottom."""
        values: list[float] = []
        for row in range(self.height):
            values += along(stops, (row / self.height - top) / (bottom - top))
        self.image = _image_of(values, 1, self.height, 3).zoom(self.width, 1)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1) -> None:
        """Add a soft light; radius in heights."""
        self.add(self._soft(x, y, radius) * strength, colour)

    def haze(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1) -> None:
        """Cover softly with a colour; radius in heights."""
        self.paint(self._soft(x, y, radius) * strength, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour, soft: float = 1.5) -> None:
        """Add a shining disc with an edge that is so many pixels soft; radius in heights."""
        self.add(((radius - self.distance(x, y)) * (self.height / soft) + 0.5).clamp(), colour)

    def below(self, line: Sequence[float], soft: float = 1.5) -> Image:
        """Mask of what lies below a line (as ridge draws them)."""
        return ((self.y() - self.row(line)) * (self.height / soft) + 0.5).clamp()

    def hills(
        self, line: Sequence[float], top: Colour, bottom: Colour, *, depth: float = 0.3
    ) -> None:
        """Paint everything below a line, from one colour at the line to another further down."""
        under = self.y() - self.row(line)
        fall = (under / depth).clamp()
        change = [b - a for a, b in zip(rgb(top), rgb(bottom), strict=True)]
        fill = fall.linear(change, rgb(top))
        self.paint((under * (self.height / 1.5) + 0.5).clamp(), fill, top=min(line) - 0.01)

    def band(self, y: float, thickness: float, colour: Colour, strength: float = 1) -> None:
        """Lay a horizontal veil of mist."""
        values = [
            strength * math.exp(-(((row / self.height - y) / thickness) ** 2))
            for row in range(self.height)
        ]
        self.paint(_image_of(values, 1, self.height, 1).zoom(self.width, 1), colour)

    def stars(self, count: int, *, above: float = 1) -> None:
        """Sprinkle stars of different brightness over the upper part."""
        dots = bytearray(self.width * self.height)
        for _ in range(count):
            column = self.random.randrange(3, self.width - 3)
            row = int(self.random.random() ** 1.2 * (self.height * above - 8)) + 4
            light = 50 + 205 * self.random.random() ** 6
            reach = 1 if light < 140 else 2
            for down in range(-reach, reach + 1):
                for across in range(-reach, reach + 1):
                    at = (row + down) * self.width + column + across
                    fade = 1 / (1 + 2.2 * (down * down + across * across) / reach)
                    dots[at] = max(dots[at], int(light * fade))
        field = pyvips.Image.new_from_memory(bytes(dots), self.width, self.height, 1, "uchar")
        self.add(field / 255, "#fff6e8")

    def mask(self, sketch: Callable[[Any], None]) -> Image:
        """Return what sketch draws in white on a Pillow drawing, as a mask with smooth edges."""
        return self._sheet("L", sketch) / 255

    def draw_in_colours(self, sketch: Callable[[Any], None]) -> None:
        """Paint what sketch draws in its own colours on a Pillow drawing, with smooth edges."""
        sheet = self._sheet("RGBA", sketch)
        self.paint(sheet[3] / 255, sheet.extract_band(0, n=3).cast("float"))

    def draw(self, colour: Colour, sketch: Callable[[Any], None], *, strength: float = 1) -> None:
        """Paint what sketch draws in white on a Pillow drawing, with smooth edges."""
        self.paint(self.mask(sketch) * strength, colour)

    def vignette(self, strength: float = 0.35) -> None:
        """Darken the corners a little, as lenses do."""
        place = pyvips.Image.xyz(self.width // _COARSE + 2, self.height // _COARSE + 2)
        across, down = place[0] * _COARSE / self.width - 0.5, place[1] * _COARSE / self.height - 0.5
        self.image = self.image * self._enlarged(1 - (across**2 + down**2) * strength)

    def finished(self, *, grain: float = 2.2) -> Image:
        """Return the picture in 8 bits, with grain."""
        tile = 512
        noise = pyvips.Image.gaussnoise(tile, tile, sigma=grain, mean=0.5, seed=self.seed())
        grained = noise.replicate(self.width // tile + 1, self.height // tile + 1)
        self.image = self.image + grained.crop(0, 0, self.width, self.height)
        return self.image.cast("uchar").copy(interpretation="srgb").copy_memory()

    def _sheet(self, mode: str, sketch: Callable[[Any], None]) -> Image:
        sheet = PillowImage.new(mode, (self.width * 2, self.height * 2))
        sketch(ImageDraw.Draw(sheet))
        bands = len(sheet.getbands())
        fine = pyvips.Image.new_from_memory(sheet.tobytes(), *sheet.size, bands, "uchar")
        return fine.shrink(2, 2).copy_memory()

    def _soft(self, x: float, y: float, radius: float) -> Image:
        place = pyvips.Image.xyz(self.width // _COARSE + 2, self.height // _COARSE + 2) * _COARSE
        across = (place[0] - x * self.width) / (radius * self.height)
        down = (place[1] - y * self.height) / (radius * self.height)
        return self._enlarged((across * across + down * down + 1) ** -2)

    def _enlarged(self, coarse: Image) -> Image:
        large = coarse.copy_memory().resize(_COARSE, kernel="cubic")
        return large.crop(0, 0, self.width, self.height)
