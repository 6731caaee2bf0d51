"""One zip file of an export: originals, and a metadata file beside each."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

import orjson

from app.exports.file_names import JSON, SIDECAR, ArchiveNames
from app.exports.xmp_sidecar import sidecar_of
from app.images.collected_models import HELD_UNTIL_REVIEWED

_OLDEST = (1980, 1, 1, 0, 0, 0)  # the first and the last moment that a zip can tell
_NEWEST = (2107, 12, 31, 23, 59, 58)
_FILE_MODE = 0o100644 << 16  # a regular file, in the upper half as Unix has it
_READ_ME = """\
Your pictures from Pinhole, as they were uploaded, in folders by month.

Beside each picture, a file of the same name with .json at its end holds what is known about it:
when and with what it was taken, its tags and its description. Where you set something yourself (a
date, a place, stars, a description, tags, a favourite), a file with .xmp at its end has that for
photo programs. digiKam and darktable read it as it is. Lightroom reads it for raw files once it is
called IMG_1.xmp and not IMG_1.CR3.xmp, and for others once ExifTool has written it into a copy:

  exiftool -tagsfromfile %d%f.%e.xmp -xmp:all -ext jpg -ext heic -r .

"Sent to a model.json", where it is there, lists each picture that was sent to one to be described:
when, to whom, what became of it, and what it cost in US dollars.

manifest.json lists every picture of this file with its SHA-256. The last files have a folder with
a list for each album, by its order; the ids are those of manifest.json, which says where each
picture is.
"""


@dataclass(frozen=True, kw_only=True)
class Original:
    """The bytes of an original, and what has to be written before them."""

    size: int
    crc32: int
    chunks: Iterable[bytes]


class CutShortError(Exception):
    """Fewer or more bytes came than were announced: the zip cannot be used any further."""


class Zip:
    """A zip that is written as it goes; nothing of it is held in memory but its contents list.

    [Note: Sizes in front] Every entry has its length and CRC-32 before its bytes. zipfile writes
    them behind when it cannot go back in its file, and whoever reads a stored entry from a stream
    cannot tell where it ends then: Java's ZipInputStream and stream-unzip refuse such zips. So
    entries are written here, by zipfile's own headers, and zipfile ends the file.
    """

    def __init__(self, file: BinaryIO, *, folder: str) -> None:
        """Begin one.

        Args:
            file: where it goes; need not be seekable.
            folder: what holds everything in it, so that two can be unpacked in one place.
        """
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._folder = folder
        self._names = ArchiveNames()
        self._manifest: list[dict[str, Any]] = []

    def add(self, facts: dict[str, Any], original: Original) -> None:
        """Add a picture and what is known about it (the API's ImageDetail).

        Raises:
            CutShortError: its bytes are not as many as announced.
        """
        place, moment = self._place(facts)
        digest = self._store(place, original, moment=moment)
        self._write_known(facts, place, moment=moment)
        agrees = digest == facts["sha256"]
        self._note(facts, place, problem=None if agrees else "its bytes are not those uploaded")

    def miss(self, facts: dict[str, Any], *, problem: str) -> None:
        """Add what is known about a picture whose original is not in it, and why that is so.

        The list names every image, and what its person said of this one is here still.
        """
        place, moment = self._place(facts)
        self._write_known(facts, place, moment=moment)
        self._note(facts, None, problem=problem)

    def add_album(self, facts: dict[str, Any]) -> None:
        """Add what is known of an album, with the names of the files that are in it."""
        place = self._names.take(f"{self._folder}/Albums", facts["title"])
        self._write(f"{place}{JSON}", facts)

    def add_model_calls(self, calls: list[dict[str, Any]]) -> None:
        """Add the list of pictures that were sent to a model, where any was."""
        if calls:
            self._write(f"{self._folder}/Sent to a model.json", {"calls": calls})

    def close(self, about: dict[str, Any]) -> None:
        """Finish it, with a list of what it holds and more about it."""
        self._write(f"{self._folder}/manifest.json", {**about, "pictures": self._manifest})
        self._write_bytes(f"{self._folder}/READ ME.txt", _READ_ME.encode())
        self._zip.close()

    def _place(self, facts: dict[str, Any]) -> tuple[str, datetime]:
        """Take a name for a picture, and return it with the moment that its files have."""
        moment = datetime.fromisoformat(facts["timeline_at"])
        folder = f"{moment:%Y}/{moment:%m}"
        if facts["deleted_at"]:
            is_held = facts["deleted_at"] >= HELD_UNTIL_REVIEWED
            folder = "Sent by guests, not reviewed" if is_held else "Recently deleted"
        return self._names.take(f"{self._folder}/{folder}", facts["name"]), moment

    def _write_known(self, facts: dict[str, Any], place: str, *, moment: datetime) -> None:
        self._write(f"{place}{JSON}", facts, moment=moment)
        if (xmp := sidecar_of(facts)) is not None:
            self._write_bytes(f"{place}{SIDECAR}", xmp, moment=moment)

    def _note(self, facts: dict[str, Any], place: str | None, *, problem: str | None) -> None:
        noted = {key: facts[key] for key in ("id", "name", "size", "sha256")}
        self._manifest.append(noted | {"file": place, "problem": problem})

    def _write(self, place: str, value: object, *, moment: datetime | None = None) -> None:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2)
        self._write_bytes(place, text, moment=moment)

    def _write_bytes(self, place: str, content: bytes, *, moment: datetime | None = None) -> None:
        original = Original(size=len(content), crc32=zlib.crc32(content), chunks=[content])
        self._store(place, original, moment=moment or datetime.now())  # noqa: DTZ005 - zips have no zone

    def _store(self, place: str, original: Original, *, moment: datetime) -> str:
        """Write one entry and return the SHA-256 of its bytes. See [Note: Sizes in front]."""
        info = zipfile.ZipInfo(place, date_time=min(max(moment.timetuple()[:6], _OLDEST), _NEWEST))
        info.external_attr = _FILE_MODE
        info.file_size = info.compress_size = original.size
        info.CRC = original.crc32
        file: Any = self._zip.fp
        info.header_offset = file.tell()
        file.write(info.FileHeader())
        digest, crc32, size = hashlib.sha256(), 0, 0
        for chunk in original.chunks:
            digest.update(chunk)
            crc32 = zlib.crc32(chunk, crc32)
            size += len(chunk)
            file.write(chunk)
        if size != original.size:
            raise CutShortError
        # In the list at the end stands what was really written.
        info.CRC = crc32
        self._zip.filelist.append(info)
        self._zip.NameToInfo[place] = info
        self._zip.start_dir = file.tell()
        self._zip._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001 - as mkdir() does
        return digest.hexdigest()
