"""docs/architecture.md and CONTRIBUTING.md name files, functions and jobs that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text()
BOTH = PAGE + (ROOT / "CONTRIBUTING.md").read_text()
NAMED = sorted(
    set(re.findall(r"`((?:app|docs|frontend|infrastructure|scripts|tests)/[^`\s]+)`", BOTH))
)
# A name beside its file: `name` in `path`.
FUNCTIONS = sorted(set(re.findall(r"`(\w+)` in `(app/[^`\s]+\.py)`", BOTH)))
JOBS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in PAGE.split("## Periodic jobs")[1].split("\n## ")[0].splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| job"))
]


def defined_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    named = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assigned = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return named | assigned


@pytest.mark.parametrize("path", NAMED)
def test_page_file_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("name", "path"), FUNCTIONS)
def test_page_function_that_is_named_is_defined_there(name: str, path: str) -> None:
    assert name in defined_in(path)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job[0])
def test_page_periodic_job_is_defined_where_the_table_says(job: list[str]) -> None:
    _, functions, path = job
    for function in re.findall(r"`(\w+)`", functions):
        assert function in defined_in(path.strip("`")), function
