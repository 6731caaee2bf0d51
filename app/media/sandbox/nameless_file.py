"""A file without a name, which a decoder process can read and not write."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast


@contextmanager
def nameless_file() -> Iterator[tuple[BinaryIO, BufferedReader]]:
    """Open a file twice, to be written and to be read only, and remove its name.

    A child that is not confined finds no other person's file by its name, and what one child wrote
    to a file would be what a second one is asked to judge.
    """
    # Not /proc/self/fd, which a worker that keeps to itself cannot open (seccomp.py).
    with NamedTemporaryFile(prefix="pinhole-", delete=False) as written:
        try:
            read = Path(written.name).open("rb")  # noqa: SIM115 - closed below
        finally:
            Path(written.name).unlink()
        with read:
            yield cast("BinaryIO", written), read
