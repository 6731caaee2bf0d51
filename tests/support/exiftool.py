"""ExifTool, which says what other programs read of a file."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest


def exiftool(*words: str, folder: Path | None = None) -> str:
    """Run it and return what it prints; a test that cannot run it fails."""
    command = shutil.which("exiftool")
    if command is None:
        pytest.fail("Install ExifTool (libimage-exiftool-perl on Debian), which this test needs.")
    done = subprocess.run(
        [command, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


def read_by_exiftool(path: Path) -> dict[str, Any]:
    """Return what a file says in XMP, by "group:name", numbers as numbers."""
    found: dict[str, Any] = json.loads(exiftool("-json", "-G1", "-n", "-xmp:all", str(path)))[0]
    del found["SourceFile"]
    return found
