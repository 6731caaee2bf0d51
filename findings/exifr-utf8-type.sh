#!/usr/bin/env bash
# exifr loses every tag of a photo when one of them is text in UTF-8, as EXIF 3.0 allows.
#
# One would guess that a reader which does not know a value's type passes over that value, or reads it as text.
# EXIF 3.0 (CIPA DC-008-2023, 4.6.2) added type 129 for UTF-8, beside ASCII, for just such names.
# What happens: exifr 7.1.3's parse() gives an object without camera, date or orientation, and raises nothing:
# the picture looks as if it had no metadata. exifread 3.5.1 leaves out that one tag alone.
# Why it matters: one maker's name in UTF-8 takes date, place and the way up from a whole camera's pictures, in
# every library and upload form whose browser reads EXIF by exifr.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet exifread==3.5.1 pillow==13.0.0
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts exifr@7.1.3
venv/bin/python - <<'PYTHON'
import io
import struct
from pathlib import Path

import exifread
from PIL import Image


def exif(kind):
    maker = "Küche".encode() + b"\0"
    entries = [(0x010F, kind, len(maker), 50), (0x0112, 3, 1, 6), (0x8769, 4, 1, 58)]
    taken = b"2024:05:01 10:00:05\0"
    block = b"II*\0" + struct.pack("<LH", 8, 3) + b"".join(struct.pack("<HHLL", *e) for e in entries)
    block = (block + bytes(4) + maker).ljust(58, b"\0")
    return block + struct.pack("<HHHLLL", 1, 0x9003, 2, 20, 76, 0) + taken


for kind in (2, 129):
    file = io.BytesIO()
    Image.new("RGB", (32, 24)).save(file, "JPEG", exif=b"Exif\0\0" + exif(kind))
    Path(f"type-{kind}.jpg").write_bytes(file.getvalue())
    tags = exifread.process_file(io.BytesIO(file.getvalue()), details=False)
    found = str(tags.get("EXIF DateTimeOriginal"))
    print(f"exifread 3.5.1, type {kind:3}: date {found}, maker {'Image Make' in tags}")
    assert found == "2024:05:01 10:00:05"
PYTHON
cat > read.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import exifr from "exifr";

for (const [kind, known] of [[2, true], [129, false]]) {
  const found = (await exifr.parse(readFileSync(`type-${kind}.jpg`))) ?? {};
  const said = [found.Make, found.Orientation, found.DateTimeOriginal?.toISOString()];
  console.log(`exifr 7.1.3, type ${String(kind).padStart(3)}: ${said.map(String).join(", ")}`);
  assert.equal(found.DateTimeOriginal !== undefined, known, "exifr knows the type by now");
  assert.equal(found.Orientation !== undefined, known);
}
JS
node read.mjs
