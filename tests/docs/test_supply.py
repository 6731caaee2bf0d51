"""What is installed, and what the product says that it is made of."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scripts.embedded.install import NPM_CI, ONLY_WHEELS
from scripts.generation.sbom import write

ROOT = Path(__file__).parents[2]
INSTALLS = re.compile(r"npm[\", ]+(ci|install)\b|pip\"?,? +\"?(install|sync)\b")


def pinned(requirements: str) -> dict[str, set[str]]:
    """Name to SHA-256s, of a locked file of requirements."""
    found: dict[str, set[str]] = {}
    for block in re.split(r"\n(?=[a-z0-9])", (ROOT / requirements).read_text()):
        if match := re.match(r"([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)", block):
            found[f"{match[1]} {match[2]}"] = set(re.findall(r"sha256:([0-9a-f]{64})", block))
    return found


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    if not shutil.which("npm"):
        pytest.skip("there is no npm on the path")
    folder = tmp_path_factory.mktemp("bills")
    return {path.name: json.loads(path.read_text()) for path in write(folder)}


def test_the_bill_of_the_functions_names_each_package_with_its_hashes(
    bills: dict[str, dict[str, Any]],
) -> None:
    bill = bills["functions.cdx.json"]
    assert bill["bomFormat"] == "CycloneDX"
    named = {
        f"{each['name']} {each['version']}": {
            found["content"]
            for reference in each["externalReferences"]
            for found in reference.get("hashes", [])
        }
        for each in bill["components"]
    }
    assert named == pinned("requirements/lambda.txt")


def test_the_bill_of_the_site_names_each_package_that_it_is_built_from(
    bills: dict[str, dict[str, Any]],
) -> None:
    bill = bills["site.cdx.json"]
    assert bill["bomFormat"] == "CycloneDX"
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())["packages"]
    wanted = {
        f"{path.rpartition('node_modules/')[2]} {package['version']}"
        for path, package in lock.items()
        if path
    }
    names = {f"{each['name']} {each['version']}" for each in bill["components"]}
    assert names == wanted
    assert {"react", "photoswipe"} <= {each["name"] for each in bill["components"]}


def test_no_code_of_packages_runs_when_they_are_installed() -> None:
    assert "--ignore-scripts" in NPM_CI
    assert {"--require-hashes", "--only-binary", "--build-constraints"} <= set(ONLY_WHEELS)
    folders = ("scripts", ".ci")
    for path in (each for folder in folders for each in (ROOT / folder).rglob("*")):
        if path.suffix not in {"", ".py", ".sh", ".yml"} or not path.is_file():
            continue
        for line in path.read_text().splitlines():
            if INSTALLS.search(line) and not line.lstrip().startswith(("#", '"""')):
                safe = ("--ignore-scripts", "*ONLY_WHEELS", "NPM_CI")
                tools = '"-m", "pip", "install", "--quiet"]' in line  # only_wheels on the next
                assert tools or any(word in line for word in safe), f"{path}: {line}"


def test_what_builds_packages_without_wheels_is_pinned() -> None:
    group = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["build"]
    locked = {name.partition(" ")[0] for name in pinned("requirements/build.txt")}
    assert set(group) <= locked
    assert all(pinned("requirements/build.txt").values())
