"""Measure an image without a model: size, orientation, brightness, colours."""

# ruff: noqa: PLR2004 - what counts as dark or red is a matter of taste

import colorsys
from collections import Counter
from dataclasses import dataclass

from PIL import Image

_GRID = 24  # the picture is looked at as so many by so many patches


@dataclass(frozen=True, kw_only=True)
class PixelDescription:
    """What was seen, in words; every one of them says that this is a demo."""

    sentence: str
    paragraph: str
    tags: tuple[str, ...]


def describe_pixels(picture: Image.Image) -> PixelDescription:
    """Describe a picture by its size and colours."""
    patches = _patches(picture)
    colours = _colours(patches)
    shape, brightness, contrast = _shape(picture), _brightness(patches), _contrast(patches)
    mostly = colours[0]
    touches = f" with touches of {_listed(colours[1:])}" if colours[1:] else ""
    return PixelDescription(
        sentence=f"Demo description: a {brightness}, {shape} picture, mostly {mostly}{touches}.",
        paragraph=(
            f"This picture is {picture.width} by {picture.height} pixels, {shape} and {brightness},"
            f" with {contrast} contrast. {_gradient(patches)} Its main colour is {mostly}"
            f"{', joined by ' + _listed(colours[1:]) if colours[1:] else ''}."
            " This is a demo: a stand-in that sees only size and colour wrote it."
            " A real model would tell what the picture shows."
        ),
        tags=("demo", shape, brightness, *colours),
    )


_Patch = tuple[float, float, float]  # hue, lightness, saturation, each between 0 and 1


def _patches(picture: Image.Image) -> list[_Patch]:
    """Return the patches row by row, transparent ones as if on white."""
    rgba = picture.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, "white")
    ground.alpha_composite(rgba)
    small = ground.convert("RGB").resize((_GRID, _GRID), Image.Resampling.BOX).tobytes()
    pixels = zip(small[::3], small[1::3], small[2::3], strict=True)
    return [colorsys.rgb_to_hls(r / 255, g / 255, b / 255) for r, g, b in pixels]


_HUES = (
    (0.03, "red"),
    (0.11, "orange"),
    (0.18, "yellow"),
    (0.44, "green"),
    (0.52, "turquoise"),
    (0.70, "blue"),
    (0.80, "violet"),
    (0.95, "pink"),
    (1.01, "red"),
)


def _name(patch: _Patch) -> str:
    hue, lightness, saturation = patch
    if lightness < 0.10:
        return "black"
    if lightness > 0.93:
        return "white"
    if saturation < 0.12:
        return "grey"
    name = next(name for most, name in _HUES if hue < most)
    return "brown" if name == "orange" and lightness < 0.35 else name


def _colours(patches: list[_Patch]) -> list[str]:
    """Name up to three colours, the most frequent first, leaving out what is hardly there."""
    counted = Counter(map(_name, patches)).most_common(3)
    least = len(patches) / 20
    return [name for at, (name, count) in enumerate(counted) if at == 0 or count >= least]


def _shape(picture: Image.Image) -> str:
    ratio = picture.width / picture.height
    shapes = ((0.8, "upright"), (1.25, "square"), (2.2, "wide"))
    return next((name for most, name in shapes if ratio < most), "panoramic")


def _brightness(patches: list[_Patch]) -> str:
    mean = sum(lightness for _, lightness, _ in patches) / len(patches)
    return next(
        (name for most, name in ((0.28, "dark"), (0.6, "softly lit")) if mean < most), "bright"
    )


def _contrast(patches: list[_Patch]) -> str:
    lightness = sorted(lightness for _, lightness, _ in patches)
    spread = lightness[len(lightness) * 9 // 10] - lightness[len(lightness) // 10]
    return "strong" if spread > 0.5 else "gentle" if spread < 0.2 else "moderate"


def _gradient(patches: list[_Patch]) -> str:
    half = len(patches) // 2
    top, bottom = (sum(p[1] for p in part) / half for part in (patches[:half], patches[half:]))
    if abs(top - bottom) < 0.06:
        return "Light is spread evenly over it."
    return f"It is lighter in the {'upper' if top > bottom else 'lower'} half."


def _listed(words: list[str]) -> str:
    return " and ".join(words)
