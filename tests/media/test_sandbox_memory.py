"""What a child keeps of a picture's memory, and when it lets go of it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.media.sandbox.pool import DecoderPool
from tests.media.child_processes import ADA, file, is_ready, the_child, until
from tests.media.samples import saved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

LARGE = saved(Image.effect_noise((4000, 3000), 20).convert("RGB"), "JPEG", quality=50)
SMALL = saved(Image.new("RGB", (8, 8)), "JPEG")
SMALL_PNG = saved(Image.new("RGB", (8, 8)), "PNG")


@pytest.fixture
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


def megabytes(child: int) -> int:
    pages = int(Path(f"/proc/{child}/statm").read_text().split()[1])
    return pages * 4096 >> 20


def faults(child: int) -> int:
    """How many pages it had to be given so far."""
    return int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[7])


def test_one_photo_after_the_other_takes_the_same_memory(
    decoders: DecoderPool, tmp_path: Path
) -> None:
    large = file(tmp_path, LARGE)
    child = the_child(decoders, large)
    assert is_ready(decoders.render(large, owner=ADA))
    before = faults(child)
    assert is_ready(decoders.render(large, owner=ADA))
    # The file itself is mapped anew; 3 megapixels of colours alone are 2,200 pages.
    assert faults(child) - before < 1500


def test_memory_is_given_back_when_nothing_comes(decoders: DecoderPool, tmp_path: Path) -> None:
    large, small = file(tmp_path, LARGE, "large"), file(tmp_path, SMALL, "small")
    child = the_child(decoders, small)
    until(lambda: megabytes(child) > 0)
    warm = megabytes(child)
    assert is_ready(decoders.render(large, owner=ADA))
    assert megabytes(child) > warm + 8
    until(lambda: megabytes(child) < warm + 5)


def test_memory_is_given_back_before_what_may_want_all_of_it(
    decoders: DecoderPool, tmp_path: Path
) -> None:
    large, other = file(tmp_path, LARGE, "large"), file(tmp_path, SMALL_PNG, "other")
    child = the_child(decoders, large)
    kept = megabytes(child)
    assert is_ready(decoders.render(other, owner=ADA))
    assert megabytes(child) < kept - 8
