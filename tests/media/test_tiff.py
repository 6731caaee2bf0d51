"""Of a TIFF with many pages the first is opened, and the others are not even looked at."""

import struct

import pytest
import pyvips  # type: ignore[import-untyped]

from app.media.decode.decoder import render
from app.media.formats.tiff import ends_too_early, only_first_page
from app.media.results import Rendered
from tests.media.samples import in_vips, quarters


def book(*, big: bool) -> bytes:
    """Three pages, in libtiff's own layout."""
    page = in_vips(quarters())
    pages = page.join(page.invert(), "vertical").join(page, "vertical").copy()
    pages.set_type(pyvips.GValue.gint_type, "page-height", page.height)
    return bytes(pages.tiffsave_buffer(bigtiff=big))


def pages_in(data: object) -> int:
    opened = pyvips.Image.tiffload_buffer(data)
    return int(opened.get("n-pages")) if opened.get_typeof("n-pages") else 1


@pytest.mark.parametrize("big", [False, True])
def test_a_book_becomes_its_first_page(big: bool) -> None:  # noqa: FBT001 - one of two layouts
    whole = book(big=big)
    assert pages_in(whole) == 3
    first = only_first_page(whole)
    assert pages_in(first) == 1
    assert len(first) == len(whole)
    assert pages_in(whole) == 3
    assert not ends_too_early(whole)


def test_the_order_of_bytes_does_not_matter() -> None:
    for order, mark in (("<", b"II*\0"), (">", b"MM\0*")):
        directory = struct.pack(order + "HHHLL", 1, 256, 4, 1, 9)
        whole = mark + struct.pack(order + "L", 8) + directory + struct.pack(order + "L", 8)
        assert bytes(only_first_page(whole)) == whole[:-4] + bytes(4)
        assert not ends_too_early(whole)
        assert ends_too_early(whole[:-4] + b"\xff" * 4)


def test_what_may_be_written_is_written_in_place() -> None:
    own = bytearray(book(big=False))
    kept = memoryview(own)
    assert only_first_page(kept) == kept
    assert pages_in(bytes(own)) == 1


@pytest.mark.parametrize("content", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"II*\0\0\0\0\0"])
def test_what_has_no_page_stays_as_it_is(content: bytes) -> None:
    assert only_first_page(content) is content


def test_a_book_whose_last_pages_are_missing_is_shown_and_said_to_be_damaged() -> None:
    whole = book(big=False)
    directory = struct.unpack_from("<L", whole, 4)[0]
    (count,) = struct.unpack_from("<H", whole, directory)
    (second,) = struct.unpack_from("<L", whole, directory + 2 + 12 * count)
    assert second > directory
    outcome = render(whole[: second + 20])
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("damaged", "incomplete")
    assert outcome.preview is not None


def test_a_second_page_that_makes_no_sense_does_not_spoil_the_first() -> None:
    whole = bytearray(book(big=False))
    directory = struct.unpack_from("<L", whole, 4)[0]
    (count,) = struct.unpack_from("<H", whole, directory)
    (second,) = struct.unpack_from("<L", whole, directory + 2 + 12 * count)
    whole[second + 2 : second + 14] = b"\x01" * 12
    assert pages_in(only_first_page(bytes(whole))) == 1
    outcome = render(bytes(whole))
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
