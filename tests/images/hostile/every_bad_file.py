"""All bad files, made anew at each run from small pictures; the same bytes every time."""

from collections.abc import Iterator

from tests.images.hostile.bad_file import BadFile
from tests.images.hostile.broken_files import bit_flips, truncations
from tests.images.hostile.disguises import polyglots, renamed
from tests.images.hostile.frame_bombs import frame_bombs
from tests.images.hostile.metadata_bombs import metadata_bombs
from tests.images.hostile.pixel_bombs import pixel_bombs


def every_bad_file(*, witness: str) -> Iterator[BadFile]:
    """Make them one after another. witness is an address that none of them may have opened."""
    yield from pixel_bombs()
    yield from frame_bombs()
    yield from metadata_bombs(witness)
    yield from truncations()
    yield from bit_flips()
    yield from polyglots()
    yield from renamed()
