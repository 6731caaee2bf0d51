"""What a fingerprint is, by which copies of a picture are found that were edited a little.

It is a grey picture of 24 by 24 pixels, and hashes of windows of that. Two pictures are alike where
their grey pictures agree once one is laid on the other; hashes say which to try. A hash is the
signs of 63 cosine waves, as in a pHash (Zauner, "Implementation and Benchmarking of Perceptual
Image Hash Functions", 2010), but of a window: what is in the middle of a picture is in a cropped
copy as well, a little elsewhere. docs/decisions/0107 has what was measured.
"""

import struct
from collections.abc import Iterator, Sequence
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
# The cosine waves of a hash, first bit first: how often they go up and down, and across.
FREQUENCIES = tuple(
    sorted(product(range(WINDOW_SIDE), repeat=2), key=lambda f: (f[0] ** 2 + f[1] ** 2, f))[1:]
)
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


def _quarter_turns() -> Iterator[tuple[int, ...]]:
    """Yield what each byte of a hash becomes, by its place and value, when a picture is turned.

    By a quarter against the clock, rows become columns and run the other way: the wave (v, u) is
    the wave (u, v) of the picture before, with its sign changed where v is odd.
    """
    place = {wave: WAVES - 1 - number for number, wave in enumerate(FREQUENCIES)}
    goes_to = {place[u, v]: place[v, u] for v, u in FREQUENCIES}
    for low in range(0, WAVES + 1, 8):
        yield tuple(
            sum(
                1 << goes_to[low + bit]
                for bit in range(8)
                if value >> bit & 1 and low + bit in goes_to
            )
            for value in range(256)
        )


_TURNED_BYTES = tuple(_quarter_turns())
_CHANGES_SIGN = sum(1 << (WAVES - 1 - n) for n, (v, _) in enumerate(FREQUENCIES) if v % 2)


def turned_hashes(middle: int) -> Sequence[int]:
    """Return the hashes of a middle turned by one, two and three quarters against the clock."""
    found: list[int] = []
    for _ in range(3):
        turned = 0
        for byte, becomes in zip(middle.to_bytes(8, "little"), _TURNED_BYTES, strict=True):
            turned |= becomes[byte]
        middle = turned ^ _CHANGES_SIGN
        found.append(middle)
    return found
