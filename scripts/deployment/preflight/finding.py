"""One line of the preflight's table, and what it depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scripts.deployment.stack import Stack


Verdict = Literal["good", "note", "unknown", "bad"]
_EGRESS_OF_SIZE = {"small": "instance", "production": "gateway", "large": "gateway"}
CLOUDFRONT_REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the table; `scale` is what the stack is then given with `-c`."""

    name: str
    verdict: Verdict
    words: str
    advice: str = ""
    scale: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be deployed, as far as looks depend on it."""

    context: Mapping[str, str]
    stack: Stack
    resolves: Callable[[str], bool]  # whether a host has an IPv6 address, seen from here

    @property
    def is_new(self) -> bool:
        """Tell whether everything is made anew, and so counts against quotas."""
        return self.stack.kind in {"new", "failed", "half_gone"}

    @property
    def size(self) -> str:
        """Return the size's name."""
        return self.context.get("size") or "small"

    @property
    def egress(self) -> str:
        """Return by which way functions reach out."""
        return self.context.get("egress") or _EGRESS_OF_SIZE.get(self.size, "gateway")
