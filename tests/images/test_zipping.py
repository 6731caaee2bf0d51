"""A zip of pictures holds each under a name of its own, with what is known about it."""

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import pytest

from app.images.zipping import Zip


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
        "deleted_at": None,
        "description": {"alt_text": "A boat."},
    } | changed


def unpack(*pictures: tuple[dict[str, Any], bytes]) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    pipe = Pipe()
    archive = Zip(pipe, folder="Pinhole")  # type: ignore[arg-type]  # writes is all it must do
    for known, content in pictures:
        archive.add(known, iter([content[:3], content[3:]]))
    archive.close({"part": 1})
    unpacked = zipfile.ZipFile(io.BytesIO(pipe.got))
    assert unpacked.testzip() is None
    return unpacked, json.loads(unpacked.read("Pinhole/manifest.json"))


def test_originals_are_there_bit_by_bit_with_what_is_known_beside_them() -> None:
    unpacked, manifest = unpack((facts("boat.jpg", b"the boat"), b"the boat"))
    assert unpacked.read("Pinhole/2024/05/boat.jpg") == b"the boat"
    beside = json.loads(unpacked.read("Pinhole/2024/05/boat.jpg.json"))
    assert beside["description"] == {"alt_text": "A boat."}
    assert manifest["part"] == 1
    assert manifest["pictures"][0]["file"] == "Pinhole/2024/05/boat.jpg"
    assert manifest["pictures"][0]["problem"] is None


def test_one_name_of_several_pictures_loses_none() -> None:
    names = ["a.jpg", "A.JPG", "a (2).jpg", "a.jpg", "a.jpg"]
    contents = [f"picture {number}".encode() for number in range(len(names))]
    unpacked, manifest = unpack(
        *((facts(name, content), content) for name, content in zip(names, contents, strict=True))
    )
    files = [picture["file"] for picture in manifest["pictures"]]
    assert len({file.casefold() for file in files}) == len(names)
    assert [unpacked.read(file) for file in files] == contents


@pytest.mark.parametrize("name", ["..", "a/../../b.jpg", 'x<>:"|?*.jpg', "con. ", "C:\\x.jpg"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    unpacked, _ = unpack((facts(name, b"x"), b"x"))
    for file in unpacked.namelist():
        assert file.startswith("Pinhole/")
        assert ".." not in file.split("/")
        assert "\\" not in file


def test_deleted_ones_lie_apart_and_old_ones_have_a_date_that_zips_know() -> None:
    gone = facts("gone.jpg", b"x", deleted_at="2026-01-01T00:00:00Z")
    old = facts("old.jpg", b"x", timeline_at="1904-01-01T00:00:00")
    unpacked, _ = unpack((gone, b"x"), (old, b"x"))
    assert "Pinhole/Recently deleted/gone.jpg" in unpacked.namelist()
    assert unpacked.getinfo("Pinhole/1904/01/old.jpg").date_time[0] == 1980


def test_bytes_that_are_not_the_uploaded_ones_are_said_to_be_so() -> None:
    _, manifest = unpack((facts("a.jpg", b"what was uploaded"), b"something else..."))
    assert manifest["pictures"][0]["problem"] == "its bytes are not those uploaded"
