"""Develop tiny pictures of every kind before the first real one.

It proves that every decoder works on this machine (otherwise every person's picture would be
called bad), and it loads whatever is loaded late, which a confined child could not any more.
"""

from app.images import formats
from app.images.decoding import develop
from app.images.metadata import read_metadata
from app.images.other_decoders import decode_avif_by_pillow
from app.images.outcome import Developed
from app.images.rehearsal_samples import BLOCKS, Sample, make, some_samples


class RehearsalError(Exception):
    """A decoder of this installation does not work."""


def rehearse() -> None:
    """Develop a picture of each kind. Raises RehearsalError when one does not come out."""
    for sample in some_samples():
        outcome = develop(make(sample))
        if not isinstance(outcome, Developed) or outcome.outcome != "ready":
            raise RehearsalError(f"{sample} does not decode here: {outcome.reason}")
    read_metadata(**BLOCKS)
    decode_avif_by_pillow(make(Sample(formats.AVIF, "none", 8, "none")))
