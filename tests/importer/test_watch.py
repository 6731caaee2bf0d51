"""Watching a folder takes what is settled, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scripts.importer.watch import Watcher

if TYPE_CHECKING:
    from pathlib import Path


def test_file_is_settled_once_two_looks_find_it_the_same(tmp_path: Path) -> None:
    watcher = Watcher([tmp_path])
    assert watcher.look() is None
    scan = tmp_path / "2026" / "scan.jpg"
    scan.parent.mkdir()
    scan.write_bytes(b"half")
    assert watcher.look() is None
    scan.write_bytes(b"half and more")
    assert watcher.look() is None  # it is being written
    assert watcher.look() == frozenset({str(scan)})
    assert watcher.look() is None  # it was told


def test_file_with_a_clock_in_the_future_is_settled_all_the_same(tmp_path: Path) -> None:
    watcher = Watcher([tmp_path])
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"x")
    os.utime(photo, (4e9, 4e9))
    watcher.look()
    assert watcher.look() == frozenset({str(photo)})


def test_changed_and_removed_files_are_a_change(tmp_path: Path) -> None:
    one, two = tmp_path / "1.jpg", tmp_path / "2.jpg"
    for path in (one, two):
        path.write_bytes(b"x")
    watcher = Watcher([tmp_path])
    watcher.look()
    assert watcher.look() == frozenset({str(one), str(two)})
    one.unlink()
    assert watcher.look() == frozenset({str(two)})
    two.write_bytes(b"other")
    assert watcher.look() == frozenset()
    assert watcher.look() == frozenset({str(two)})


def test_what_could_not_be_brought_is_told_again(tmp_path: Path) -> None:
    zipped = tmp_path / "takeout.zip"
    zipped.write_bytes(b"x")
    watcher = Watcher([zipped])
    watcher.look()
    assert watcher.look() == frozenset({str(zipped)})
    watcher.forget()
    assert watcher.look() == frozenset({str(zipped)})


def test_folder_that_is_away_is_empty(tmp_path: Path) -> None:
    watcher = Watcher([tmp_path / "card"])
    assert watcher.look() is None
    assert watcher.look() is None
