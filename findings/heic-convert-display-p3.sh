#!/usr/bin/env bash
# heic-convert takes the colours of Display P3 for those of sRGB, and says so nowhere.
#
# One would guess that a converter from HEIC to PNG or JPEG either keeps the colour profile or converts the
# pixels to sRGB.
# What happens: heic-convert 2.1.0 (libheif in WebAssembly, for Node and browsers) does neither. The pixels are
# passed on as they are coded and the profile is left out, so P3's red is shown as sRGB's red, and all
# colours are duller than on the phone.
# Why it matters: every iPhone photo since 2016 is in Display P3. Web sites convert HEIC before the upload with
# this package; the picture that reaches a library has lost its colours, and nothing in the file tells.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pillow==13.0.0 pillow-heif==1.8.1
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund heic-convert@2.1.0
cat >profile.py <<'PYTHON'
"""A minimal ICC profile of version 4 for Display P3, by ICC.1:2022."""
import struct


def fixed(*values):
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def text(words):
    coded = words.encode("utf-16-be")
    return struct.pack(">4s4xII2s2sII", b"mluc", 1, 12, b"en", b"US", len(coded), 28) + coded


curve = struct.pack(">4s4xH2x", b"para", 3) + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
point = struct.pack(">4s4x", b"XYZ ")
tags = {b"desc": text("Display P3"), b"cprt": text("CC0"), b"wtpt": point + fixed(0.9642, 1, 0.82491)}
tags |= {b"rXYZ": point + fixed(0.51512, 0.2412, -0.00105), b"gXYZ": point + fixed(0.29198, 0.69225, 0.04189)}
tags |= {b"bXYZ": point + fixed(0.1571, 0.06657, 0.78407), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
table, data, start = b"", b"", 132 + 12 * len(tags)
for name, content in tags.items():
    content += bytes(-len(content) % 4)
    table += struct.pack(">4sII", name, start + len(data), len(content))
    data += content
head = struct.pack(">I4xI4s4s4s6H4s28x", start + len(data), 0x04000000, b"mntr", b"RGB ", b"XYZ ", 2026, 1, 1, 0, 0, 0, b"acsp")
DISPLAY_P3 = head + fixed(0.9642, 1, 0.82491) + bytes(48) + struct.pack(">I", len(tags)) + table + data
PYTHON
venv/bin/python -c "
import pillow_heif; from PIL import Image; from profile import DISPLAY_P3
pillow_heif.register_heif_opener()
Image.new('RGB', (64, 64), (200, 60, 40)).save('red.heic', quality=95, icc_profile=DISPLAY_P3)"
node -e "const { readFileSync, writeFileSync } = require('fs');
require('heic-convert')({ buffer: readFileSync('red.heic'), format: 'PNG' })
  .then((png) => writeFileSync('red.png', Buffer.from(png)))"
venv/bin/python - <<'PYTHON'
import io; import pillow_heif
from PIL import Image, ImageCms
pillow_heif.register_heif_opener()
made, phone = Image.open("red.png").convert("RGB"), Image.open("red.heic")
profile = ImageCms.ImageCmsProfile(io.BytesIO(phone.info["icc_profile"]))
right = ImageCms.profileToProfile(phone, profile, ImageCms.createProfile("sRGB"))
one, other = made.getpixel((30, 30)), right.getpixel((30, 30))
kept = "icc_profile" in Image.open("red.png").info
print("coded (200, 60, 40), converted", one, "right in sRGB", other, "profile kept:", kept)
assert not kept, "it keeps the profile now"
assert max(map(abs, (one[0] - 200, one[1] - 60, one[2] - 40))) < 5 < abs(other[0] - one[0]), "it converts now"
PYTHON
