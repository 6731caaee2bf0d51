"""What a fingerprint is, by which copies of a picture are found that were edited a little.

It is a grey picture of 24 by 24 pixels, and hashes of windows of that. Two pictures are alike where
their grey pictures agree once one is laid on the other; hashes say which to try. A hash is the
signs of 63 cosine waves, as in a pHash (Zauner, "Implementation and Benchmarking of Perceptual
Image Hash Functions", 2010), but of a window: what is in the middle of a picture is in a cropped
copy as well, a little elsewhere. docs/decisions/0107 has what was measured.
"""

import struct
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple, Self

GREY_SIDE = 24
GREY_BYTES = GREY_SIDE**2
WINDOW_SIDE = 8
WAVES = WINDOW_SIDE**2 - 1
MIDDLE = 0.8

Box = tuple[float, float, float, float]  # left, top, right and bottom, in pixels of the grey one


def window(scale: float, across: float = 0.0, down: float = 0.0) -> Box:
    """Return the window of so large a part of a picture, moved by parts of it from its middle."""
    edge = (1 - scale) / 2
    box = (edge + across, edge + down, edge + across + scale, edge + down + scale)
    left, top, right, bottom = (GREY_SIDE * min(1.0, max(0.0, at)) for at in box)
    return left, top, right, bottom


def _windows() -> Iterator[Box]:
    """Yield the middle, and what the middle of another may show, if one of both was cropped."""
    yield window(MIDDLE)
    for x, y in product((-1, 1), repeat=2):
        yield window(MIDDLE / 0.96, 0.015 * x, 0.015 * y)
        yield window(MIDDLE * 0.96, 0.015 * x, 0.015 * y)
    for x, y in product((-1, 0, 1), repeat=2):
        yield window(MIDDLE / 0.91, 0.040 * x, 0.040 * y)
        yield window(MIDDLE * 0.91, 0.036 * x, 0.036 * y)


WINDOWS = tuple(_windows())
_HASHES = struct.Struct(f">{len(WINDOWS)}q")
FINGERPRINT_BYTES = GREY_BYTES + _HASHES.size


class Fingerprint(NamedTuple):
    """The grey picture, a byte a pixel, and a hash of each window: that of the middle first."""

    grey: bytes
    hashes: tuple[int, ...]

    def pack(self) -> bytes:
        """Write it as FINGERPRINT_BYTES bytes."""
        return self.grey + _HASHES.pack(*self.hashes)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Read what `pack` wrote.

        Raises:
            ValueError: these are not so many bytes, or hashes of more bits than there are waves.
        """
        if len(packed) != FINGERPRINT_BYTES:
            raise ValueError("not as long as a fingerprint")
        hashes = _HASHES.unpack(packed[GREY_BYTES:])
        if min(hashes) < 0:
            raise ValueError("a hash of 64 bits")
        return cls(grey=packed[:GREY_BYTES], hashes=hashes)
