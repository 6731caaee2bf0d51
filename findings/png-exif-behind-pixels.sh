#!/usr/bin/env bash
# libvips does not see the EXIF of a PNG when it stands behind the pixels, so the thumbnail lies on its side.
#
# One would guess that a PNG with EXIF Orientation 6 is turned like a JPEG with it: libvips knows the chunk eXIf.
# What happens: from 2017 on the chunk might stand anywhere but among the IDAT (PNG extensions 1.5.0), and
# ImageMagick writes it behind them; the third edition of 2025 asks for it in front (5.6), after the fact.
# libvips 8.18.7 reads it before the pixels only; behind them there is neither orientation nor EXIF, and
# thumbnail() leaves the picture as it lies. Pillow 13 and exifread 3.5.1 see both.
# Why it matters: eight years of PNGs that were valid when they were made. In a library built on libvips (sharp,
# Immich, imgproxy) such a scan or export lies on its side and has no date, while its twin is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0 exifread==3.5.1
"$folder/venv/bin/python" - <<'PYTHON'
import io
import struct
import zlib

import exifread
import pyvips
from PIL import Image

plain = io.BytesIO()
Image.new("RGB", (120, 80)).save(plain, "PNG")
plain = plain.getvalue()
turned = b"II*\0" + struct.pack("<LHHHLLL", 8, 1, 0x0112, 3, 1, 6, 0)
chunk = struct.pack(">L", len(turned)) + b"eXIf" + turned + struct.pack(">L", zlib.crc32(b"eXIf" + turned))

seen = {}
for where, before in (("before", b"IDAT"), ("behind", b"IEND")):
    at = plain.index(before) - 4
    png = plain[:at] + chunk + plain[at:]
    small = pyvips.Image.thumbnail_buffer(png, 60)
    seen[where] = (small.width, small.height)
    by_pillow = Image.open(io.BytesIO(png)).getexif().get(0x0112)
    by_exifread = str(exifread.process_file(io.BytesIO(png))["Image Orientation"])
    print(f"EXIF {where} the pixels: libvips {seen[where]}, Pillow {by_pillow}, exifread {by_exifread}")
    assert by_pillow == 6
    assert by_exifread == "Rotated 90 CW"
assert seen["before"][0] < seen["before"][1], "turned: higher than wide"
assert seen["behind"][0] > seen["behind"][1], "libvips turns it by now"
PYTHON
