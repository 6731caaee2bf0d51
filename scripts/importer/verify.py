"""Whether every picture of the plan is on the site, by what the site says of its SHA-256."""

from collections.abc import Iterator
from dataclasses import dataclass

from .journal import Journal


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How many files are on the site, are there and not read yet, are not, and what is not."""

    verified: int
    arrived: int
    missing: list[str]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def verify(journal: Journal) -> Verified:
    """Compare each source file with what the site has. Ask the site for its changes before."""
    verified = arrived = 0
    missing: list[str] = []
    for path, state in _states(journal):
        if state in {"ready", "damaged", "joined"}:
            verified += 1
        elif state == "processing":
            arrived += 1  # S3 has compared its SHA-256 before it said yes
        else:
            missing.append(f"{path}: {_words(state)}")
    return Verified(verified=verified, arrived=arrived, missing=missing)


def _states(journal: Journal) -> Iterator[tuple[str, str | None]]:
    rows = journal.db.execute(
        "SELECT e.path, (SELECT t.state FROM there t WHERE t.sha256 = e.sha256 AND NOT t.deleted"
        " ORDER BY t.state IN ('ready', 'damaged', 'joined') DESC LIMIT 1) AS state"
        " FROM entries e WHERE e.outcome IN ('upload', 'same', 'here', 'failed') ORDER BY e.id"
    )
    for row in rows:
        yield row["path"], row["state"]


def _words(state: str | None) -> str:
    if state == "rejected":
        return "the site could not read it as a picture, and has not kept it"
    return "it is not on the site"
