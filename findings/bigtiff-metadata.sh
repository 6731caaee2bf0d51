#!/usr/bin/env bash
# Readers of EXIF take a BigTIFF for an ordinary TIFF, and say that it has no metadata or three nonsense tags.
#
# One would guess that a TIFF over 4 GB, or from a program that writes BigTIFF for all, is read like others or
# refused: its fourth byte (43 instead of 42) says that every count and place in it is longer.
# What happens: exifread 3.5.1 answers with tags 0x0000, 0x0003 and 0x0004, exifr 7.1.3 with an object without the
# description or the camera; neither raises. Pillow 13 and libvips 8.18.7 read it rightly.
# Why it matters: film scanners and stitching programs write BigTIFF for every large picture. A library that asks
# such a reader keeps them without caption, camera and date, and has no error to show for it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0 exifread==3.5.1
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts exifr@7.1.3
venv/bin/python - <<'PYTHON'
import io
from pathlib import Path

import exifread
import pyvips
from PIL import Image

for name, big in (("ordinary", False), ("big", True)):
    file = io.BytesIO()
    tags = {0x010E: "Mending nets", 0x010F: "Scanner"}
    Image.new("RGB", (32, 24)).save(file, "TIFF", big_tiff=big, tiffinfo=tags)
    Path(f"{name}.tif").write_bytes(file.getvalue())
    assert file.getvalue()[2] == (43 if big else 42)
    by_pillow = Image.open(file).tag_v2[0x010E]
    by_vips = pyvips.Image.tiffload_buffer(file.getvalue()).get("image-description")
    by_exifread = sorted(exifread.process_file(io.BytesIO(file.getvalue()), details=False))
    print(f"{name}: Pillow {by_pillow}, libvips {by_vips}, exifread {len(by_exifread)} {by_exifread[:3]}")
    assert by_pillow == by_vips == "Mending nets"
    assert ("Image ImageDescription" in by_exifread) is not big, "exifread knows BigTIFF by now"
    assert by_exifread, "exifread says something in either case"
PYTHON
cat > read.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import exifr from "exifr";

for (const [name, maker] of [["ordinary", "Scanner"], ["big", undefined]]) {
  const found = (await exifr.parse(readFileSync(`${name}.tif`))) ?? {};
  console.log(`${name}: exifr 7.1.3 ${found.Make}`);
  assert.equal(found.Make, maker, "exifr knows BigTIFF by now");
}
JS
node read.mjs
