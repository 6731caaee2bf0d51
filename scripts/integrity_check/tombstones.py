"""Summarize deletions by tombstone that the doctor found: how much, whose, and when to doubt it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# Of fewer pictures, and of no whole person, no question is made.
MANY_PICTURES = 10


class Tombstones:
    """Counts findings that a tombstone explains. All of them have rows: the doctor began there."""

    def __init__(self) -> None:
        self._pictures = 0
        self._people: set[str] = set()
        self._whole_people: set[str] = set()
        self._moments: list[datetime] = []

    def count(self, finding: dict[str, Any]) -> None:
        """Take one finding into account."""
        tombstone = finding.get("tombstone")  # a function of the version before tells none
        if not tombstone:
            return
        person = finding["key"].split("/")[1]
        self._pictures += 1
        self._people.add(person)
        if tombstone["whose"] == "person":
            self._whole_people.add(person)
        self._moments.append(datetime.fromisoformat(tombstone["at"]))

    def lines(self) -> Iterator[str]:
        """Say how many, and which option there is where they are many."""
        if not self._pictures:
            return
        first, last = (
            f"{moment(self._moments).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in (min, max)
        )
        yield (
            f"Deleted by tombstone: pictures {self._pictures}, of people {len(self._people)};"
            f" everything of people {len(self._whole_people)}."
        )
        yield f"The tombstones were written from {first} to {last}."
        if self._pictures < MANY_PICTURES and not self._whole_people:
            return
        yield (
            f"The rows of these {self._pictures} are still in the database. After a restore that is"
            " what was deleted since."
        )
        yield (
            "If it is more than people deleted, somebody else did:"
            " --distrust-tombstones-since TIME takes no account of those"
        )
        yield "written since, and --repair with it brings back what is still kept."
