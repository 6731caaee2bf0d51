"""Which model describes pictures: the person's own, the stand-in, or none."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.embedded.environment import kept_environment
from scripts.embedded.processes import Part, Program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.embedded.processes import Crew

_PASSED_ON = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "OPENAI_EFFORT",
    "OPENAI_PRICES",
    "OPENAI_BATCH",
    "OPENAI_BUDGET_USD",
    "OPENAI_PERSON_BUDGET_USD",
)


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A model that answers on this machine, and whose descriptions are marked as demo."""

    port: int

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self, crew: Crew) -> Part:
        """Start it."""
        return crew.start(
            Program(
                name="openai-stand-in",
                command=[sys.executable, "-m", "scripts.embedded.openai_stand_in", str(self.port)],
                environment=kept_environment(),
                directory=Path(__file__).parents[2],
            )
        )

    def settings(self) -> dict[str, str]:
        """What the API and the worker are told."""
        return {
            "OPENAI_API_KEY": "stand-in",
            "OPENAI_BASE_URL": self.address,
            "OPENAI_MODEL": "pinhole-demo",
            "OPENAI_BATCH": "on",
            "VISION_IS_DEMO": "1",
        }


def settings_of_person(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the model settings that a person has set, none without a key."""
    if not environment.get("OPENAI_API_KEY"):
        return {}
    return {name: environment[name] for name in _PASSED_ON if name in environment}
