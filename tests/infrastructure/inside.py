"""A function that runs inside the package, with the functions' Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Literal

from scripts.deployment.build import find_python
from scripts.embedded.stack import EmbeddedStack
from tests.support.lambda_environment import function_environment

INSIDE = Path(__file__).with_name("run_in_package.py")


class Inside:
    """A function that runs."""

    def __init__(
        self,
        handler: str,
        *,
        package: Path,
        stack: EmbeddedStack,
        folder: Path,
        door_before: str | None = None,
        **variables: str,
    ) -> None:
        self.log = folder / f"{handler}.log"
        self._errors = self.log.open("w")
        part: Literal["api", "worker"] = "worker" if handler == "worker" else "api"
        self._process = subprocess.Popen(
            [find_python(), "-B", INSIDE, handler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={
                **function_environment(stack, part, door_before=door_before),
                "PYTHONPATH": str(package),
                **variables,
            },
        )

    def tell(self, event: Any) -> Any:
        """Give it an event; return what it returned, or the name of what it raised."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def end(self) -> None:
        """End it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
        self._errors.close()
