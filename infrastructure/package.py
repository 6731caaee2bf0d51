"""What ./scripts/build made: the site, and the package of all functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "build/package"
ABOUT_PACKAGE = ROOT / "build/package.json"
SITE = ROOT / "frontend/dist"

_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


class NotBuiltError(Exception):
    """./scripts/build has not run."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """The package and the site, ready to be uploaded."""

    package: Path
    site: Path
    runtime: lambda_.Runtime
    architecture: lambda_.Architecture


def find_built() -> Built:
    """Return what was built.

    Raises:
        NotBuiltError: there is none.
    """
    if not ABOUT_PACKAGE.exists() or not (SITE / "index.html").exists():
        raise NotBuiltError("Nothing is built yet: run ./scripts/build")
    about = json.loads(ABOUT_PACKAGE.read_text())
    return Built(
        package=PACKAGE,
        site=SITE,
        # The Python that compiled the package's bytecode, see docs/decisions/0012.
        runtime=lambda_.Runtime(about["runtime"], lambda_.RuntimeFamily.PYTHON),
        architecture=_ARCHITECTURES[about["architecture"]],
    )
