#!/usr/bin/env bash
# Perceptual hashes of ImageHash are the same for any two bright 16-bit scans.
#
# One would guess that a library of perceptual hashes, which reduces each picture to eight shades first, does
# the same with 16 bits a sample as with 8: a 16-bit scan and its 8-bit copy get nearly the same hash.
# What happens: ImageHash 4.3.2 asks Pillow 13.0 for 8-bit grey, and Pillow cuts a 16-bit grey sample off at
# 255 instead of scaling it. All that is brighter than 0.4 % of white becomes white, so the average, perceptual,
# difference and wavelet hashes of two quite different scans are equal, without a warning.
# Why it matters: scanners of negatives and slides write 16-bit grey TIFF and PNG. A picture library that looks
# for near duplicates by these hashes proposes to delete all of them but one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ImageHash==4.3.2 pillow==13.0.0 numpy==2.3.5
"$folder/venv/bin/python" - <<'PYTHON'
import io

import imagehash
import numpy
from PIL import Image

HASHES = (imagehash.average_hash, imagehash.phash, imagehash.dhash, imagehash.whash)


def opened(samples):
    """A grey TIFF of these samples, as a scanner writes it, opened again."""
    file = io.BytesIO()
    Image.fromarray(samples).save(file, "TIFF")
    file.seek(0)
    return Image.open(file)


ramp = numpy.tile(numpy.linspace(1000, 65000, 256), (256, 1)).astype(numpy.uint16)
sideways = ramp.T.copy()
for function in HASHES:
    first, second = function(opened(ramp)), function(opened(sideways))
    small = function(opened((ramp >> 8).astype(numpy.uint8)))
    other = function(opened((sideways >> 8).astype(numpy.uint8)))
    print(f"{function.__name__:13} 16 bits: {first} {second}   8 bits: {small} {other}")
    assert first == second, "the two 16-bit scans are told apart now"
    assert small != other, "the 8-bit copies are not told apart"
PYTHON
