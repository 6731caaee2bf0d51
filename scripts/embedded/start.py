"""What ./scripts/start does before anything is installed, with the standard library only."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NoReturn

from scripts.embedded.errors import StartError
from scripts.embedded.folder import DataFolder
from scripts.embedded.install import ROOT, VENV, Installer, stop_on_signals
from scripts.embedded.options import parse
from scripts.embedded.ports import claim_site_port
from scripts.embedded.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.embedded.options import Options

_INTERRUPTED = 130


def main(words: Sequence[str]) -> int:
    """Install, then become the launcher; returns only when something is in the way."""
    options = parse(words)
    progress = Progress()
    stop_on_signals()
    try:
        # Said now and not after minutes of installing; the launcher takes both for good.
        DataFolder(options.data).lock().close()
        claimed = claim_site_port(options.port)
        if claimed:
            claimed.close()
        Installer(requirements=["local"], progress=progress).run(site=not options.dev)
    except StartError as error:
        progress.say(f"\n{error}")
        return 1
    except PermissionError as error:
        progress.say(
            f"\nThis account may not use {error.filename}. Start as the account that owns it, or "
            "use a clone and a --data folder of your own."
        )
        return 1
    except KeyboardInterrupt:
        progress.say("\nStopped.")
        return _INTERRUPTED
    return _become_launcher(options)


def _become_launcher(options: Options) -> NoReturn:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    unwanted = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    os.chdir(ROOT)
    launcher = [str(VENV / "bin/python"), "-m", "scripts.embedded.launcher", *options.words()]
    os.execve(launcher[0], launcher, environment)  # noqa: S606 - this very process goes on as it
