"""While developing: the API and the worker start anew when their code changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.embedded.options import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.embedded.processes import Part
    from scripts.embedded.product import Product
    from scripts.embedded.progress import Progress


class Reloader:
    """Watches app/ and restarts what runs it."""

    def __init__(self, product: Product, parts: list[Part], *, progress: Progress) -> None:
        """Watch for `parts`, which are the API and the worker."""
        self._product = product
        self._parts = parts
        self._progress = progress
        self._seen = _fingerprint()

    def look(self) -> None:
        """Restart both parts when a file has changed; say so when one has ended by itself."""
        now = _fingerprint()
        if now != self._seen:
            self._seen = now
            for part in self._parts:
                if part in self._product.stack.crew.parts:
                    self._product.stack.crew.stop(part)
            self._progress.say("  Reloading the API and the worker.")
            self._parts = [self._product.start_api(), self._product.start_worker()]
        for part in [part for part in self._parts if part.ended()]:
            # A mistake in the code, most likely: it is mended and saved, and we go on.
            self._progress.say(f"\n{part.program.name} ended:\n\n{part.tail()}\n")
            self._product.stack.crew.stop(part)
            self._parts.remove(part)


def _fingerprint() -> dict[Path, int]:
    found = {}
    for path in (ROOT / "app").rglob("*.py"):
        try:
            found[path] = path.stat().st_mtime_ns
        except FileNotFoundError:  # just deleted or being replaced
            continue
    return found
