"""Install what tests deploy into: an emulated AWS on the functions' own Python.

`python3 -m scripts.deployment.emulated`, after ./scripts/build.
"""

from __future__ import annotations

import subprocess
import sys

from scripts.deployment.build import find_python
from scripts.embedded.errors import StartError
from scripts.embedded.install import ONLY_WHEELS, ROOT, UV
from scripts.embedded.progress import Progress

VENV = ROOT / ".venv-emulated"
_REQUIREMENTS = ROOT / "requirements/emulated.txt"


def main() -> int:
    """Make the environment what its requirements say; quick when it is that already."""
    progress = Progress()
    try:
        python = find_python()
    except StartError as error:
        progress.say(f"\n{error}")
        return 1
    if not (VENV / "bin/python").exists():
        subprocess.run([UV, "venv", "--quiet", "--clear", "--python", python, VENV], check=True)
    sync = ["pip", "sync", "--quiet", *ONLY_WHEELS, "--python", str(VENV / "bin/python")]
    return subprocess.run([str(UV), *sync, str(_REQUIREMENTS)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
