"""Raw photos are shown by the picture that the camera put into them, and by nothing worse."""

import random
import struct
import time

import pytest
import pyvips  # type: ignore[import-untyped]

from app.media.decode.decoder import render
from app.media.formats import sniff
from app.media.formats.raw_preview import find_embedded
from app.media.results import Rendered
from tests.media.raw_samples import (
    LARGE,
    OTHERWISE,
    PLACE,
    RAW,
    SENSOR,
    SMALL,
    box,
    cr3,
    first,
    number,
    orf,
    pef,
    srw,
    tiff,
    with_small_copy_first,
)
from tests.media.samples import quarters, saved
from tests.media.test_decode import opened, ready, shows_the_quarters


@pytest.mark.parametrize("content_type", RAW)
def test_the_cameras_own_picture_is_shown_upright(content_type: str) -> None:
    outcome = ready(RAW[content_type])
    assert outcome.content_type == content_type
    assert (outcome.width, outcome.height) == (160, 96)
    for derived in (outcome.thumbnail, outcome.preview):
        picture = opened(derived)
        assert picture.size == (160, 96)
        assert shows_the_quarters(picture)
    assert outcome.metadata.model == "Box One"


@pytest.mark.parametrize("name", OTHERWISE)
def test_however_the_camera_lays_it_out(name: str) -> None:
    content_type, content = OTHERWISE[name]
    outcome = ready(content)
    assert outcome.content_type == content_type
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))
    assert outcome.metadata.model == "Box One"


@pytest.mark.parametrize(
    "content_type",
    [
        *("image/x-canon-cr3", "image/x-fuji-raf", "image/x-olympus-orf", "image/x-pentax-pef"),
        "image/x-samsung-srw",
    ],
)
def test_the_time_is_read_wherever_the_container_keeps_it(content_type: str) -> None:
    assert str(ready(RAW[content_type]).metadata.taken_at) == "2024-05-03 14:05:06"


@pytest.mark.parametrize("content_type", RAW)
def test_what_ends_early_is_kept_as_damaged(content_type: str) -> None:
    whole = RAW[content_type]
    if content_type == "image/x-panasonic-rw2":
        whole = whole[: whole.find(SENSOR)]  # it does not say how much more there is
    cut = render(whole[:-50])
    assert isinstance(cut, Rendered)
    assert cut.outcome == "damaged"
    assert cut.content_type == content_type


def test_what_ends_before_its_picture_is_incomplete() -> None:
    """Of a PEF the sensor's numbers stand before the JPEG: a small copy may be all that came."""
    whole = RAW[sniff.PEF]
    outcome = render(whole[: whole.find(LARGE)])
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("damaged", "incomplete")
    assert outcome.preview is not None


def test_what_ends_in_its_first_directory_is_incomplete() -> None:
    outcome = render(RAW[sniff.ORF][:100])
    assert isinstance(outcome, Rendered)
    assert (outcome.content_type, outcome.reason) == (sniff.ORF, "incomplete")


def test_a_picture_whose_header_is_cut_off_is_kept() -> None:
    whole = RAW[sniff.NEF]
    at = whole.find(LARGE)
    outcome = render(whole[: at + LARGE.find(b"\xff\xda")])
    assert isinstance(outcome, Rendered)
    assert (outcome.content_type, outcome.reason) == (sniff.NEF, "incomplete")
    assert (outcome.width, outcome.metadata.model) == (6000, "Box One")


def test_without_a_picture_in_it_the_original_is_kept() -> None:
    sensor = {0x0100: number(600), 0x0101: number(400), 0x0106: number(32803)}
    outcome = render(tiff({**sensor, 0xC612: (1, b"\1\4\0\0")}, parts=()))
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("damaged", "undecodable")
    assert (outcome.width, outcome.height, outcome.preview) == (600, 400, None)


