"""What a person may ask of ./scripts/start."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
_LARGEST_PORT = 65535


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to start."""

    port: int
    data: Path
    dev: bool
    demo: bool

    def words(self) -> list[str]:
        """Return the command line that means these options."""
        flags = [name for name in ("dev", "demo") if getattr(self, name)]
        return ["--port", str(self.port), "--data", str(self.data), *(f"--{f}" for f in flags)]


def parse(words: Sequence[str]) -> Options:
    """Read a command line; prints help or what is wrong and exits where that is asked for."""
    parser = argparse.ArgumentParser(
        prog="./scripts/start", description="Run Pinhole on this machine until Ctrl-C."
    )
    parser.add_argument("--port", type=_port, default=8000, help="of the site (default: 8000)")
    parser.add_argument(
        "--data",
        type=lambda value: Path(value).expanduser().resolve(),
        default=ROOT / ".pinhole",
        metavar="DIR",
        help="where everything is kept (default: .pinhole in this folder)",
    )
    parser.add_argument(
        "--dev", action="store_true", help="reload the page and the API when their code changes"
    )
    parser.add_argument(
        "--demo", action="store_true", help="fill a demo account; descriptions need no key then"
    )
    return Options(**vars(parser.parse_args(words)))


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) <= _LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{value!r} is no port")
    return int(value)
