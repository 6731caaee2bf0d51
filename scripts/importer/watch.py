"""Watching folders: which files are there, and have been left alone for a while.

Looked at every few seconds, which works on every file system, those of a network included. A file
that is still being written changes from one look to the next.
"""

import os
from collections.abc import Iterable
from pathlib import Path

Stamp = tuple[int, int]


class Watcher:
    """Compares what is there with what was there at the last look."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Look at nothing yet."""
        self._paths = [path.absolute() for path in paths]
        self._last: dict[str, Stamp] = {}
        self._taken: dict[str, Stamp] = {}

    def look(self) -> frozenset[str] | None:
        """Look; return the files that are settled, or None where they are those of before."""
        now = dict(_stamps(self._paths))
        settled = {path: stamp for path, stamp in now.items() if self._last.get(path) == stamp}
        self._last = now
        if settled == self._taken:
            return None
        self._taken = settled
        return frozenset(settled)

    def forget(self) -> None:
        """Have the next look return all again: the last ones could not be brought."""
        self._taken = {}


def _stamps(paths: Iterable[Path]) -> Iterable[tuple[str, Stamp]]:
    for path in paths:
        if path.is_dir():
            for folder, _, names in os.walk(path):
                for name in names:
                    yield from _stamp(Path(folder, name))
        else:
            yield from _stamp(path)


def _stamp(path: Path) -> Iterable[tuple[str, Stamp]]:
    try:
        found = path.stat()
    except OSError:  # it went meanwhile
        return
    yield str(path), (found.st_size, found.st_mtime_ns)
