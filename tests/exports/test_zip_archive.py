"""A zip of pictures holds each under a name of its own, with what is known about it."""

import io
import json
import shutil
import subprocess
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from stream_unzip import stream_unzip

from app.exports.file_names import ArchiveNames
from app.exports.zip_archive import CutShortError, Original, Zip


class Pipe(io.RawIOBase):
    """A file that can only be written to, as an upload is."""

    def __init__(self) -> None:
        super().__init__()
        self.got = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.got += data
        return len(data)


def facts(name: str, content: bytes, **changed: Any) -> dict[str, Any]:
    return {
        "id": "0b5a",
        "name": name,
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
        "timeline_at": "2024-05-01T10:00:00",
        "taken_at": None,
        "deleted_at": None,
        "corrected": [],
        "rating": None,
        "location": None,
        "favourite": False,
        "tags": [],
        "description": {"alt_text": "A boat."},
    } | changed


def original(content: bytes, **changed: Any) -> Original:
    known = {"size": len(content), "crc32": zlib.crc32(content)}
    return Original(**known | {"chunks": [content[:3], content[3:]]} | changed)


def zipped(*pictures: tuple[dict[str, Any], bytes]) -> bytes:
    pipe = Pipe()
    archive = Zip(pipe, folder="Pinhole")  # type: ignore[arg-type]  # writes is all it must do
    for known, content in pictures:
        archive.add(known, original(content))
    archive.close({"part": 1})
    return bytes(pipe.got)


def unpack(*pictures: tuple[dict[str, Any], bytes]) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    unpacked = zipfile.ZipFile(io.BytesIO(zipped(*pictures)))
    assert unpacked.testzip() is None
    return unpacked, json.loads(unpacked.read("Pinhole/manifest.json"))


def named(*names: str) -> list[str]:
    """What all files are called in a zip of pictures of these names, folders left out."""
    contents = [f"picture {number}".encode() for number in range(len(names))]
    unpacked, manifest = unpack(
        *((facts(name, content), content) for name, content in zip(names, contents, strict=True))
    )
    files = [picture["file"] for picture in manifest["pictures"]]
    assert [unpacked.read(file) for file in files] == contents
    for file in files:
        assert json.loads(unpacked.read(f"{file}.json"))["name"] == names[files.index(file)]
    return [PurePosixPath(file).name for file in unpacked.namelist()[:-2]]


def test_originals_are_there_bit_by_bit_with_what_is_known_beside_them() -> None:
    unpacked, manifest = unpack((facts("boat.jpg", b"the boat"), b"the boat"))
    assert unpacked.read("Pinhole/2024/05/boat.jpg") == b"the boat"
    beside = json.loads(unpacked.read("Pinhole/2024/05/boat.jpg.json"))
    assert beside["description"] == {"alt_text": "A boat."}
    assert manifest["part"] == 1
    assert manifest["pictures"][0]["file"] == "Pinhole/2024/05/boat.jpg"
    assert manifest["pictures"][0]["problem"] is None


def test_one_name_of_several_pictures_loses_none() -> None:
    assert named("a.jpg", "A.JPG", "a (2).jpg", "a.jpg", "a.jpg")[::2] == [
        "a.jpg",
        "A (2).JPG",
        "a (2) (2).jpg",
        "a (3).jpg",
        "a (4).jpg",
    ]


# What some file system takes for one file: Windows and macOS do not look at case, macOS not at how
# accents are written, HFS+ not at characters without width.
ONE_TO_SOME = (
    ("x.jpg", "x.jpg.json"),
    ("x.jpg.json", "x.jpg"),
    ("x.jpg.JSON", "X.JPG"),
    ("x.jpg", "X.jpg.xmp"),
    ("x (2).jpg", "x.jpg", "x.jpg"),
    ("x.jpg", "x.jpg", "x (2).jpg"),
    ("x (2).jpg.json", "x.jpg", "x.jpg"),
    ("Ärger.jpg", unicodedata.normalize("NFD", "ärger.jpg")),
    ("straße.jpg", "STRASSE.JPG"),
    ("\u0131.jpg", "I.jpg", "i.jpg"),
    ("\u212a.jpg", "k.jpg"),
    ("a\ufe0f.jpg", "a.jpg"),
    ("\u017f.jpg", "s.jpg"),
    ("漢" * 200 + "a.jpg", "漢" * 200 + "b.jpg", "漢" * 200 + "c.jpg"),
    ("a?.jpg", "a*.jpg", "a_.jpg"),
    ("CON", "_con"),
    ("a.jpg.", "a.jpg", "a.jpg "),
)


@pytest.mark.parametrize("names", ONE_TO_SOME, ids=lambda names: names[0][:10])
def test_names_that_some_file_system_takes_for_one_are_told_apart(names: tuple[str, ...]) -> None:
    files = named(*names)
    assert len(files) == 2 * len(names)
    compared = {unicodedata.normalize("NFD", name).replace("\ufe0f", "") for name in files}
    assert len({name.upper().casefold() for name in compared}) == len(files)


