"""Derived pictures show a picture and tell nothing else (THREATS 26).

Canaries sit wherever a file has room for words; none of them may be in a thumbnail or a preview.
"""

import io
import struct
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from app.media.decode.decoder import render
from app.media.results import Rendered
from tests.media.jpeg_segments import INNOCENT, blocks
from tests.media.raw_samples import cr3
from tests.media.samples import (
    in_vips,
    iptc_block,
    png_chunk,
    quarters,
    saved,
    with_segment,
    xmp_packet,
)

CANARY = b"CANARY"
CAPTION = f"<dc:description><rdf:Alt><rdf:li>{CANARY.decode()}</rdf:li></rdf:Alt></dc:description>"
XMP = xmp_packet("exif:GPSLatitude='48,51.492N' exif:GPSLongitude='2,17.67E'", CAPTION)
RED_THUMBNAIL = saved(Image.new("RGB", (64, 64), (255, 0, 0)), "JPEG")


def exif() -> bytes:
    """Every directory, a thumbnail of another picture, and canaries in all of them."""
    block = Image.Exif()
    block[0x010E], block[0x010F], block[0x013B] = "CANARY by", "CANARY make", "CANARY artist"
    block.get_ifd(0x8769).update({0x9286: b"ASCII\0\0\0CANARY comment", 0x927C: b"CANARY note"})
    block.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.5), 3: "E", 4: (2.0, 17.0, 40.2)})
    return block.tobytes()


def thumbnailed(block: bytes) -> bytes:
    """The EXIF block with a second picture in it, as cameras add one."""
    body = block.removeprefix(b"Exif\0\0")
    order = "<" if body[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "L", body, 4)
    (count,) = struct.unpack_from(order + "H", body, first)
    link, at = first + 2 + 12 * count, len(body)
    entries = ((0x0103, 6), (0x0201, at + 2 + 36 + 4), (0x0202, len(RED_THUMBNAIL)))
    directory = struct.pack(order + "H", 3)
    for tag, value in entries:
        directory += struct.pack(order + "HHLL", tag, 4, 1, value)
    body = body[:link] + struct.pack(order + "L", at) + body[link + 4 :]
    return b"Exif\0\0" + body + directory + bytes(4) + RED_THUMBNAIL + CANARY


def jpeg() -> bytes:
    content = saved(quarters(), "JPEG", quality=95, exif=thumbnailed(exif()), comment=CANARY)
    content = with_segment(content, 0xED, iptc_block((120, CANARY), (80, CANARY)))
    content = with_segment(content, 0xEF, b"CANARY in a segment of a maker's own")
    return with_segment(content, 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP) + CANARY


def png() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "CANARY")
    words.add_text("Author", "CANARY", zip=True)
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    content = saved(quarters(), "PNG", exif=exif(), pnginfo=words)
    return content[:-12] + png_chunk(b"prVt", CANARY) + content[-12:] + CANARY


def tiff() -> bytes:
    return saved(quarters(), "TIFF", tiffinfo={270: "CANARY", 700: XMP, 33723: CANARY}) + CANARY


def heic() -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(quarters()).save(file, quality=90, exif=exif(), xmp=XMP)
    return file.getvalue() + CANARY


def named_profile() -> bytes:
    """A wide gamut in a profile that names its owner."""
    wide = in_vips(quarters()).icc_transform("p3", input_profile="srgb")
    profile = bytearray(wide.get("icc-profile-data"))
    profile[80:84] = b"CANA"
    at = profile.find(b"\0D\0i\0s\0p")  # its name, in UTF-16
    profile[at : at + 12] = "CANARY".encode("utf-16-be")
    picture = Image.frombytes("RGB", (160, 96), bytes(wide.write_to_memory()))
    return saved(picture, "JPEG", quality=95, icc_profile=bytes(profile))


TELLING: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "png": png,
    "tiff": tiff,
    "webp": lambda: saved(quarters(), "WEBP", quality=95, exif=exif(), xmp=XMP) + CANARY,
    "avif": lambda: saved(quarters(), "AVIF", quality=90, exif=exif(), xmp=XMP) + CANARY,
    "heic": heic,
    "gif": lambda: saved(quarters(), "GIF", comment=CANARY) + CANARY,
    "a profile": named_profile,
    "raw": lambda: cr3(large=jpeg()) + CANARY,
}


@pytest.mark.parametrize("kind", TELLING)
def test_no_canary_leaves_the_decoder_pool(kind: str) -> None:
    original = TELLING[kind]()
    assert CANARY in original or CANARY.decode().encode("utf-16-be") in original
    outcome = render(original)
    assert isinstance(outcome, Rendered)
    for derived in (outcome.thumbnail, outcome.preview):
        assert derived is not None
        assert blocks(derived) <= INNOCENT
        picture = Image.open(io.BytesIO(derived))
        carried = picture.info.get("icc_profile", b"")
        for place in (derived, carried):
            for spelling in (CANARY, CANARY.decode().encode("utf-16-be"), b"CANA", b"48,51"):
                assert spelling not in place
        assert not picture.getexif()
        assert min(picture.convert("RGB").resize((1, 1)).tobytes()) > 20, "the red thumbnail"
    if kind == "a profile":
        assert ImageCms.getProfileName(ImageCms.ImageCmsProfile(io.BytesIO(carried))).strip()