WITHOUT_A_JPEG = {
    "image/x-olympus-orf": (orf(has_preview=False, has_thumbnail=False), (5220, 3912)),
    "image/x-samsung-srw": (srw(has_jpegs=False), (6496, 4336)),
    "image/x-pentax-pef": (pef().replace(b"\xff\xd8\xff", b"\0\0\0"), (7392, 4950)),
    "image/x-hasselblad-3fr": (
        with_small_copy_first("Hasselblad")
        .replace(b"\xff\xd8\xff", b"\0\0\0")
        .replace(struct.pack("<HHLL", 0x0117, 4, 1, 32 * 24 * 3), bytes(12)),
        (11656, 8742),
    ),
    # It says nowhere how large it is.
    "image/x-panasonic-rw2": (RAW["image/x-panasonic-rw2"].replace(b"\xff\xd8", b"\0\0"), (0, 0)),
}


@pytest.mark.parametrize("content_type", WITHOUT_A_JPEG)
def test_a_known_container_without_a_picture_is_kept(content_type: str) -> None:
    content, size = WITHOUT_A_JPEG[content_type]
    outcome = render(content)
    assert isinstance(outcome, Rendered)
    assert (outcome.content_type, outcome.reason) == (content_type, "undecodable")
    assert ((outcome.width, outcome.height), outcome.preview) == (size, None)
    assert outcome.metadata.model == "Box One"


def test_a_small_copy_is_shown_where_nothing_else_is() -> None:
    """C-5050 and SP-350: the small copy in the maker's note is their only JPEG."""
    outcome = ready(orf(name=b"OLYMP\0\1\0", counts_from="", has_preview=False))
    assert (outcome.width, outcome.height) == (24, 32)


def test_a_jpeg_of_no_bytes_is_missing_nowhere() -> None:
    data = bytearray(RAW[sniff.NEF])
    entry = data.find(struct.pack("<HHL", 0x0201, 4, 1))
    struct.pack_into("<L", data, entry + 8, 2**31)
    struct.pack_into("<L", data, entry + 12 + 8, 0)  # of the length, which follows
    assert ready(bytes(data)).width == 160


def test_a_note_that_is_out_of_date_makes_nothing_incomplete() -> None:
    """Programs that rewrite a file leave the places in its maker's note as they were."""
    data = bytearray(pef())
    entry = data.find(struct.pack(">HHL", 0x0004, 4, 1))
    struct.pack_into(">L", data, entry + 8, 2**31)
    assert ready(bytes(data)).width == 160


def test_a_note_tells_its_own_order_of_bytes() -> None:
    """Those of PEF are in the file's order; that of a file that was rewritten may not be."""
    big = pef(is_old=True)
    at = big.find(b"AOC\0MM") + 6
    (count,) = struct.unpack_from(">H", big, at)
    entries = [struct.unpack_from(">HHL", big, at + 2 + 12 * n) for n in range(count)]
    values = [struct.unpack_from(">L", big, at + 10 + 12 * n)[0] for n in range(count)]
    little = struct.pack("<H", count) + b"".join(
        struct.pack("<HHLL", *entry, value) for entry, value in zip(entries, values, strict=True)
    )
    note = big[: at - 2] + b"II" + little + big[at + len(little) :]
    assert bytes(find_embedded(note, sniff.PEF).jpeg or b"") == LARGE


def test_a_lossless_jpeg_of_the_sensor_is_not_taken_for_a_picture() -> None:
    lossless = LARGE.replace(b"\xff\xc0", b"\xff\xc3", 1)
    directory = {0x0103: number(6), 0x0111: number(PLACE + 1), 0x0117: number(len(lossless))}
    found = find_embedded(
        tiff(first("NIKON"), directory, parts=(SMALL, lossless)), "image/x-nikon-nef"
    )
    assert found.jpeg is not None
    assert bytes(found.jpeg) == SMALL


def test_a_jpeg_of_too_many_pixels_is_passed_over() -> None:
    at = LARGE.find(b"\xff\xc0")
    huge = LARGE[: at + 5] + struct.pack(">HH", 60_000, 60_000) + LARGE[at + 9 :]
    assert ready(cr3(large=huge)).width < 160


