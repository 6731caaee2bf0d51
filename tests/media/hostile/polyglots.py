"""Files that are something else, or something else as well, and call themselves pictures."""

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

from tests.media.hostile.bad_file import (
    NO_PICTURE,
    NOT_TAKEN_IN,
    READY,
    UNREADABLE,
    BadFile,
)
from tests.media.raw_samples import box
from tests.media.samples import EVERY_TYPE, png_chunk, quarters, saved, with_segment

_JPEG, _PNG, _GIF = (EVERY_TYPE[f"image/{name}"] for name in ("jpeg", "png", "gif"))
_PAGE = b"<!doctype html><html><script>alert(document.domain)</script></html>"
_SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
_SCRIPT = b"*/=1;alert(document.domain)//"
_PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"
_PHP = b"<?php system($_GET['x']); ?>"


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../../pwned.html"), _PAGE)
    return file.getvalue()


def _with_chunk(kind: bytes, content: bytes) -> bytes:
    return _PNG[:33] + png_chunk(kind, content) + _PNG[33:]


_MOVING: dict[str, Any] = {
    "save_all": True,
    "append_images": [quarters().rotate(180)],
    "duration": 200,
}
PICTURES_AND_MORE = {
    "picture, then page": _JPEG + _PAGE,
    "picture, then drawing": _PNG + _SVG,
    "picture, then script": _PNG + _SCRIPT,
    "picture, then archive": _JPEG + _zip(),
    "picture, then document": _PNG + _PDF,
    "picture, then program": _JPEG + _PHP,
    "picture, then picture": _PNG + _JPEG,
    "page for a comment": with_segment(_JPEG, 0xFE, _PAGE),
    "document for a comment": with_segment(_JPEG, 0xFE, _PDF),
    "page for a text": _with_chunk(b"tEXt", b"Comment\0" + _PAGE),
    "page for a name of a profile": _with_chunk(b"iCCP", _PAGE[:79] + b"\0\0"),
    "script for a comment": saved(quarters(), "GIF", comment=b"*/=1;alert(1);/*"),
    "page in a film": saved(quarters(), "GIF", comment=_PAGE, **_MOVING),
    "page in exif": saved(quarters(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + _PAGE),
    "drawing in xmp": saved(quarters(), "WEBP", xmp=_SVG),
    "drawing in a film": saved(quarters(), "WEBP", xmp=_SVG, **_MOVING),
    "page in a tiff": EVERY_TYPE["image/tiff"] + _PAGE,
    "page behind a heic": EVERY_TYPE["image/heic"] + box(b"free", _PAGE),
    "page behind an avif": EVERY_TYPE["image/avif"] + box(b"free", _PAGE),
}
SCARCELY_PICTURES = {
    "film that is a script": b"GIF89a/*" + bytes(20) + _SCRIPT,
    "film that is a page": b"GIF89a" + _PAGE,
    "picture that is a page": b"\xff\xd8\xff" + _PAGE,
    "picture that is an archive": b"\x89PNG\r\n\x1a\n" + _zip(),
    "riff that is a page": b"RIFF" + struct.pack("<L", 4 + len(_PAGE)) + b"WEBP" + _PAGE,
    "heic that is a page": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + _PAGE,
    "tiff that is a page": b"II*\0\x08\0\0\0" + _PAGE,
    "video of nothing": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(60),
    "video that is a page": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + _PAGE,
    "raf that is a page": b"FUJIFILMCCD-RAW 0201" + _PAGE,
    "orf that is a page": b"IIRO\x08\0\0\0" + _PAGE,
    "jpeg xl that is empty": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(60),
}
NO_PICTURES = {
    "page": _PAGE,
    "page, then picture": _PAGE + _JPEG,
    "archive": _zip(),
    "archive, then picture": _zip() + _PNG,
    "program": b"\x7fELF\x02\x01\x01" + bytes(60),
    "program of Windows": b"MZ" + bytes(60) + _PNG,
    "shell": b"#!/bin/sh\ntouch /tmp/pwned\n" + _PNG,
    "php": _PHP + _GIF,
    "magick vector": b"push graphic-context\nviewbox 0 0 64 64\nimage over 0,0 0,0 'https://x/'\n",
    "magick script": b"<image><read filename='/etc/passwd'/></image>",
    "ppm": b"P6\n10000 10000\n255\n",
    "pcx": b"\x0a\x05\x01\x08" + bytes(124),
    "sgi": b"\x01\xda\x01\x01\0\x03" + bytes(500),
    "sun raster": b"\x59\xa6\x6a\x95" + bytes(60),
    "targa": bytes((0, 0, 2)) + bytes(9) + b"\x40\0\x40\0\x18\0" + bytes(100),
    "xpm": b'/* XPM */\nstatic char *x[] = {"1 1 1 1", "a c #fff", "a"};',
    "windows metafile": b"\xd7\xcd\xc6\x9a" + bytes(60),
    "openslide": b"<?xml version='1.0'?><Ventana/>",
    "matlab": b"MATLAB 5.0 MAT-file".ljust(128, b"\0"),
    "nifti": struct.pack("<L", 348) + bytes(344),
    "text": b"just words, no picture",
    "nulls": bytes(4096),
    "ones": b"\xff" * 4096,
    "one byte": b"\x89",
    "nothing": b"",
}
KNOWN = {
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n" + _PNG,
    "eps of Windows": b"\xc5\xd0\xd3\xc6" + bytes(60),
    "photoshop": b"8BPS\0\1" + bytes(6) + b"\0\3" + struct.pack(">LLHH", 30_000, 30_000, 8, 3),
    "svg": _SVG,
    "svg that fetches": b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    b"<svg><text>&x;</text><image href='http://127.0.0.1/x'/></svg>",
    "svg behind white space": b"\xef\xbb\xbf\n\n  " + _SVG,
    "pdf": _PDF,
    "pdf, then picture": _PDF + _JPEG,
    "fits": b"SIMPLE  =                    T".ljust(2880),
    "exr": b"\x76\x2f\x31\x01" + bytes(60),
    "radiance": b"#?RADIANCE\n\n-Y 10000 +X 10000\n",
    "icon": saved(quarters(64, 64), "ICO"),
    "bitmap": saved(quarters(), "BMP"),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(60),
    "qoi": b"qoif" + struct.pack(">LLBB", 10_000, 10_000, 4, 0),
    "film of Matroska": b"\x1aE\xdf\xa3" + bytes(60),
    "film of Windows": b"RIFF\x44\0\0\0AVI LIST" + bytes(56),
    "sigma": b"FOVb" + bytes(60),
}


def polyglots() -> Iterator[BadFile]:
    """Files that are two things: what begins like a picture is one, whatever else it is."""
    for name, content in PICTURES_AND_MORE.items():
        yield BadFile(kind="polyglot", name=name, content=content, ends=READY)
    for name, content in SCARCELY_PICTURES.items():
        yield BadFile(kind="polyglot", name=name, content=content, ends=UNREADABLE)


def renamed() -> Iterator[BadFile]:
    """Files of other kinds under a picture's name: none reaches a decoder."""
    for name, content in NO_PICTURES.items():
        yield BadFile(kind="renamed", name=name, content=content, ends=NO_PICTURE)
    for name, content in KNOWN.items():
        yield BadFile(kind="renamed", name=name, content=content, ends=NOT_TAKEN_IN)
