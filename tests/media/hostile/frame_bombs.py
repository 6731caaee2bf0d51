"""Films of a hundred thousand frames, books of as many pages, and rings of directories."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.media.hostile.bad_file import READY, UNREADABLE, BadFile
from tests.media.samples import EVERY_TYPE, png_chunk, quarters, saved

KIND = "frame bomb"
_MANY = 100_000


def frame_bombs() -> Iterator[BadFile]:
    """Each is shown by its first frame, whatever comes after it."""
    for name, content, ends in (
        ("100,000 frames.gif", _gif(_MANY), READY),
        ("1,000 frames of 9 megapixels.gif", _large_gif(1_000), READY),
        ("100,000 extensions.gif", _extended_gif(_MANY), READY),
        ("100,000 frames.webp", _webp(_MANY), READY),
        ("100,000 frames.png", _apng(_MANY), READY),
        ("60,000 pages.tif", _tiff(60_000), READY),
        ("a ring of one page.tif", _ring(1), READY),
        ("a ring of three pages.tif", _ring(3), READY),
        ("pages in pages.tif", _nested(), READY),
        ("a chain of endless pages.dng", _endless_raw(), UNREADABLE),
        ("65,535 items.heic", _heif("image/heic"), UNREADABLE),
        ("65,535 items.avif", _heif("image/avif"), UNREADABLE),
    ):
        yield BadFile(kind=KIND, name=name, content=content, ends=ends)


def _film(**options: object) -> bytes:
    frames = [Image.new("P", (64, 64), n) for n in range(3)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], **options)


def _gif(frames: int) -> bytes:
    film = _film(duration=10)
    first = film.find(b"\x21\xf9")
    return film[:first] + film[first:-1] * (frames // 3) + b";"


def _large_gif(frames: int) -> bytes:
    flat = saved(Image.new("P", (3000, 3000), 1), "GIF")
    first = 13 + 3 * 2 ** ((flat[10] & 7) + 1)
    return flat[:first] + flat[first:-1] * frames + b";"


def _extended_gif(count: int) -> bytes:
    flat = EVERY_TYPE["image/gif"]
    first = 13 + 3 * 2 ** ((flat[10] & 7) + 1)
    return flat[:first] + b"\x21\xfe\x01x\0" * count + flat[first:]


def _webp(frames: int) -> bytes:
    film = saved(quarters(32, 32), "WEBP", save_all=True, append_images=[quarters(32, 32)])
    at = film.find(b"ANMF")
    (size,) = struct.unpack_from("<L", film, at + 4)
    body = film[12:at] + film[at : at + 8 + size + size % 2] * frames
    return b"RIFF" + struct.pack("<L", 4 + len(body)) + b"WEBP" + body


def _apng(frames: int) -> bytes:
    still = saved(quarters(32, 32), "PNG")
    at = still.find(b"IDAT") - 4
    control = struct.pack(">LLLLLHHBB", 0, 32, 32, 0, 0, 1, 10, 0, 0)
    tiny = struct.pack(">L", 1) + zlib.compress(bytes(32 * (1 + 3 * 32)))
    film = png_chunk(b"acTL", struct.pack(">LL", frames, 0)) + png_chunk(b"fcTL", control)
    more = (png_chunk(b"fcTL", control) + png_chunk(b"fdAT", tiny)) * frames
    return still[:at] + film + still[at:-12] + more + still[-12:]


def _tiff(pages: int) -> bytes:
    whole = bytearray(EVERY_TYPE["image/tiff"])
    start, count = _directory(whole)
    directory = bytes(whole[start : start + 2 + 12 * count])
    at = len(whole) + len(whole) % 2
    struct.pack_into("<L", whole, start + len(directory), at)
    whole += bytes(len(whole) % 2)
    step = len(directory) + 4
    for page in range(1, pages + 1):
        following = at + page * step if page < pages else 0
        whole += directory + struct.pack("<L", following)
    return bytes(whole)


def _ring(pages: int) -> bytes:
    whole = bytearray(EVERY_TYPE["image/tiff"] if pages == 1 else _tiff(pages - 1))
    start, count = _directory(whole)
    struct.pack_into("<L", whole, len(whole) - 4 if pages > 1 else start + 2 + 12 * count, start)
    return bytes(whole)


def _nested() -> bytes:
    """Each directory is its own sub-directory, by a tag that says where it lies."""
    file = io.BytesIO()
    quarters().save(file, "TIFF", tiffinfo={330: 8})
    return file.getvalue()


def _directory(whole: bytes | bytearray) -> tuple[int, int]:
    (start,) = struct.unpack_from("<L", whole, 4)
    return start, struct.unpack_from("<H", whole, start)[0]


def _endless_raw() -> bytes:
    """A DNG whose directory points to a thousand others, all of them itself."""
    entries = struct.pack("<HHLL", 330, 4, 1000, 64) + struct.pack("<HHLL", 50706, 1, 4, 1)
    head = b"II*\0" + struct.pack("<L", 8) + struct.pack("<H", 2) + entries + struct.pack("<L", 8)
    return head.ljust(64, b"\0") + struct.pack("<L", 8) * 1000


def _heif(content_type: str) -> bytes:
    """A container that promises more items than it has bytes."""
    whole = bytearray(EVERY_TYPE[content_type])
    at = whole.find(b"iinf")
    struct.pack_into(">H", whole, at + 8, 65_535)
    return bytes(whole)
