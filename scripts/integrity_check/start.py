"""Start ./scripts/doctor before anything is installed, with the standard library only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

from scripts.embedded.errors import StartError
from scripts.embedded.install import ROOT, VENV, Installer, stop_on_signals
from scripts.embedded.progress import Progress
from scripts.integrity_check.options import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

CANNOT_TELL = 2
_INTERRUPTED = 130


def main(words: Sequence[str]) -> int:
    """Install, then become the program that looks."""
    parse(words)  # what is wrong with them is said now
    progress = Progress()
    stop_on_signals()
    try:
        Installer(requirements=["local"], progress=progress).run(site=False)
    except StartError as error:
        progress.say(f"\n{error}")
        return CANNOT_TELL
    except KeyboardInterrupt:
        return _INTERRUPTED
    return _become_examination(words)


def _become_examination(words: Sequence[str]) -> NoReturn:
    os.chdir(ROOT)
    program = [str(VENV / "bin/python"), "-m", "scripts.integrity_check.examine", *words]
    os.execv(program[0], program)  # noqa: S606 - this very process goes on as it