def test_a_jpeg_of_102_megapixels_is_shown() -> None:
    """As the GFX 100's RAF (11,648 by 8,736) and the X2D's 3FR (11,656 by 8,742) have it."""
    pixels = pyvips.Image.black(11_656, 8_742).jpegsave_buffer(Q=50)
    outcome = ready(cr3(large=pixels))
    assert (outcome.width, outcome.height) == (8_742, 11_656)


HOSTILE_NOTES = {
    # tag, type, count, value of an entry of the note, or of its settings
    "settings that are the note itself": (0x2020, struct.pack("<HHLL", 0x2020, 4, 1, 16)),
    "settings nowhere": (0x2020, struct.pack("<HHLL", 0x2020, 4, 1, 2**32 - 1)),
    "a preview that begins nowhere": (0x0101, struct.pack("<HHLL", 0x0101, 4, 1, 2**32 - 1)),
    "a preview of no end": (0x0102, struct.pack("<HHLL", 0x0102, 4, 1, 2**32 - 1)),
    "a preview of no length": (0x0102, struct.pack("<HHLL", 0x0102, 4, 1, 0)),
    "a preview at a negative place": (0x0101, struct.pack("<HHLl", 0x0101, 9, 1, -100)),
    "a note of no end": (0x927C, struct.pack("<HHLL", 0x927C, 7, 2**32 - 1, 100)),
    "a note nowhere": (0x927C, struct.pack("<HHLL", 0x927C, 7, 100, 2**32 - 1)),
}


@pytest.mark.parametrize("name", HOSTILE_NOTES)
def test_a_note_leads_to_no_place_outside_the_file(name: str) -> None:
    tag, entry = HOSTILE_NOTES[name]
    whole = orf()
    at = whole.find(struct.pack("<H", tag), whole.find(struct.pack("<HH", 0x927C, 7)))
    data = whole[:at] + entry + whole[at + 12 :]
    found = find_embedded(data, sniff.ORF)
    jpeg = bytes(found.jpeg or b"")
    assert jpeg in {b"", SMALL} or jpeg == data[data.find(LARGE) :]
    outcome = render(data)
    assert isinstance(outcome, Rendered)
    assert outcome.content_type == sniff.ORF


def test_what_points_to_itself_or_nowhere_ends() -> None:
    began = time.process_time()
    loop = b"II*\0\x08\0\0\0" + struct.pack("<HHHLL", 1, 0x014A, 4, 1, 8) + struct.pack("<L", 8)
    many = struct.pack("<HHHLL", 1, 0x014A, 4, 2**32 - 1, 8)
    nested = b""
    for _ in range(3000):
        nested = box(b"moov", nested)
    wide = box(b"moov", box(b"trak", b"\0\0\0\x08free" * 100_000) * 20)
    for data in (loop, b"II*\0\x08\0\0\0" + many * 1000):
        assert find_embedded(data, "image/x-adobe-dng").jpeg is None
    for data in (nested, wide, b"\0\0\0\1moov" + b"\xff" * 8, b"\0\0\0\0moov" * 10):
        assert find_embedded(data, "image/x-canon-cr3").jpeg is None
    assert find_embedded(b"FUJIFILMCCD-RAW " + b"\xff" * 100, "image/x-fuji-raf").jpeg is None
    assert time.process_time() - began < 5


@pytest.mark.parametrize("content_type", RAW)
def test_no_bytes_raise(content_type: str) -> None:
    whole = RAW[content_type]
    for seed in range(150):
        chance = random.Random(seed)  # noqa: S311 - the same chances each time
        hostile = bytearray(whole[:2000])
        for _ in range(chance.randrange(1, 12)):
            hostile[chance.randrange(8, len(hostile))] = chance.randrange(256)
        data = bytes(hostile) + whole[2000:]
        find_embedded(data[: chance.randrange(16, len(data))], content_type)
        render(data)


def test_a_tiff_is_still_a_tiff() -> None:
    assert ready(saved(quarters(), "TIFF")).content_type == "image/tiff"
