"""What one kind of request took."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass(kw_only=True)
class Measured:
    """What one kind of request took."""

    waits: list[float] = field(default_factory=list)
    api: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Tell it in milliseconds."""
        cuts = quantiles(self.waits, n=100)
        return (
            f"p50 {cuts[49]:6.2f}  p99 {cuts[98]:6.2f}  CPU api {median(self.api):5.2f}"
            f"  database {median(self.database):5.2f}"
        )
