"""Whether two pictures are the same one: their grey pictures, laid on each other, compared.

Hashes say which two to try, and roughly how one lies on the other. From there the box of one is
moved until it agrees best with the middle of the other. Copies agree then, whatever was done to
their light; in the next shot of a burst something stands elsewhere, and differs much in few places.
"""

from collections.abc import Sequence
from functools import cached_property
from math import sqrt
from operator import mul
from typing import NamedTuple, Self

from PIL import Image

from app.media.fingerprints import GREY_SIDE, MIDDLE, WINDOWS, Box, turned_hashes, window

_SIDE = 16
_PIXELS = _SIDE**2
_MIDDLE = window(MIDDLE)
# docs/decisions/0107 has what was measured. A correlation of 1 is the same picture.
# Less than the first at the beginning, or than the second once edges were moved by whole steps, is
# another picture.
_HOPELESS, _HOPELESS_MOVED = 0.84, 0.965
_ALIKE = 0.9915
_MAX_IN_PLACES = 0.62  # in deviations of the picture's light, of the worst places
_PLACES = _PIXELS // 50
_TURNS = (
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
)
_FIRST_STEP, _LAST_STEP = 0.02 * GREY_SIDE, 0.0025 * GREY_SIDE  # pixels


class Grey:
    """The grey picture of a fingerprint, to be compared."""

    def __init__(self, pixels: bytes) -> None:
        """Take it as it is kept."""
        self._image = Image.frombytes("L", (GREY_SIDE, GREY_SIDE), pixels)

    def turned(self, quarters: int) -> Self:
        """Return it turned against the clock."""
        return (
            type(self)(self._image.transpose(_TURNS[quarters - 1]).tobytes()) if quarters else self
        )

    def sample(self, box: Box) -> bytes:
        """Return what is in a box of it, in 16 by 16 shades."""
        return self._image.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR, box=box).tobytes()

    @cached_property
    def middle(self) -> tuple[float, ...]:
        """Its middle, without the mean and of length 1; all zero where it is flat."""
        return _normal(self.sample(_MIDDLE))


def _normal(sample: bytes) -> tuple[float, ...]:
    mean = sum(sample) / _PIXELS
    length = sqrt(max(0.0, sum(map(mul, sample, sample)) - _PIXELS * mean * mean))
    return tuple([(shade - mean) / length for shade in sample]) if length else (0.0,) * _PIXELS


class Probe(NamedTuple):
    """A part of a picture that may be what another one has in its middle."""

    window: int  # of WINDOWS
    quarters: int = 0  # by which the picture is turned before, against the clock


# Turned copies are looked for whole, not cropped: all windows would be four times the cost.
PROBES = (
    *(Probe(number) for number in range(len(WINDOWS))),
    *(Probe(0, quarters) for quarters in (1, 2, 3)),
)


def probe_hashes(windows: Sequence[int]) -> list[int]:
    """Return the hash of each of PROBES, of the hashes of a picture's windows."""
    return [*windows, *turned_hashes(windows[0])]


def are_alike(one: Grey, other: Grey, *, probe: Probe) -> bool:
    """Say whether two pictures are the same one, edited.

    Args:
        one: in which a window was found.
        other: whose middle is about what is in that window.
        probe: which one, and by how much `one` is turned.
    """
    one = one.turned(probe.quarters)
    box, agreement = list(WINDOWS[probe.window]), -1.0
    agreement = _correlation(one, box, other.middle)
    if agreement < _HOPELESS:
        return False
    step = _FIRST_STEP
    while step >= _LAST_STEP:
        moved = _moved(one, box, other.middle, step=step, at_least=agreement)
        if moved is not None:
            box, agreement = moved
            continue
        step /= 2
        if agreement < _HOPELESS_MOVED:
            return False
        if agreement >= _ALIKE and _is_alike_in_places(one, box, other.middle):
            return True
    return False


def _moved(
    one: Grey, box: list[float], middle: Sequence[float], *, step: float, at_least: float
) -> tuple[list[float], float] | None:
    """Move edges of the box by a step where that agrees better; None: nowhere."""
    best, agreement = box, at_least
    for edge in range(4):
        for by in (-step, step):
            tried = list(best)
            tried[edge] += by
            if min(tried) < 0 or max(tried) > GREY_SIDE:
                continue
            found = _correlation(one, tried, middle)
            if found > agreement:
                best, agreement = tried, found
    return None if best is box else (best, agreement)


def _correlation(one: Grey, box: Sequence[float], middle: Sequence[float]) -> float:
    sample = one.sample((box[0], box[1], box[2], box[3]))
    total = sum(sample)
    spread = sum(map(mul, sample, sample)) - total * total / _PIXELS
    return sum(map(mul, sample, middle)) / sqrt(spread) if spread > 0 else 0.0


def _is_alike_in_places(one: Grey, box: Sequence[float], middle: Sequence[float]) -> bool:
    sample = _normal(one.sample((box[0], box[1], box[2], box[3])))
    gaps = sorted(abs(a - b) for a, b in zip(sample, middle, strict=True))
    worst = sum(gaps[-_PLACES:]) / _PLACES * _SIDE  # a deviation is 1/16 of the length
    return worst <= _MAX_IN_PLACES
