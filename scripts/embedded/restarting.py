"""Restart processes that crashed, so that one crash does not end everything."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.embedded.processes import Crew, Part

# What cannot live for so long, so often in a row, is not going to: then everything ends, and the
# person reads why.
_BRIEF_SECONDS = 5.0
_MAX_BRIEF_LIVES = 5


@dataclass(kw_only=True)
class Restarter:
    """Looks after the parts of a crew, but those that may end by themselves."""

    crew: Crew
    say: Callable[[str], None]
    _brief_lives: dict[str, int] = field(default_factory=dict)
    _ends: dict[int, tuple[float, int]] = field(default_factory=dict)

    def restart_ended(self) -> None:
        """Start again what has ended, at once at first, then after longer and longer pauses.

        Raises:
            PartEndedError: a part does not live.
            StopRequestedError: the person asked to stop.
        """
        self.crew.check_interrupted()
        for part in list(self.crew.parts):
            if part.ended() and not part.program.may_end:
                self._restart(part)

    def _restart(self, part: Part) -> None:
        name = part.program.name
        ended_at, brief_lives = self._ends.get(part.process.pid) or self._note_end(part)
        if brief_lives >= _MAX_BRIEF_LIVES:
            self.crew.check()
        if time.monotonic() >= ended_at + brief_lives:
            status = part.process.returncode
            self.say(f"  {name} ended (exit status {status}) and is started again; see {part.log}.")
            del self._ends[part.process.pid]
            self.crew.restart(part)

    def _note_end(self, part: Part) -> tuple[float, int]:
        moment, name = time.monotonic(), part.program.name
        is_brief = moment - part.started < _BRIEF_SECONDS
        self._brief_lives[name] = self._brief_lives.get(name, 0) + 1 if is_brief else 0
        end = self._ends[part.process.pid] = (moment, self._brief_lives[name])
        return end
