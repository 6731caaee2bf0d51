#!/usr/bin/env bash
# libvips shows AVIF with premultiplied alpha too dark where it is half transparent.
#
# One would guess that RGBA from any loader of libvips is straight alpha, as its documentation of
# vips_premultiply() has it, so that a picture can be scaled and saved as WebP.
# What happens: an AVIF may hold colours that are multiplied by alpha already, and say so by an item reference
# "prem" (ISO/IEC 23008-12; `avifenc --premultiply` writes it). libheif knows it, and libvips
# does not ask: heifload returns the multiplied colours, with no field that tells. Pillow (libavif) undoes it,
# pillow-heif returns mode "RGBa", whose one lower-case letter is easily taken for RGBA.
# Why it matters: stickers and cut-outs get dark fringes in every preview, and are multiplied twice on screen.
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

picture = Image.new("RGBA", (64, 64), (200, 100, 40, 128))
version = ".".join(str(pyvips.version(part)) for part in range(3))


def near(one, other):
    return all(abs(a - b) <= 4 for a, b in zip(one, other, strict=True))


found = {}
for premultiplied in (False, True):
    file = io.BytesIO()
    picture.save(file, "AVIF", quality=95, alpha_premultiplied=premultiplied)
    data = file.getvalue()
    assert (b"prem" in data) == premultiplied
    image = pyvips.Image.heifload_buffer(data)
    by_vips = tuple(map(round, image(32, 32)))
    by_pillow = Image.open(io.BytesIO(data)).getpixel((32, 32))
    print(f"AVIF, premultiplied {premultiplied}: libvips {version} {by_vips}, Pillow {by_pillow}")
    assert near(by_pillow, (200, 100, 40, 128))
    assert not [field for field in image.get_fields() if "prem" in field]
    found[premultiplied] = by_vips
assert near(found[False], (200, 100, 40, 128))
assert near(found[True], (100, 50, 20, 128)), "libvips undoes it now"

file = io.BytesIO()
pillow_heif.from_bytes("RGBa", (64, 64), picture.convert("RGBa").tobytes()).save(file, quality=95)
mode = pillow_heif.open_heif(file.getvalue()).mode
print(f"HEIC of the same: pillow-heif {pillow_heif.__version__} says {mode}")
assert mode == "RGBa"
PYTHON
