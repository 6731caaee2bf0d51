"""All bad files, made anew at each run from small pictures; the same bytes every time."""

from collections.abc import Iterator

from tests.media.hostile.bad_file import BadFile
from tests.media.hostile.frame_bombs import frame_bombs
from tests.media.hostile.metadata_bombs import metadata_bombs
from tests.media.hostile.pixel_bombs import pixel_bombs
from tests.media.hostile.polyglots import polyglots, renamed
from tests.media.hostile.truncated_files import bit_flips, truncations


def every_bad_file(*, witness: str) -> Iterator[BadFile]:
    """Make them one after another. witness is an address that none of them may have opened."""
    yield from pixel_bombs()
    yield from frame_bombs()
    yield from metadata_bombs(witness)
    yield from truncations()
    yield from bit_flips()
    yield from polyglots()
    yield from renamed()


# Of each kind, how many are enough to see that the product does with them what a decoder does.
_A_FEW = {
    "pixel bomb": 8,
    "frame bomb": 4,
    "metadata bomb": 8,
    "truncation": 6,
    "bit flips": 6,
    "polyglot": 5,
    "renamed": 7,
}


def a_few_bad_files(*, witness: str) -> list[BadFile]:
    """Return some of each kind, from all over it."""
    found = []
    every = list(every_bad_file(witness=witness))
    for kind, count in _A_FEW.items():
        of_kind = [file for file in every if file.kind == kind]
        found += of_kind[:: len(of_kind) // count][:count]
    return found
