"""One zip of a copy: originals under their names, and beside each what is known about it."""

import hashlib
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import orjson

_OLDEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell
_READ_ME = """\
Your pictures from Pinhole, as they were uploaded, in folders by month.

Beside each picture, a file of the same name with .json at its end holds what is known about it:
when and with what it was taken, and its description. manifest.json lists every picture of this
file with its SHA-256.
"""


class Zip:
    """A zip that is written as it goes; nothing of it is held in memory but its contents list."""

    def __init__(self, file: BinaryIO, *, folder: str) -> None:
        """Begin one.

        Args:
            file: where it goes; need not be seekable.
            folder: what holds everything in it, so that two can be unpacked in one place.
        """
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._folder = folder
        self._names: Counter[str] = Counter()
        self._manifest: list[dict[str, Any]] = []

    def add(self, facts: dict[str, Any], chunks: Iterator[bytes]) -> None:
        """Add a picture and what is known about it (the API's ImageDetail)."""
        moment = datetime.fromisoformat(facts["timeline_at"])
        place = self._place(facts, moment)
        digest = hashlib.sha256()
        info = zipfile.ZipInfo(place, date_time=max(moment.timetuple()[:6], _OLDEST))
        with self._zip.open(info, "w", force_zip64=facts["size"] >= zipfile.ZIP64_LIMIT) as entry:
            for chunk in chunks:
                digest.update(chunk)
                entry.write(chunk)
        self._write(f"{place}.json", facts)
        agrees = digest.hexdigest() == facts["sha256"]
        self._note(facts, place, problem=None if agrees else "its bytes are not those uploaded")

    def miss(self, facts: dict[str, Any]) -> None:
        """Note a picture whose original is not there: the list says so, nothing is passed over."""
        self._note(facts, None, problem="its original is not stored")

    def close(self, about: dict[str, Any]) -> None:
        """Finish it, with a list of what it holds and more about it."""
        self._write(f"{self._folder}/manifest.json", {**about, "pictures": self._manifest})
        self._zip.writestr(f"{self._folder}/READ ME.txt", _READ_ME)
        self._zip.close()

    def _note(self, facts: dict[str, Any], place: str | None, *, problem: str | None) -> None:
        noted = {key: facts[key] for key in ("id", "name", "size", "sha256")}
        self._manifest.append(noted | {"file": place, "problem": problem})

    def _write(self, place: str, value: object) -> None:
        self._zip.writestr(place, orjson.dumps(value, option=orjson.OPT_INDENT_2))

    def _place(self, facts: dict[str, Any], moment: datetime) -> str:
        """A name of its own: two pictures of one name in a month are told apart by a number."""
        folder = "Recently deleted" if facts["deleted_at"] else f"{moment:%Y}/{moment:%m}"
        name = PurePosixPath(_file_name(facts["name"]))
        wanted = f"{folder}/{name}".casefold()  # some file systems see no difference
        self._names[wanted] += 1
        count = self._names[wanted]
        if count > 1:
            name = PurePosixPath(f"{name.stem} ({count}){name.suffix}")
            # Somebody may have called a picture just that.
            while f"{folder}/{name}".casefold() in self._names:
                count += 1
                name = PurePosixPath(f"{PurePosixPath(facts['name']).stem} ({count}){name.suffix}")
            self._names[f"{folder}/{name}".casefold()] += 1
        return f"{self._folder}/{folder}/{name}"


def _file_name(name: str) -> str:
    """A name that every file system takes."""
    plain = "".join("_" if c in '<>:"/\\|?*' else c for c in name).rstrip(" .")
    return plain or "picture"
