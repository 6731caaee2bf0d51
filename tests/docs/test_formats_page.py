"""docs/formats.md says what is so: each oddity has a source, and a test where there can be one."""

import re
from pathlib import Path

import pytest

from app.media.formats.sniff import SUPPORTED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/formats.md").read_text()
ODDITIES = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in PAGE.split("## Oddities")[1].splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| kind"))
]
LETTERS = dict(re.findall(r"\b([A-Z])\s+`(test_\w+\.py)`", PAGE))
SOURCE = re.compile(r"[\w.-]+/[\w.-]+ \d+(, ([\w.-]+/[\w.-]+ )?\d+)*\Z")
WITHOUT_TEST = {"none", "S", "`facts.test.ts`"}


def test_there_are_many_and_none_comes_twice() -> None:
    kinds = [row[0] for row in ODDITIES]
    assert len(kinds) == len(set(kinds)) >= 40


@pytest.mark.parametrize("row", ODDITIES, ids=lambda row: row[0])
def test_oddity_has_a_source_a_value_and_a_test_that_exists(row: list[str]) -> None:
    kind, source, value, here, test = row
    assert kind
    assert value
    assert here
    assert SOURCE.match(source), source
    for name in test.split(", "):
        if name not in WITHOUT_TEST:
            assert (ROOT / "tests" / "media" / LETTERS[name]).exists()


def test_every_type_that_is_taken_in_is_named() -> None:
    for content_type in SUPPORTED:
        name = content_type.rpartition("/")[2].rpartition("-")[2]
        assert re.search(rf"\b{name}\b", PAGE, re.IGNORECASE), content_type