DEVICES = ("CON", "nul.jpg", "aux.tar.gz", "COM1.jpeg", "lpt².png", "NUL .jpg", "conin$.jpg", "PRN")


@pytest.mark.parametrize("name", DEVICES)
def test_name_of_a_device_of_windows_is_changed(name: str) -> None:
    assert named(name)[0] == f"_{name}"


@pytest.mark.parametrize("name", ["console.jpg", "com10.jpg", "nul_.jpg", "a con.jpg", "aux-2.jpg"])
def test_name_that_only_looks_like_a_device_stays(name: str) -> None:
    assert named(name)[0] == name


@pytest.mark.parametrize("letter", ["a", "é", "漢", "\U0001f468"])
@pytest.mark.parametrize("extension", ["", ".jpg", ".jpg_large"])
def test_name_that_is_long_fits_with_its_neighbour_and_its_number(
    letter: str, extension: str
) -> None:
    name = letter * (255 - len(extension)) + extension
    files = named(*[name] * 12)
    assert max(len(file.encode()) for file in files) <= 255
    assert all(file.removesuffix(".json").endswith(extension) for file in files)
    assert len(set(files)) == 24


def test_thousands_of_one_name_are_no_millions_of_steps() -> None:
    names = ArchiveNames()
    places = [names.take("2024", "IMG_0001.JPG") for _ in range(3000)]
    assert places[-1] == "2024/IMG_0001 (3000).JPG"
    assert names.steps == 3000


# Equal for longer than a name may be, and equal where they are cut for a number alone.
@pytest.mark.parametrize("equal", [260, 244])
def test_thousands_of_long_names_that_differ_at_the_end_are_no_millions_of_steps(
    equal: int,
) -> None:
    names = ArchiveNames()
    wanted = [f"{'x' * equal}{number:04}.jpg" for number in range(3000)]
    places = {names.take("2024", name) for name in [*wanted, *wanted]}
    assert len(places) == 6000
    assert names.steps < 2 * len(places)


@pytest.mark.parametrize("name", [".jpg", ".hidden.jpg", "\udcff.jpg", "\0.jpg", "a\nb.jpg"])
def test_name_that_would_hide_or_break_is_made_plain(name: str) -> None:
    place = ArchiveNames().take("2024", name)
    assert place.isprintable()
    assert not place.startswith("2024/.")
    assert place.endswith(".jpg")


