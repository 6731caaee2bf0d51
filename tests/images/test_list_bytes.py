"""A page of 100 pictures weighs little on AWS, where each address carries a long session token."""

from __future__ import annotations

from tests.bench.list_bytes import SENT, ways_to_make_a_page

MOST = 0.12


def test_page_as_browsers_get_it_has_at_most_0_12_of_the_bytes_of_whole_addresses() -> None:
    ways = ways_to_make_a_page()
    whole, sent = len(ways["whole"]()), len(ways[SENT]())
    assert whole > 300_000  # the addresses are as long as those of AWS
    assert sent <= MOST * whole
    assert len(ways["shared"]()) < 0.3 * whole
