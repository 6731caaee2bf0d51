"""docs/security.md names code and tests that exist: a promise without either would be words."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:app|tests|frontend)/[^`]+)`", PAGE)))
# Only the tables of promises begin so; another table says what each function can read.
PROMISES = re.findall(r"^\| # \|.*\n\|---.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
ROWS = [line.split("|")[1:-1] for table in PROMISES for line in table.splitlines()]


@pytest.mark.parametrize("named", NAMED)
def test_what_is_named_exists(named: str) -> None:
    path, _, test = named.partition("::")
    assert (ROOT / path).exists()
    if test:
        assert f"\ndef {test}(" in (ROOT / path).read_text()


def test_every_promise_is_attacked_somewhere() -> None:
    assert len(ROWS) > 20
    for number, promise, _, attacked in ROWS:
        assert promise.strip(), number
        assert "`tests/" in attacked, promise
