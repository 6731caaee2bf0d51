"""What a search asks for, in PostgreSQL's words, and what it found."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.search.query import Chip

_FEW_DAYS = timedelta(days=62)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much is read for a page.

    Attributes:
        hits: entries of the index that are sorted.
        estimated: entries of the index, as PostgreSQL estimates, above which none is read.
        walk: images that one statement walks past.
        few: images of a few days, of which all are asked instead of the index of words.
        walks: statements of a page.
        entries: of albums whose titles have some of the words, above which none is read.
    """

    hits: int = 2_000
    estimated: int = 10_000
    walk: int = 20_000
    walks: int = 5
    few: int = 1_000
    entries: int = 500_000


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of images by id, in order.

    Attributes:
        ids: of the images.
        albums: whose titles have a word that was asked for.
        tags: of the person's own, which have a word that was asked for.
        named_tags: those that `tag:` names.
        chips: what of the query names tags, without saying so.
        total: how many match in all; None: more than are counted, or not the first page.
        next_cursor: where the next page begins; None: this is the last.
    """

    ids: list[UUID]
    albums: list[UUID]
    total: int | None
    next_cursor: str | None
    tags: list[UUID] = field(default_factory=list)
    named_tags: list[UUID] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class AlbumGroup:
    """Albums whose titles have the same of the words, and what is left for their images' texts."""

    albums: list[UUID]
    rest: str  # a tsquery; empty: nothing is left


@dataclass(frozen=True, kw_only=True)
class TagGroup:
    """Phrases that tags have, and what is left for their images' texts."""

    phrases: tuple[int, ...]
    rest: str  # the name of a value that is a tsquery; empty: nothing is left


@dataclass(kw_only=True)
class Asked:
    """A query in PostgreSQL's words."""

    words: str  # a tsquery; empty: no word was asked for
    bounds: Bounds
    groups: list[AlbumGroup] = field(default_factory=list)
    albums: list[UUID] = field(default_factory=list)
    entries: int = 0
    tag_groups: list[TagGroup] = field(default_factory=list)
    # Images with a tag, or of an album, that is named; empty: none is, or there are too many.
    few_named: str = ""
    is_walked: bool = False  # too many images have its tags to be sorted
    filters: list[str] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    is_deleted: bool = False
    is_favourite: bool = False

    @property
    def has_few_days(self) -> bool:
        """Whether it is about some weeks, by when images were taken."""
        first, end = self.values.get("first"), self.values.get("end")
        if isinstance(first, datetime) and isinstance(end, datetime):
            return end - first <= _FEW_DAYS
        return False

    @property
    def most_estimated(self) -> int:
        """How many entries of the index are worth reading: fewer if few days are walked."""
        return self.bounds.estimated // 10 if self.has_few_days else self.bounds.estimated

    @property
    def moment(self) -> str:
        """The column that images are sorted by."""
        return "deleted_at" if self.is_deleted else "timeline_at"
