"""What a bad file is: bytes, and what must become of them."""

from dataclasses import dataclass

from app.media.results import Rejected, Rendered

# Whatever a decoder says of broken bytes, short of dying of them.
ANY_END = frozenset(
    {
        "ready",
        "damaged: incomplete",
        "damaged: corrupt",
        "damaged: undecodable",
        "rejected: unreadable",
        "rejected: not_a_picture",
        "rejected: unsupported_type",
    }
)
INCOMPLETE = frozenset({"damaged: incomplete"})
# Enormous, and nothing in it: kept, whatever gives out first, patience excepted.
HUNGRY = frozenset(
    {
        "damaged: incomplete",
        "damaged: corrupt",
        "damaged: out_of_memory",
        "damaged: undecodable",
    }
)
UNREADABLE = frozenset({"rejected: unreadable"})
NO_PICTURE = frozenset({"rejected: not_a_picture"})
NOT_TAKEN_IN = frozenset({"rejected: unsupported_type"})
READY = frozenset({"ready"})


@dataclass(frozen=True, kw_only=True)
class BadFile:
    """A file that means harm. ends are the ends that it may come to, as end_of says them."""

    kind: str
    name: str
    content: bytes
    ends: frozenset[str] = ANY_END


def end_of(outcome: Rendered | Rejected) -> str:
    """Say in a word or two what became of a file."""
    if isinstance(outcome, Rejected):
        return f"rejected: {outcome.reason}"
    return "ready" if outcome.outcome == "ready" else f"damaged: {outcome.reason}"
