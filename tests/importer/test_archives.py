"""Folders and zips, read where they are."""

from __future__ import annotations

import contextlib
import struct
import sys
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from scripts.importer import archives
from scripts.importer.archives import UnreadableError, list_entries, read_chunks

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.importer.archives import Entry


def content(entry: Entry) -> bytes:
    return b"".join(read_chunks(entry))


def zipped(path: Path, files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_entries_have_the_bytes_that_were_packed(tmp_path: Path, method: int) -> None:
    files = {"a/empty": b"", "a/b.jpg": b"x" * 1_000_000, "c.jpg": bytes(range(256)) * 999}
    path = zipped(tmp_path / "all.zip", files, method=method)
    assert {entry.path: content(entry) for entry in list_entries(path)} == files


def test_zip64_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        with archive.open("a.jpg", "w", force_zip64=True) as file:
            file.write(b"first")
        archive.writestr("b.jpg", b"second")
        # Beyond 65,535 entries the directory itself is Zip64.
        for number in range(65_540):
            archive.writestr(f"n/{number}", b"")
    entries = {entry.path: entry for entry in list_entries(path)}
    assert len(entries) == 65_542
    assert (content(entries["a.jpg"]), content(entries["b.jpg"])) == (b"first", b"second")


def test_zip_entry_beyond_4_gib_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.zip"
    with path.open("wb") as file:
        file.seek(5 * 2**30)  # a hole: takes no room on the disk
        file.write(b"!")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("far.jpg", b"far away")
    (entry,) = list_entries(path)
    assert entry.offset is not None
    assert entry.offset > 2**32
    assert content(entry) == b"far away"


def test_folder_and_zips_within_it_are_listed(tmp_path: Path) -> None:
    (tmp_path / "2019").mkdir()
    (tmp_path / "2019" / normalize("NFD", "café.jpg")).write_bytes(b"1")
    (tmp_path / ".DS_Store").write_bytes(b"")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX/._a.jpg").write_bytes(b"")
    zipped(tmp_path / "more.zip", {"x.jpg": b"2", "__MACOSX/._x.jpg": b"", "y/._y.jpg": b""})
    found = {entry.path: content(entry) for entry in list_entries(tmp_path)}
    assert found == {normalize("NFC", "2019/café.jpg"): b"1", "x.jpg": b"2"}


def test_link_to_a_file_is_read_and_link_to_a_folder_is_not(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/loop").symlink_to(tmp_path)
    (tmp_path / "a.jpg").write_bytes(b"1")
    (tmp_path / "in/b.jpg").symlink_to(tmp_path / "a.jpg")
    (tmp_path / "in/dangling.jpg").symlink_to(tmp_path / "nothing")
    found = {entry.path: entry.problem for entry in list_entries(tmp_path / "in")}
    assert found == {"b.jpg": None, "dangling.jpg": "No such file or directory"}


def test_utf8_name_without_its_flag_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"ä.jpg": b"1"})
    path.write_bytes(_without_utf8_flag(path.read_bytes()))
    assert [entry.path for entry in list_entries(path)] == ["ä.jpg"]


def test_broken_entry_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.jpg": b"0123456789" * 100}, method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"0123456789", b"x123456789", 1))
    (entry,) = list_entries(path)
    with pytest.raises(UnreadableError, match="broken"):
        content(entry)


def test_entry_larger_than_its_directory_says_is_refused_before_it_is_unpacked(
    tmp_path: Path,
) -> None:
    path = zipped(tmp_path / "bomb.zip", {"a.jpg": b"\0" * 50_000_000})
    data = path.read_bytes().replace(struct.pack("<I", 50_000_000), struct.pack("<I", 100))
    path.write_bytes(data)
    (entry,) = list_entries(path)
    tracemalloc.start()
    with pytest.raises(UnreadableError):
        content(entry)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * archives.CHUNK


@pytest.mark.parametrize("length", [10, 100, 150])
def test_truncated_zip_is_told(tmp_path: Path, length: int) -> None:
    path = zipped(
        tmp_path / "a.zip", {"a.jpg": b"1" * 50, "b.jpg": b"2"}, method=zipfile.ZIP_STORED
    )
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(UnreadableError, match=r"a\.zip cannot be read as a zip"):
        list(list_entries(path))
    (entry,) = list_entries(tmp_path)  # of a folder, only this zip is left out
    assert entry.problem


def test_encrypted_and_unknown_entries_are_told(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.jpg": b"1"}, method=zipfile.ZIP_LZMA)
    (entry,) = list_entries(path)
    assert entry.problem == "packed by method 14, which is not read here"
    data = bytearray(zipped(path, {"a.jpg": b"1"}).read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    (entry,) = list_entries(path)
    assert entry.problem == "encrypted in its zip"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses such names")
def test_name_that_is_no_text_is_listed(tmp_path: Path) -> None:
    (tmp_path / "b\udcffd.jpg").write_bytes(b"1")
    (entry,) = list_entries(tmp_path)
    assert (entry.path, content(entry)) == ("b\ufffdd.jpg", b"1")


def test_zip_behind_a_program_that_unpacks_it_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.jpg": b"1", "b.jpg": b"2"})
    path.write_bytes(b"#!/bin/sh\n" * 50 + path.read_bytes())
    assert {entry.path: content(entry) for entry in list_entries(path)} == {
        "a.jpg": b"1",
        "b.jpg": b"2",
    }


def test_name_in_another_alphabet_is_read_by_its_extra_field(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    raw = b"_.jpg"
    field = b"\1" + zlib.crc32(raw).to_bytes(4, "little") + "ж.jpg".encode()
    info = zipfile.ZipInfo(raw.decode())
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, b"1")
    assert [entry.path for entry in list_entries(path)] == ["ж.jpg"]


def test_damaged_zips_raise_nothing_unexpected(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.jpg", "w", force_zip64=True) as file:
            file.write(b"12345" * 30)
        archive.writestr("ä.jpg", b"6")
        archive.comment = b"PK\5\6"
    whole = path.read_bytes()
    for at in range(len(whole)):
        for value in (0x00, 0x7F, 0xFF):
            path.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
            with contextlib.suppress(UnreadableError):
                for entry in list_entries(path):
                    with contextlib.suppress(UnreadableError):
                        content(entry)


def _without_utf8_flag(data: bytes) -> bytes:
    changed = bytearray(data)
    for signature, at in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        changed[changed.index(signature) + at] &= ~0x08
    return bytes(changed)
