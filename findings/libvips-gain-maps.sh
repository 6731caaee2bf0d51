#!/usr/bin/env bash
# What libvips 8.18 makes of HDR photos (gain maps): lost with the metadata, EXIF with the map, RGB maps dark.
#
# One would guess that (1) keep="icc", with which every server strips GPS from thumbnails, keeps what belongs
# to the picture's looks; (2) keep="gainmap" keeps the gain map and nothing else; (3) uhdr2scRGB gives the
# same light for a grey map and for one of three equal channels (ISO 21496-1).
# What happens: (1) the gain map is counted as metadata, so keep="icc" makes HDR photos SDR without a word;
# (2) keep="gainmap" writes an EXIF block that was not there, in both JPEGs of the file; (3) the samples of a
# map of three channels, as Lightroom and Camera Raw write them, are taken for sRGB and made linear:
# a map in the middle brightens by 1.35 instead of 2.
# Why it matters: most phones of the last years write gain maps. A library that strips metadata by libvips
# loses HDR, one that keeps it for that must strip EXIF again, and tests of brightness by uhdr2scRGB mislead.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pyvips==3.2.0 pyvips-binary==8.18.7
"$folder/venv/bin/python" - <<'PYTHON'
import pyvips

G = pyvips.GValue
EXIF, ISO = b"Exif\0\0", b"urn:iso:std:iso:ts:21496:-1\0"
GREY_OF_128 = ((128 / 255 + 0.055) / 1.055) ** 2.4  # light, by sRGB's curve


def grey(bands, space):
    image = pyvips.Image.black(64, 64, bands=bands) + 128
    return image.cast("uchar").copy(interpretation=space)


def photo(map_bands):
    """A grey JPEG whose gain map is half of two stops everywhere: it is to be twice as bright."""
    image = grey(3, "srgb")
    image.set_type(G.image_type, "gainmap", grey(map_bands, "b-w" if map_bands == 1 else "srgb"))
    for name, value in {
        "max-content-boost": 4.0, "min-content-boost": 1.0, "gamma": 1.0, "offset-sdr": 0.0, "offset-hdr": 0.0
    }.items():
        image.set_type(G.array_double_type, f"gainmap-{name}", [value] * 3)
    image.set_type(G.gdouble_type, "gainmap-hdr-capacity-min", 1.0)
    image.set_type(G.gdouble_type, "gainmap-hdr-capacity-max", 4.0)
    image.set_type(G.gint_type, "gainmap-use-base-cg", 1)
    return image.uhdrsave_buffer(keep="gainmap")


version = ".".join(str(pyvips.version(part)) for part in range(3))
one, three = photo(1), photo(3)
read = pyvips.Image.uhdrload_buffer(one)
stripped = read.write_to_buffer(".jpg", keep="icc")
kept = read.write_to_buffer(".jpg", keep="gainmap")
print(f'libvips {version}: gain map after keep="icc": {ISO in stripped}, after keep="gainmap": {ISO in kept}')
print(f'  EXIF blocks made up by keep="gainmap": {kept.count(EXIF)}')
light = [pyvips.Image.uhdrload_buffer(d).uhdr2scRGB()(32, 32)[0] / GREY_OF_128 for d in (one, three)]
print(f"  brighter by {light[0]:.2f} with a grey map, by {light[1]:.2f} with three equal channels")
assert ISO not in stripped and ISO in kept
assert kept.count(EXIF) == 2, "no EXIF is made up now"
assert abs(light[0] - 2) < 0.02
assert abs(light[1] - 4 ** GREY_OF_128) < 0.02, "three channels are right now"
PYTHON
