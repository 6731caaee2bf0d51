"""docs/aws-checks.md names tests that exist, for each of its 23 numbers."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/aws-checks.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if re.match(r"\| \d", line)]


@pytest.mark.parametrize("named", NAMED)
def test_what_is_named_exists(named: str) -> None:
    path, _, test = named.partition("::")
    assert (ROOT / path).exists()
    if test:
        assert f"\ndef {test}(" in (ROOT / path).read_text()


def test_each_number_has_a_check() -> None:
    assert sorted({int(number) for number, *_ in ROWS}) == list(range(1, 24))
    for number, _, check, _, seen_failing in ROWS:
        assert "::test_" in check, number
        assert seen_failing.strip(), number
