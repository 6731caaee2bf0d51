#!/usr/bin/env bash
# probe-image-size tells the opposite turn of AVIF pictures that lie on their side.
#
# One would guess that the orientation it tells of an AVIF is that of EXIF, as for JPEG: 6 is to be turned by
# a quarter clockwise. image-size, its neighbour, should tell an orientation, too, as it does for JPEG.
# What happens: AVIF keeps the turn in the property irot, in quarters against the clock (ISO/IEC 23008-12,
# 6.5.10). probe-image-size 7.5.0 counts them clockwise: a picture of orientation 6 is 8, and of 8 is 6, so that
# whoever follows it shows the picture upside down. image-size 2.1.0 tells nothing but the size before the turn.
# Why it matters: a grid of pictures is laid out by what such libraries tell. A portrait gets a landscape's
# place, and a server that turns by that number turns it the wrong way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pillow==13.0.0 pyvips==3.2.0 pyvips-binary==8.18.7
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund probe-image-size@7.5.0 image-size@2.1.0
venv/bin/python - <<'PYTHON'
import pyvips
from PIL import Image

for turn in (6, 8):
    picture = Image.new("RGB", (64, 32), (255, 0, 0))
    picture.paste((0, 0, 255), (32, 0, 64, 32))  # blue on the right: below after 6, above after 8
    for kind in ("avif", "jpg"):
        exif = Image.Exif()
        exif[0x0112] = turn
        picture.save(f"{turn}.{kind}", exif=exif, quality=95)
    # Two readers that do it right: what is written and what is shown.
    shown = pyvips.Image.new_from_file(f"{turn}.avif").autorot()
    red_above = shown(16, 8)[0] > 128
    print(turn, "Pillow reads", Image.open(f"{turn}.avif").getexif()[0x0112], "libvips shows", (shown.width, shown.height))
    assert (shown.width, shown.height) == (32, 64) and red_above == (turn == 6)
PYTHON
node - <<'JS'
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const probe = require("probe-image-size");
const { imageSize } = require("image-size");
const told = (file) => [probe.sync(readFileSync(file)).orientation, imageSize(readFileSync(file)).orientation];
for (const turn of [6, 8]) {
  console.log(turn, "avif", told(`${turn}.avif`), "jpg", told(`${turn}.jpg`));
  assert.deepStrictEqual(told(`${turn}.jpg`), [turn, turn], "of JPEG both tell it");
  assert.deepStrictEqual(told(`${turn}.avif`), [14 - turn, undefined], "it has changed");
}
JS
