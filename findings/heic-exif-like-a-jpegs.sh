#!/usr/bin/env bash
# libvips reads nothing of a HEIC whose EXIF begins like a JPEG's, as Xiaomi and older Androids write it.
#
# One would guess that what exiftool and pillow-heif read of a HEIC is there for everybody: the item begins with
# an offset that says where TIFF's header is (ISO/IEC 23008-12, A.2.1), and what lies between is anybody's.
# What happens: those phones put FF E1, a length and "Exif" between. libvips 8.18.7 hands that out as "exif-data"
# but reads no tag of it, and writes a JPEG "with all metadata kept" that has none: camera and date are gone.
# Nothing warns. pillow-heif 1.8.1 reads camera and date of the same file.
# Why it matters: who converts such photos to JPEG by libvips or sharp and deletes the HEIC loses when, where and
# by what they were taken; a library that asks libvips has no date for any photo of such a phone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0 pillow-heif==1.8.1
"$folder/venv/bin/python" - <<'PYTHON'
import io
import struct

import pillow_heif
import pyvips
from PIL import Image

pillow_heif.register_heif_opener()
maker = b"Xiaomi\0\0"
exif = b"II*\0" + struct.pack("<LHHHLLL", 8, 1, 0x010F, 2, len(maker) - 1, 26, 0) + maker
marker = b"\xff\xe1" + struct.pack(">H", len(exif) + 8)
for name, block in (("plain", exif), ("like-a-jpegs", marker + b"Exif\0\0" + exif)):
    heic = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64))).save(heic, exif=block)
    by_pillow = Image.open(heic).getexif().get(0x010F)
    opened = pyvips.Image.heifload_buffer(heic.getvalue())
    by_vips = "exif-ifd0-Make" in opened.get_fields()
    # libvips' wheel cannot decode HEVC: the metadata goes with other pixels, as it would with its own.
    other = pyvips.Image.black(64, 64, bands=3).copy(interpretation="srgb")
    other.set_type(pyvips.GValue.blob_type, "exif-data", opened.get("exif-data"))
    jpeg = other.jpegsave_buffer(keep="all")
    kept = Image.open(io.BytesIO(jpeg)).getexif().get(0x010F)
    print(f"{name}: pillow-heif {by_pillow}, libvips {by_vips}, in the JPEG that it writes {kept}")
    assert by_pillow == "Xiaomi"
    assert by_vips is (name == "plain"), "libvips reads it by now"
    assert (kept == "Xiaomi") is (name == "plain")
PYTHON
