"""The ends of logs, as they are shown to the person at the terminal."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LINES = 40
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def tail(log: Path) -> str:
    """Return the last lines of a log, without colours."""
    with log.open(errors="replace") as file:
        return _COLOURS.sub("", "".join(deque(file, _LINES))).strip()
