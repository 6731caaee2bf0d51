"""Develop one tiny picture of each type before the first real one.

It proves that every decoder works on this machine (otherwise every person's picture would be
called bad), and it loads whatever is loaded late, which a confined child could not any more.
"""

import io

import pillow_heif
import pyvips  # type: ignore[import-untyped]

from app.images import formats
from app.images.decoding import develop
from app.images.other_decoders import decode_avif_by_pillow
from app.images.outcome import Developed

_SIDE = 64


class RehearsalError(Exception):
    """A decoder of this installation does not work."""


def rehearse() -> None:
    """Develop a picture of each type. Raises RehearsalError when one does not come out."""
    grey = pyvips.Image.black(_SIDE, _SIDE, bands=3).copy(interpretation="srgb")
    samples = {
        formats.JPEG: grey.jpegsave_buffer(),
        formats.PNG: grey.pngsave_buffer(),
        formats.GIF: grey.gifsave_buffer(),
        formats.WEBP: grey.webpsave_buffer(),
        formats.TIFF: grey.tiffsave_buffer(),
        formats.AVIF: grey.heifsave_buffer(compression="av1", effort=0),
        formats.HEIC: _heic(),
    }
    for content_type, sample in samples.items():
        outcome = develop(sample)
        if not isinstance(outcome, Developed) or outcome.outcome != "ready":
            raise RehearsalError(f"{content_type} does not decode here: {outcome.reason}")
    decode_avif_by_pillow(samples[formats.AVIF])


def _heic() -> bytes:
    file = io.BytesIO()
    pixels = bytes(3 * _SIDE * _SIDE)
    pillow_heif.from_bytes("RGB", (_SIDE, _SIDE), pixels).save(file, quality=10)
    return file.getvalue()
