#!/usr/bin/env bash
# Grey AVIF and HEIC of limited range come out of libheif with grey blacks and dull whites.
#
# One would guess that a decoder that stretches limited range (black 16, white 235; ITU-T H.273) to full for
# a picture in colour does so for a grey one as well.
# What happens: libheif 1.23 does for YCbCr, but hands out the luma of a monochrome picture as it is coded,
# by libvips (AVIF) and pillow-heif (HEIC) alike, and neither tells the range. libavif (in Pillow) stretches
# both. So the same AVIF is 16/126/235 in one library and 0/128/255 in the other.
# Why it matters: scans of documents and black-and-white photos that went through a video encoder (ffmpeg
# writes limited range) look washed out in every picture library built on libvips or sharp.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0 pillow-heif==1.8.1
"$folder/venv/bin/python" - <<'PYTHON'
import io

import pillow_heif
import pyvips
from PIL import Image

ramp = Image.new("L", (192, 64))
for at, value in enumerate((0, 128, 255)):
    ramp.paste(value, (64 * at, 0, 64 * at + 64, 64))


def avif(subsampling):
    file = io.BytesIO()
    ramp.save(file, "AVIF", quality=95, range="limited", subsampling=subsampling)
    return file.getvalue()


def by_vips(data):
    image = pyvips.Image.heifload_buffer(data)
    return tuple(round(image(64 * at + 32, 32)[0]) for at in range(3))


def by_pillow(data):
    image = Image.open(io.BytesIO(data)).convert("L")
    return tuple(image.getpixel((64 * at + 32, 32)) for at in range(3))


def near(one, other):
    return all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))


colour, grey = avif("4:2:0"), avif("4:0:0")
version = ".".join(str(pyvips.version(part)) for part in range(3))
print(f"AVIF of 0, 128, 255 in limited range, libvips {version} and libavif:")
for name, data in (("4:2:0", colour), ("4:0:0", grey)):
    print(f"  {name}: {by_vips(data)} and {by_pillow(data)}")
assert near(by_vips(colour), (0, 128, 255)) and near(by_pillow(colour), (0, 128, 255))
assert near(by_pillow(grey), (0, 128, 255))
assert near(by_vips(grey), (16, 126, 235)), "grey is stretched now"

# HEIC: the luma is 16 to 235, and the "nclx" says limited (the last byte is the range).
limited = ramp.point(lambda value: round(16 + value * 219 / 255))
file = io.BytesIO()
pillow_heif.from_pillow(limited).save(file, quality=95)
heic = bytearray(file.getvalue())
heic[heic.index(b"colrnclx") + 14] = 0
decoded = pillow_heif.open_heif(bytes(heic))
found = tuple(decoded.data[32 * decoded.stride + 64 * at + 32] for at in range(3))
print(f"HEIC of the same, pillow-heif {pillow_heif.__version__} (libheif {pillow_heif.libheif_version()}): {found}")
assert near(found, (16, 126, 235)), "grey is stretched now"
PYTHON
