"""The folder on the disk: names, writing whole files or none, and moving those of one image."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from app.exports.file_names import JSON, SIDECAR, ArchiveNames

CHUNK = 1024 * 1024
_ENDS = ("", JSON, SIDECAR)
PART = ".pinhole-part-"  # of a file that is being written
_MAX_FOLDERS = 64  # whose names are kept in memory


class Names:
    """Hands out names in the folders of a mirror, beside what is in them already.

    By the rules of exports: every file system takes them, and no two are one to any.
    """

    def __init__(self, root: Path) -> None:
        """Look at no folder yet."""
        self._root = root
        self._folders: dict[str, ArchiveNames] = {}
        self._sizes: dict[str, dict[int, list[str]]] = {}

    def forget_some(self) -> None:
        """Forget the folders if there are many. Only while all that was handed out is on disk."""
        if len(self._folders) >= _MAX_FOLDERS:
            self._folders.clear()
            self._sizes.clear()

    def take(self, folder: str, name: str) -> str:
        """Return a free `folder/name`."""
        return self._of(folder).take(folder, name)

    def of_size(self, folder: str, size: int) -> list[str]:
        """Return paths in a folder whose files had so many bytes when it was looked at."""
        self._of(folder)
        return self._sizes[folder].get(size, [])

    def _of(self, folder: str) -> ArchiveNames:
        if folder not in self._folders:
            names = self._folders[folder] = ArchiveNames()
            sizes = self._sizes[folder] = {}
            for path, size in _listed(self._root, folder):
                names.hold(path)
                sizes.setdefault(size, []).append(path)
        return self._folders[folder]


def _listed(root: Path, folder: str) -> list[tuple[str, int]]:
    try:
        with os.scandir(root / folder) as found:
            return [
                (f"{folder}/{each.name}", each.stat(follow_symlinks=False).st_size)
                for each in found
            ]
    except FileNotFoundError:
        return []


def write(path: Path, content: bytes) -> None:
    """Write a small file whole, unless it has these bytes already."""
    if read(path) != content:
        store(path, [content])


def read(path: Path) -> bytes | None:
    """Return the bytes of a small file; None if it is not there."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def digest_of(content: bytes | None) -> str | None:
    """Return the SHA-256 of bytes, by which what was written here is known again."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def put_beside(path: Path, content: bytes | None, *, is_ours: bool) -> bool:
    """Write a small file, or delete it; return False where a person's is left alone instead.

    Args:
        path: where.
        content: what is to be there; None: nothing.
        is_ours: whether what is there was written here. Photo programs write the same files.
    """
    found = read(path)
    if found == content:
        return True
    if found is not None and not is_ours:
        return False
    if content is None:
        path.unlink(missing_ok=True)
    else:
        store(path, [content])
    return True


def dump(value: dict[str, Any]) -> str:
    """Write a value as the journal keeps it."""
    return json.dumps(value, ensure_ascii=False)


def read_json(text: str) -> dict[str, Any]:
    """Read a value that the journal keeps."""
    value: dict[str, Any] = json.loads(text)
    return value


def as_json(value: dict[str, Any]) -> bytes:
    """Return JSON as people read it."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def store(path: Path, chunks: Iterable[bytes], *, expected: str | None = None) -> str:
    """Write a file whole or not at all; return the SHA-256 of what came.

    Nothing is there, or what was there is still, where that is not the `expected` one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    part = path.parent / f"{PART}{hashlib.sha256(path.name.encode()).hexdigest()[:16]}"
    try:
        with part.open("wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if expected in {None, digest.hexdigest()}:
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()


def sha256_of(path: Path, *, stop: Callable[[], bool] = lambda: False) -> str | None:
    """Return the SHA-256 of a file; None if it is not there, or `stop` says so."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                if stop():
                    return None
    except (FileNotFoundError, NotADirectoryError):
        return None
    return digest.hexdigest()


def move(root: Path, old: str, new: str) -> None:
    """Move an original and what lies beside it; each that is there."""
    (root / new).parent.mkdir(parents=True, exist_ok=True)
    for end in _ENDS:
        try:
            (root / f"{old}{end}").rename(root / f"{new}{end}")
        except FileNotFoundError:
            continue
    _remove_empty(root, (root / old).parent)


def remove(root: Path, path: str, *, digests: Sequence[str | None]) -> int:
    """Delete an original and what lies beside it; return how many were left.

    Args:
        root: the folder.
        path: of the original.
        digests: the SHA-256 of the original, of its JSON and of its XMP as they were written here:
            what is other than that is its person's.
    """
    left = 0
    for end, digest in zip(_ENDS, digests, strict=True):
        each = root / f"{path}{end}"
        found = sha256_of(each)
        if found == digest:
            each.unlink(missing_ok=True)
        else:
            left += found is not None
    _remove_empty(root, (root / path).parent)
    return left


def clear_parts(root: Path) -> None:
    """Delete what a run that was killed had half written."""
    for folder, _, names in os.walk(root):
        for name in names:
            if name.startswith(PART):
                Path(folder, name).unlink(missing_ok=True)


def _remove_empty(root: Path, folder: Path) -> None:
    while folder != root and root in folder.parents:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
