"""Check the images of ./scripts/start, while its database and storage run."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from scripts.embedded.environment import kept_environment
from scripts.embedded.errors import StartError
from scripts.embedded.install import ROOT
from scripts.embedded.stack import EmbeddedStack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.integrity_check.options import Options


def slices_on_this_machine(options: Options) -> Iterator[dict[str, Any]]:
    """Start the services, look, and stop them.

    Raises:
        StartError: there is nothing here, it is in use, or something failed.
    """
    if not (options.data / "postgres").exists():
        raise StartError(f"There is no Pinhole in {options.data}. Is it --data or --aws?")
    # Nobody uploads meanwhile; the next start says again who may.
    with EmbeddedStack(data=options.data, site_origin="http://localhost:8000") as stack:
        # An operator's rights: the worker may not look at earlier versions.
        keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), stack.aws.root_key)
        environment = {**kept_environment(), **stack.environment("worker"), **keys}
        _run("app.cli.migrate", environment={**kept_environment(), **stack.environment("migrate")})
        with subprocess.Popen(
            [sys.executable, "-m", "app.cli.check_integrity", json.dumps(options.request())],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            for line in process.stdout or ():
                yield json.loads(line)
        if process.returncode:
            raise StartError("The examination ended early; what it said is above.")


def _run(module: str, *, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", module]
    if subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode:
        raise StartError(f"{module} failed; what it said is above.")
