#!/usr/bin/env bash
# libvips writes a quarter of the IPTC block into a TIFF.
#
# One would guess that a caption in IPTC (tag 33723, what Photoshop and agencies write) survives opening a
# TIFF and saving it as a TIFF with all metadata kept, as EXIF and XMP do.
# What happens: the tag is commonly counted in units of four bytes (type LONG), and libvips 8.18.7 divides
# the length by four, but writes the tag as single bytes (UNDEFINED): 15 of 60 bytes are stored. Reading is
# right. Nothing warns; the file is sound otherwise.
# Why it matters: press and archive scans carry caption, date and credit there. A picture library that
# rotates or recompresses such a TIFF by libvips loses the caption for good, with the date cut in two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0
"$folder/venv/bin/python" - <<'PYTHON'
import io
import struct

import pyvips
from PIL import Image, TiffImagePlugin


def record(number, value):
    return struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value


block = record(55, b"20240501") + record(120, b"A harbour in winter, seen from the ferry")
block += bytes(-len(block) % 4)
name = "iptc-data"

picture = pyvips.Image.black(8, 8, bands=3).copy(interpretation="srgb")
picture.set_type(pyvips.GValue.blob_type, name, block)
tiff = picture.tiffsave_buffer()
kept = bytes(pyvips.Image.tiffload_buffer(tiff).get(name))
by_pillow = Image.open(io.BytesIO(tiff)).tag_v2[33723]

# A TIFF that another program wrote, with the tag as LONG, is read whole: writing is what loses.
tags = TiffImagePlugin.ImageFileDirectory_v2()
tags.tagtype[33723] = 7
tags[33723] = block
file = io.BytesIO()
Image.new("RGB", (8, 8)).save(file, "TIFF", tiffinfo=tags)
as_bytes, as_longs = (struct.pack("<HHL", 33723, *kind) for kind in ((7, len(block)), (4, len(block) // 4)))
other = file.getvalue().replace(as_bytes, as_longs)
assert as_longs in other
read = bytes(pyvips.Image.tiffload_buffer(other).get(name))
again = pyvips.Image.tiffload_buffer(pyvips.Image.tiffload_buffer(other).tiffsave_buffer()).get(name)

version = ".".join(str(pyvips.version(part)) for part in range(3))
print(f"libvips {version}: of {len(block)} bytes of IPTC {len(kept)} are in the TIFF it wrote")
print(f"  by another program: {len(read)} read, {len(again)} left after saving it again")
assert read == block
assert len(kept) == len(by_pillow) == len(again) == len(block) // 4, "the whole block is written now"
assert block.startswith(kept)
PYTHON