@pytest.mark.parametrize("name", ["..", "a/../../b.jpg", 'x<>:"|?*.jpg', "con. ", "C:\\x.jpg"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    unpacked, _ = unpack((facts(name, b"x"), b"x"))
    for file in unpacked.namelist():
        assert file.startswith("Pinhole/")
        assert ".." not in file.split("/")
        assert "\\" not in file


def test_what_a_person_set_lies_beside_as_xmp_and_only_that() -> None:
    set_by_person = facts("IMG_1.CR3", b"x", favourite=True)
    unpacked, _ = unpack((set_by_person, b"x"), (facts("IMG_1.jpg", b"y"), b"y"))
    sidecars = [name for name in unpacked.namelist() if name.endswith(".xmp")]
    assert sidecars == ["Pinhole/2024/05/IMG_1.CR3.xmp"]
    assert b"PickLabel" in unpacked.read(sidecars[0])


def test_deleted_ones_lie_apart_and_old_ones_have_a_date_that_zips_know() -> None:
    gone = facts("gone.jpg", b"x", deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    old = facts("old.jpg", b"x", timeline_at="1904-01-01T00:00:00")
    unpacked, _ = unpack((gone, b"x"), (old, b"x"))
    assert "Pinhole/Recently deleted/gone.jpg" in unpacked.namelist()
    assert unpacked.getinfo("Pinhole/1904/01/old.jpg").date_time[0] == 1980


def test_bytes_that_are_not_the_uploaded_ones_are_said_to_be_so() -> None:
    _, manifest = unpack((facts("a.jpg", b"what was uploaded"), b"something else..."))
    assert manifest["pictures"][0]["problem"] == "its bytes are not those uploaded"


def test_fewer_bytes_than_announced_make_no_zip() -> None:
    archive = Zip(Pipe(), folder="Pinhole")  # type: ignore[arg-type]  # writes is all it must do
    with pytest.raises(CutShortError):
        archive.add(facts("a.jpg", b"12345"), original(b"123", size=5))


# What a person may have: names of every kind, two of one name, and no bytes to speak of.
VARIED = ("beach.jpg", "Åse på stranden.jpg", "東京.heic", "beach.jpg", "x.jpg.json", "x" * 255)


def varied() -> tuple[bytes, dict[str, bytes]]:
    """A zip, and what it must hold of the pictures."""
    contents = [bytes([number]) * (7 + 70_000 * number) for number in range(len(VARIED))]
    pictures = [(facts(name, data), data) for name, data in zip(VARIED, contents, strict=True)]
    _, manifest = unpack(*pictures)
    files = [picture["file"] for picture in manifest["pictures"]]
    return zipped(*pictures), dict(zip(files, contents, strict=True))


def test_zip_is_read_from_a_stream() -> None:
    content, wanted = varied()
    pieces = (content[at : at + 4096] for at in range(0, len(content), 4096))
    found = {}
    for name, size, chunks in stream_unzip(pieces):
        read = b"".join(chunks)
        assert size == len(read)  # said before the bytes
        found[name.decode()] = read
    assert {name: found[name] for name in wanted} == wanted
    assert "Pinhole/manifest.json" in found


def test_zip_says_of_each_entry_how_it_is_named_and_how_long_it_is() -> None:
    content, _ = varied()
    for info in zipfile.ZipFile(io.BytesIO(content)).infolist():
        header = content[info.header_offset :][:30]
        flags, crc32, size = (int.from_bytes(header[a:b], "little") for a, b in _IN_FRONT)
        assert (crc32, size) == (info.CRC, info.file_size)
        assert not flags & 0x0008  # nothing comes behind (APPNOTE 4.4.4, bit 3)
        is_ascii = info.filename.isascii()
        assert bool(flags & 0x0800) != is_ascii  # the name is UTF-8 (bit 11)
        name = content[info.header_offset + 30 :][: int.from_bytes(header[26:28], "little")]
        assert name.decode() == info.filename


_IN_FRONT = ((6, 8), (14, 18), (22, 26))

_JAVA = """
import java.io.*; import java.security.*; import java.util.*; import java.util.zip.*;
class Read {
  public static void main(String[] given) throws Exception {
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    try (ZipInputStream zip = new ZipInputStream(new FileInputStream(given[0]))) {
      for (ZipEntry entry; (entry = zip.getNextEntry()) != null;) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(zip.readAllBytes());
        out.println(HexFormat.of().formatHex(digest) + " " + entry.getName());
      }
    }
  }
}
"""


def _java(archive: Path, folder: Path) -> dict[str, str]:
    source = folder / "Read.java"
    source.write_text(_JAVA)
    done = subprocess.run(
        [shutil.which("java") or "java", str(source), str(archive)],
        check=True,
        capture_output=True,
        text=True,
    )
    return {line[65:]: line[:64] for line in done.stdout.splitlines()}


def _unpacked_by(*command: str) -> Callable[[Path, Path], dict[str, str]]:
    def read(archive: Path, folder: Path) -> dict[str, str]:
        words = [word.format(archive=archive, folder=folder) for word in command]
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        subprocess.run(words, check=True, capture_output=True, cwd=folder, env=environment)
        return {
            str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    return read


READERS = {
    "java": _java,
    "unzip": _unpacked_by("unzip", "{archive}"),
    "bsdtar": _unpacked_by("bsdtar", "-xf", "{archive}"),
    "7z": _unpacked_by("7z", "x", "{archive}"),
}


@pytest.mark.parametrize("program", READERS)
def test_zip_is_read_by_what_people_have(program: str, tmp_path: Path) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed here")
    content, wanted = varied()
    archive, folder = tmp_path / "copy.zip", tmp_path / "unpacked"
    archive.write_bytes(content)
    folder.mkdir()
    found = READERS[program](archive, folder)
    assert {name: found[name] for name in wanted} == {
        name: sha256(data).hexdigest() for name, data in wanted.items()
    }


def test_large_entries_have_their_length_in_front_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # From 2 GiB on entries are in Zip64; here from 1,000 bytes on, so that they can be read back.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    content, wanted = varied()
    entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    large = [info for info in entries if info.file_size > 1000]
    assert len(large) > 3
    for info in large:
        header = content[info.header_offset :][: 30 + len(info.filename.encode()) + 20]
        assert header[18:26] == b"\xff" * 8
        assert header[-16:] == info.file_size.to_bytes(8, "little") * 2
    assert b"PK\x06\x06" in content  # the end of the list too
    found = {name.decode(): b"".join(chunks) for name, _, chunks in stream_unzip([content])}
    assert {name: found[name] for name in wanted} == wanted


def test_what_is_known_of_a_picture_is_there_without_its_original() -> None:
    pipe = Pipe()
    archive = Zip(pipe, folder="Pinhole")  # type: ignore[arg-type]  # writes is all it must do
    lost = facts("a.jpg", b"lost", favourite=True)
    archive.miss(lost, problem="its original is not stored")
    archive.add(facts("a.jpg", b"there"), original(b"there"))
    archive.close({})
    unpacked = zipfile.ZipFile(io.BytesIO(bytes(pipe.got)))
    names = {PurePosixPath(name).name for name in unpacked.namelist()}
    assert names == {
        "a.jpg.json",
        "a.jpg.xmp",
        "a (2).jpg",
        "a (2).jpg.json",
        "manifest.json",
        "READ ME.txt",
    }
    assert json.loads(unpacked.read("Pinhole/2024/05/a.jpg.json")) == lost
    manifest = json.loads(unpacked.read("Pinhole/manifest.json"))
    assert [each["file"] is None for each in manifest["pictures"]] == [True, False]
