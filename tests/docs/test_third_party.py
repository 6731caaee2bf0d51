"""docs/third-party.md names everything that runs or is served, with its licence."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/third-party.md").read_text()


def locked(name: str) -> set[str]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return {line.partition("==")[0] for line in lines if re.match(r"[a-z0-9]", line)}


@pytest.mark.parametrize("name", ["lambda.txt", "local.txt"])
def test_page_locked_python_package_is_named(name: str) -> None:
    assert {each for each in locked(name) if f"`{each}`" not in PAGE} == set()


def test_page_dependency_of_the_site_is_named() -> None:
    package = json.loads((ROOT / "frontend/package.json").read_text())
    assert {each for each in package["dependencies"] if f"`{each}`" not in PAGE} == set()
