"""Make a ThumbHash: 25 bytes for a placeholder with the colours of the image.

The algorithm is Evan Wallace's (https://evanw.github.io/thumbhash/). The Python package of that
name fails on every image with alpha and sums every cosine for every pixel. This one separates the
transform into rows and columns. The tests compare it with the author's JavaScript.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from operator import mul

# The longest side of the picture that is hashed. ThumbHash keeps waves of at most seven half
# periods, so a picture of 32 pixels holds all that it can tell.
SIDE = 32

_Rows = list[list[float]]


def thumbhash(width: int, height: int, rgba: bytes) -> bytes:
    """Hash a picture of at most 100 by 100 pixels, given as unpremultiplied RGBA."""
    red, green, blue, alpha = (_unit(rgba[channel::4]) for channel in range(4))
    covered = sum(alpha)
    has_alpha = covered < width * height
    if has_alpha:
        red, green, blue = (_over_average(c, alpha, covered) for c in (red, green, blue))
    luminance = [(r + g + b) / 3 for r, g, b in zip(red, green, blue, strict=True)]
    yellow_blue = [(r + g) / 2 - b for r, g, b in zip(red, green, blue, strict=True)]
    red_green = [r - g for r, g in zip(red, green, strict=True)]

    limit = 5 if has_alpha else 7  # alpha takes the place of detail
    across = max(1, _round(limit * width / max(width, height)))
    down = max(1, _round(limit * height / max(width, height)))

    def encode(channel: list[float], waves_across: int, waves_down: int) -> "_Waves":
        rows = [channel[at : at + width] for at in range(0, width * height, width)]
        return _Waves(rows, waves_across, waves_down)

    light = encode(luminance, max(3, across), max(3, down))
    p, q = encode(yellow_blue, 3, 3), encode(red_green, 3, 3)
    landscape = width > height
    header = (
        _round(63 * light.mean)
        | _round(31.5 + 31.5 * p.mean) << 6
        | _round(31.5 + 31.5 * q.mean) << 12
        | _round(31 * light.scale) << 18
        | has_alpha << 23
        | (down if landscape else across) << 24
        | _round(63 * p.scale) << 27
        | _round(63 * q.scale) << 33
        | landscape << 39
    )
    hashed = header.to_bytes(5, "little")
    waves = [light, p, q]
    if has_alpha:
        cover = encode(alpha, 5, 5)
        hashed += bytes([_round(15 * cover.mean) | _round(15 * cover.scale) << 4])
        waves.append(cover)
    return hashed + _pack([nibble for wave in waves for nibble in wave.nibbles()])


class _Waves:
    """A channel as cosine waves: its mean, the others, and the largest of them."""

    def __init__(self, rows: _Rows, across: int, down: int) -> None:
        height, width = len(rows), len(rows[0])
        in_rows = [[_dot(row, wave) for row in rows] for wave in _cosines(width, across)]
        pixels = width * height
        values = [
            _dot(in_rows[x], wave) / pixels
            for y, wave in enumerate(_cosines(height, down))
            for x in range(across)
            if x * down < across * (down - y)
        ]
        self.mean, self._others = values[0], values[1:]
        self.scale = max(map(abs, self._others), default=0.0)

    def nibbles(self) -> list[int]:
        """Each wave but the mean as a number from 0 to 15."""
        if self.scale == 0:
            return [0] * len(self._others)
        return [_round(15 * (0.5 + 0.5 / self.scale * value)) for value in self._others]


@lru_cache(maxsize=512)
def _cosines(length: int, count: int) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(math.cos(math.pi / length * wave * (at + 0.5)) for at in range(length))
        for wave in range(count)
    )


def _dot(values: Sequence[float], wave: Sequence[float]) -> float:
    return float(sum(map(mul, values, wave)))


def _unit(values: bytes) -> list[float]:
    return [value / 255 for value in values]


def _over_average(channel: list[float], alpha: list[float], covered: float) -> list[float]:
    """Lay a channel over its own average, so that what is transparent has no colour of its own."""
    average = sum(map(mul, channel, alpha)) / covered if covered else 0.0
    return [average * (1 - a) + a * c for c, a in zip(channel, alpha, strict=True)]


def _round(value: float) -> int:
    """Round half up, as JavaScript does: the format was defined there."""
    return math.floor(value + 0.5)


def _pack(nibbles: list[int]) -> bytes:
    pairs = chain(nibbles, [0] * (len(nibbles) % 2))
    return bytes(low | high << 4 for low, high in zip(pairs, pairs, strict=True))
