"""Originals without metadata: the pixels stay byte for byte, and nothing else does (THREATS 26)."""

import io
import struct
import zlib
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from app.media.formats.sniff import AVIF, GIF, HEIC, JPEG, PNG, TIFF, WEBP
from app.media.formats.without_metadata import bare_pieces
from tests.support.images import heic, jpeg

pillow_heif.register_heif_opener()

CANARY = "CANARY-48.8582"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{CANARY}</x:xmpmeta>".encode()


def bare(content: bytes, content_type: str) -> bytes | None:
    pieces = bare_pieces(content, content_type)
    if pieces is None:
        return None
    return b"".join(
        each if isinstance(each, bytes) else bytes(each) if isinstance(each, int)
        else content[each[0] : each[1]]
        for each in pieces
    )  # fmt: skip


def exif(orientation: int = 1) -> bytes:
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010E] = CANARY
    made[0x010F] = CANARY
    made.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.5), 3: "E", 4: (2.0, 17.0, 40.2)})
    return made.tobytes()


def picture(size: tuple[int, int] = (96, 64)) -> Image.Image:
    across = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (across, across.rotate(90).resize(size), across.rotate(180)))


def saved(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    save: Callable[..., None] = image.save
    save(buffer, **options)
    return buffer.getvalue()


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def full_jpeg(**more: object) -> bytes:
    """Everything that a JPEG may say, before, between and behind the pixels."""
    whole = saved(
        picture(),
        format="JPEG",
        exif=exif(6),
        xmp=XMP,
        comment=CANARY,
        icc_profile=profile(),
        **more,
    )
    more_said = (
        segment(0xED, b"Photoshop 3.0\0" + CANARY.encode())
        + segment(0xE2, b"FPXR\0" + CANARY.encode())
        + segment(0xE5, CANARY.encode())
    )
    return whole[:2] + more_said + whole[2:] + saved(picture((8, 8)), format="JPEG", comment=CANARY)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    said = kind + content
    return struct.pack(">L", len(content)) + said + struct.pack(">L", zlib.crc32(said))


def full_png() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", CANARY)
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    whole = saved(picture(), format="PNG", pnginfo=words, exif=exif(), icc_profile=profile())
    late = png_chunk(b"eXIf", exif()) + png_chunk(b"caNv", CANARY.encode())
    return whole[:-12] + late + whole[-12:] + CANARY.encode()


def moving(kind: str, **more: object) -> bytes:
    others = [picture().rotate(turn) for turn in (90, 180)]
    return saved(picture(), format=kind, save_all=True, append_images=others, **more)


def full_heic() -> bytes:
    made = pillow_heif.from_pillow(picture((256, 128)))
    buffer = io.BytesIO()
    made.save(buffer, exif=exif(), xmp=XMP, quality=80)
    return buffer.getvalue() + struct.pack(">L4s", 8 + len(CANARY), b"mpvd") + CANARY.encode()


FULL: dict[str, tuple[str, Callable[[], bytes]]] = {
    "jpeg": (JPEG, full_jpeg),
    "progressive jpeg": (JPEG, lambda: full_jpeg(progressive=True)),
    "cmyk jpeg": (
        JPEG,
        lambda: saved(picture().convert("CMYK"), format="JPEG", exif=exif(), comment=CANARY),
    ),
    "png": (PNG, full_png),
    "apng": (PNG, lambda: moving("PNG", exif=exif())),
    "webp": (
        WEBP,
        lambda: saved(picture(), format="WEBP", exif=exif(6), xmp=XMP, icc_profile=profile()),
    ),
    "lossless webp": (WEBP, lambda: saved(picture(), format="WEBP", lossless=True, exif=exif())),
    "moving webp": (WEBP, lambda: moving("WEBP", exif=exif(), xmp=XMP)),
    "heic": (HEIC, full_heic),
    "avif": (AVIF, lambda: saved(picture(), format="AVIF", exif=exif(), xmp=XMP)),
}


def pixels(content: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(content)) as image:
        return [frame.tobytes() for frame in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("name", FULL)
def test_pixels_stay_and_nothing_that_is_written_beside_them(name: str) -> None:
    content_type, make = FULL[name]
    original = make()
    assert CANARY.encode() in original
    stripped = bare(original, content_type)
    assert stripped is not None
    assert pixels(stripped) == pixels(original)
    for canary in (CANARY.encode(), b"CANARY", b"xmpmeta", b"Photoshop", b"FPXR\0"):
        assert canary not in stripped
    with Image.open(io.BytesIO(stripped)) as image, Image.open(io.BytesIO(original)) as before:
        assert image.size == before.size
        assert image.info.get("icc_profile") == before.info.get("icc_profile")
        tags = image.getexif()
        assert not tags.get_ifd(0x8825)
        assert set(tags) <= {0x0112}
        if content_type != HEIC:  # which says it by a property
            assert tags.get(0x0112, 1) == before.getexif().get(0x0112, 1)
        assert "xmp" not in image.info or not image.info["xmp"]
        assert not image.info.get("comment")


def test_what_a_phone_writes_loses_its_place() -> None:
    for made, kind in ((jpeg(place=(48.8582, 2.2945)), JPEG), (heic(), HEIC)):
        stripped = bare(made.content, kind)
        assert stripped is not None
        assert pixels(stripped) == pixels(made.content)
        assert b"Pinhole Works" not in stripped


def test_what_is_not_understood_is_not_given() -> None:
    whole = full_jpeg()
    assert bare(saved(picture().convert("P"), format="GIF"), GIF) is None
    assert bare(saved(picture(), format="TIFF"), TIFF) is None
    assert bare(whole[:400], JPEG) is None
    assert bare(full_png()[:200], PNG) is None
    assert bare(full_heic()[:300], HEIC) is None
    assert bare(whole[:2] + segment(0xF7, b"unknown") + whole[2:], JPEG) is None


@pytest.mark.parametrize("name", FULL)
def test_no_cut_or_changed_file_raises(name: str) -> None:
    content_type, make = FULL[name]
    original = make()
    for at in range(0, len(original), 97):
        bare(original[:at], content_type)
        bare(original[:at] + b"\xff\xff\xff\xff" + original[at + 4 :], content_type)
