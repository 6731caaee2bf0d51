"""What a person may choose of an import."""

from dataclasses import dataclass
from datetime import tzinfo


@dataclass(frozen=True, kw_only=True)
class Options:
    """How exports are read."""

    zone: tzinfo
    albums_by_folder: bool = False
    people_as_tags: bool = False
    tags_by_name: bool = True
    with_trash: bool = False
    with_locked: bool = False
    own_only: bool = False
    restores: bool = False


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What the site takes in."""

    types: frozenset[str]
    max_bytes: int
