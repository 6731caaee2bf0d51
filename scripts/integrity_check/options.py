"""Command-line options of ./scripts/doctor."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.embedded.install import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

# Reading takes long, and a function has a quarter of an hour for each slice.
_ROWS_AT_A_TIME, _ROWS_READ_AT_A_TIME = 500, 50


@dataclass(frozen=True, kw_only=True)
class Options:
    """Where to look, and what may be done."""

    aws: bool
    data: Path
    yes: bool
    read: bool
    repair: bool
    forget_lost: bool
    distrust_tombstones_since: datetime | None
    adopt_since: datetime | None
    remove_orphans: bool

    @property
    def deletes(self) -> bool:
        """Whether something goes for good."""
        return self.forget_lost or self.remove_orphans

    def request(self) -> dict[str, Any]:
        """Return the request that app.cli.check_integrity takes."""
        distrusted = self.distrust_tombstones_since
        return {
            "max_rows": _ROWS_READ_AT_A_TIME if self.read else _ROWS_AT_A_TIME,
            "read": self.read,
            "repair": self.repair,
            "forget_lost": self.forget_lost,
            "distrust_tombstones_since": distrusted.isoformat() if distrusted else None,
            "adopt_since": self.adopt_since.isoformat() if self.adopt_since else None,
            "remove_orphans": self.remove_orphans,
        }


def parse(words: Sequence[str]) -> Options:
    """Read a command line; prints help or what is wrong and exits where that is asked for."""
    parser = argparse.ArgumentParser(
        prog="./scripts/doctor",
        description="Tell whether rows, objects and SHA-256 agree. Changes nothing unless told to.",
        epilog="Ends with 0 when all agree, 1 when something is left to do, 2 when it cannot tell.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--aws", action="store_true", help="the deployment of this shell's account")
    where.add_argument(
        "--data",
        type=lambda value: Path(value).expanduser().resolve(),
        default=ROOT / ".pinhole",
        metavar="DIR",
        help="of ./scripts/start (default: .pinhole in this folder); must not be running",
    )
    for name, explanation in {
        "--read": "read every picture to its end, instead of believing S3's checksum of it",
        "--repair": "bring back earlier versions, and make missing thumbnails again",
        "--forget-lost": "delete rows whose picture is in no version, or was deleted by tombstone",
        "--remove-orphans": "delete objects that no row knows",
        "--yes": "ask nothing",
    }.items():
        parser.add_argument(name, action="store_true", help=explanation)
    parser.add_argument(
        "--adopt-since",
        type=_moment,
        metavar="TIME",
        help="make rows for pictures stored since (2026-11-22T18:00Z): after a restore to then",
    )
    parser.add_argument(
        "--distrust-tombstones-since",
        type=_moment,
        metavar="TIME",
        help="take no account of tombstones written since: after somebody had pictures deleted",
    )
    return Options(**vars(parser.parse_args(words)))


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is no time") from error
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"say of which zone: {value}Z, or {value}+01:00")
    return moment
