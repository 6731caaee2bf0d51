"""Pictures that end early, and pictures in which bits fell over, of every type that is taken in."""

import random
from collections.abc import Iterator

from PIL import Image

from tests.media.hostile.bad_file import INCOMPLETE, READY, UNREADABLE, BadFile
from tests.media.raw_samples import RAW
from tests.media.samples import EVERY_TYPE, in_vips, saved

_NOISE = Image.effect_noise((96, 64), 50).convert("RGB")
# Larger than what a header alone takes, and with something in every part of it.
WHOLE = {
    **{name: saved(_NOISE, name.removeprefix("image/").upper()) for name in EVERY_TYPE},
    "image/jpeg, progressive": saved(_NOISE, "JPEG", progressive=True),
    "image/png, interlaced": in_vips(_NOISE).pngsave_buffer(interlace=True),
    "image/webp, lossless": saved(_NOISE, "WEBP", lossless=True),
    "image/webp, moving": saved(_NOISE, "WEBP", save_all=True, append_images=[_NOISE.rotate(90)]),
    "image/gif, moving": saved(_NOISE, "GIF", save_all=True, append_images=[_NOISE.rotate(90)]),
    "image/tiff, packed": saved(_NOISE, "TIFF", compression="tiff_lzw"),
    **RAW,
}
_PARTS = (0.02, 0.2, 0.5, 0.8, 0.99)
# Of these, the end is not what is shown, or all that tells what is in front of it.
_OTHERWISE = {
    "image/gif, moving": READY | INCOMPLETE,
    "image/x-panasonic-rw2": READY,
    "image/tiff, packed": INCOMPLETE,
}


def truncations() -> Iterator[BadFile]:
    """What ends in its pixels is kept as a damaged picture; what ends before them was none yet."""
    for name, whole in WHOLE.items():
        for part in _PARTS:
            ends = INCOMPLETE | UNREADABLE if part < 0.5 else _OTHERWISE.get(name, INCOMPLETE)
            content = whole[: int(len(whole) * part)]
            yield BadFile(kind="truncation", name=f"{name}, {part:.0%}", content=content, ends=ends)


def bit_flips() -> Iterator[BadFile]:
    """A few bits in the header, many bits anywhere: the same ones at each run."""
    for name, whole in WHOLE.items():
        for seed in range(6):
            chance = random.Random(f"{name} {seed}")  # noqa: S311 - the same chances each time
            content = bytearray(whole)
            reach = len(content) if seed % 2 else min(len(content), 200)
            for _ in range((1, 4, 30)[seed % 3]):
                content[chance.randrange(reach)] ^= 1 << chance.randrange(8)
            yield BadFile(kind="bit flips", name=f"{name}, {seed}", content=bytes(content))
