"""Which decoders hostile bytes can reach, and that none of them is an old one (THREATS 23)."""

import json
import subprocess
import sys

import PIL
import pillow_heif
import pytest
import pyvips  # type: ignore[import-untyped]
from PIL import features

from app.media.decode import original
from app.media.formats import sniff
from app.media.sandbox.process import bare_environment

# Enough of each for its loader to be tried.
UNTRUSTED = {
    "svgload_buffer": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    "pdfload_buffer": "%PDF-1.7\n",
    "magickload_buffer": "push graphic-context\n",
    "ppmload_buffer": "P6 1 1 255 abc",
    "radload_buffer": "#?RADIANCE\n",
    "jxlload_buffer": "\xff\x0a",
    "jp2kload_buffer": "\x00\x00\x00\x0cjP  ",
}
CHILD = """
import json, sys
from app.media.decode import decoder
from app.media.sandbox import self_test
from app.media.render import vision_input
from PIL import Image
import pyvips
decoder.prepare()
self_test.run_self_test()
said = {}
for name, content in json.loads(sys.argv[1]).items():
    try:
        pyvips.Operation.call(name, content.encode("latin-1"))
        said[name] = "it was opened"
    except pyvips.Error as error:
        said[name] = str(error)
print(json.dumps({"said": said, "pillow": sorted(Image.OPEN)}))
"""


@pytest.fixture(scope="module")
def child() -> dict[str, object]:
    """What a process tells that has all that a decoder process has, but no confinement."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(UNTRUSTED)],
        env=bare_environment() | {"PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        check=True,
    )
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("loader", UNTRUSTED)
def test_what_libvips_itself_does_not_trust_is_blocked(
    child: dict[str, dict[str, str]], loader: str
) -> None:
    said = child["said"][loader]
    assert "operation is blocked" in said or "not found" in said


def test_of_pillow_a_child_has_only_what_it_names(child: dict[str, object]) -> None:
    assert child["pillow"] == ["JXL", "TIFF"]


def test_what_is_taken_in_is_a_list_and_each_has_one_loader() -> None:
    assert set(sniff.SUPPORTED) == {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic"),
        *("image/heif", "image/tiff", "image/jxl", "image/x-adobe-dng", "image/x-nikon-nef"),
        *("image/x-canon-cr2", "image/x-canon-cr3", "image/x-sony-arw", "image/x-fuji-raf"),
        *("image/x-panasonic-rw2", "image/x-olympus-orf", "image/x-pentax-pef"),
        *("image/x-samsung-srw", "image/x-hasselblad-3fr", "image/x-epson-erf"),
        *("image/x-phaseone-iiq", "image/x-raw", "video/quicktime", "video/mp4"),
    }
    # Of videos the first frame alone is decoded, as the picture that it is.
    otherwise = {sniff.JXL, *sniff.RAW, *sniff.VIDEOS}
    assert original._LOADERS.keys() == set(sniff.SUPPORTED) - otherwise  # noqa: SLF001
    assert set(original._LOADERS.values()) == {  # noqa: SLF001
        *("jpegload_source", "pngload_source", "gifload_source", "webpload_source"),
        *("heifload_source", "tiffload_source"),
    }


def version(text: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in (text or "0").split(".")[:3])


def test_no_decoder_is_older_than_its_last_known_hole() -> None:
    assert version(PIL.__version__) >= (12, 3)
    assert version(pillow_heif.libheif_version()) >= (1, 22)  # CVE-2026-32740
    assert tuple(pyvips.version(part) for part in range(3)) >= (8, 18, 0)
    assert version(features.version("avif")) >= (1, 2)
