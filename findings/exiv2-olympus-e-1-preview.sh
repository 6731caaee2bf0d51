#!/usr/bin/env bash
# Exiv2 finds only the thumbnail in an ORF laid out like an Olympus E-1's, though the file holds a large preview.
#
# One would guess that what reads the preview of newer Olympus raw files reads that of older ones: in both, the tag
# CameraSettings (0x2020) of the maker note is a directory with PreviewImageStart and PreviewImageLength.
# What happens: notes that begin with "OLYMP" (E-1, E-300) hold the directory as the tag's own value and count from
# TIFF's header, those with "OLYMPUS" point to it and count from the note (ExifTool's Olympus.pm and MakerNotes.pm).
# Exiv2 0.28.9 opens it in the second kind alone. For the first it lists 160x120, and gives no warning. ExifTool 13.58
# extracts the JPEG of 1280x960 from both.
# Why it matters: a library that shows previews of raw files has no more than a thumbnail for those of such cameras.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet exiv2==0.19.2 pillow==13.0.0
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts exiftool-vendored.pl@13.58.0
venv/bin/python - <<'PYTHON'
import io
import struct
import subprocess
from pathlib import Path

import exiv2
from PIL import Image

TEXT, SHORT, LONG, UNDEFINED, IFD = 2, 3, 4, 7, 13


def directory(*entries):
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHLL", *e) for e in entries) + bytes(4)


def jpeg(*size):
    Image.new("RGB", size, "teal").save(file := io.BytesIO(), "JPEG")
    return file.getvalue()


def exiftool(*options):
    command = ["perl", "node_modules/exiftool-vendored.pl/bin/exiftool", "-b", *options, "made.orf"]
    return subprocess.run(command, capture_output=True, check=True).stdout


SMALL, LARGE, SENSOR, MAKE = jpeg(160, 120), jpeg(1280, 960), bytes(65536), b"OLYMPUS CORPORATION\0"
for name, kind, count in ((b"OLYMP\0\1\0", UNDEFINED, 42), (b"OLYMPUS\0II\3\0", IFD, 1)):
    exif_at = 8 + 150 + len(MAKE)
    note_at = exif_at + 18
    settings_at = note_at + len(name) + 30
    small_at = settings_at + 42
    large_at = small_at + len(SMALL)
    base = 0 if kind == UNDEFINED else note_at
    numbers = [(0x0100, LONG, 1, 256), (0x0101, LONG, 1, 128), (0x0102, SHORT, 1, 16), (0x0103, SHORT, 1, 1)]
    numbers += [(0x0106, SHORT, 1, 1), (0x010F, TEXT, len(MAKE), 158), (0x0110, TEXT, 4, 0x312D45)]
    numbers += [(0x0111, LONG, 1, large_at + len(LARGE)), (0x0115, SHORT, 1, 1), (0x0116, LONG, 1, 128)]
    numbers += [(0x0117, LONG, 1, len(SENSOR)), (0x8769, LONG, 1, exif_at)]
    exif = directory((0x927C, UNDEFINED, large_at - note_at, note_at))
    tags = (0x0100, UNDEFINED, len(SMALL), small_at - base), (0x2020, kind, count, settings_at - base)
    pair = (0x0101, LONG, 1, large_at - base), (0x0102, LONG, 1, len(LARGE))
    note = name + directory(*tags) + directory((0x0100, LONG, 1, 1), *pair) + SMALL
    Path("made.orf").write_bytes(b"IIRO\x08\0\0\0" + directory(*numbers) + MAKE + exif + note + LARGE + SENSOR)
    assert exiftool("-validate").strip() == b"0 0 0", "ExifTool has neither errors nor warnings for the file"
    by_exiftool = exiftool("-PreviewImage")
    image = exiv2.ImageFactory.open("made.orf")
    image.readMetadata()
    sizes = [(found.width_, found.height_) for found in exiv2.PreviewManager(image).getPreviewProperties()]
    print(f"{name}: ExifTool {Image.open(io.BytesIO(by_exiftool)).size}, Exiv2 {exiv2.version()} {sizes}")
    assert by_exiftool == LARGE
    assert sizes == [(160, 120)] + [(1280, 960)] * (kind == IFD), "Exiv2 reads it by now"
PYTHON
