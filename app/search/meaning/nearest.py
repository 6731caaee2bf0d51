"""Find images whose texts mean nearly what was asked for, the nearest first.

[Note: Words and meaning] Images that have all the words are what `find.py` finds; they come first
and are left out here, so a word match is never behind a vague one. Operators, quoted phrases and
words that are not wanted hold here as well: what is asked for by meaning are the plain words.

[Note: Filters behind the nearest] Where some weeks are named, and few images are of these, their
vectors are compared. Else the nearest of all images are looked up first, and then asked whether
they match. Where too few of them do, more are asked, up to `Limits.more`: an image that is not
among the nearest 10,000 of a person is hardly near.
"""

import struct
from binascii import Error as NotHexError
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import text

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import db
from app.embeddings.encoder import MODEL, Encoder, Vector
from app.errors import InvalidCursorError
from app.images.pagination import decode_cursor, encode_cursor
from app.search.asked import Asked, Bounds
from app.search.find import _are_few_days, _ask, _in_library, _range, _walk_on, _ways
from app.search.meaning.signs import HeldSigns
from app.search.own_tags import find_own_tags
from app.search.query import Query
from app.search.words import words_of

LIST = "meaning"
# Of questions about 411 pictures (tests/bench/searching/meaning), 96 in 100 right ones are as near;
# to what means nothing ("asdf") none is. In large libraries much is nearer than that, so what is
# much further than the nearest is left out.
MIN_NEARNESS = 0.15
MIN_OF_NEAREST = 0.4


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much is read for a page.

    Attributes:
        first: of the nearest by signs, which are asked whether they match.
        more: the same where few of them match.
        few: how many are few.
        compared: whole vectors that are compared, the nearest by signs.
        shown: images on all pages together.
    """

    first: int = 500
    more: int = 10_000
    few: int = 40
    compared: int = 400
    shown: int = 200


_USUAL = Limits()
# The part of the nearest that is gone by which others may have been hidden.
_MANY_GONE = 0.1
# Of the nearest, which are asked whether they are in the library and have the words.
_ASKED_AT_ONCE = 100
_signs = HeldSigns()
# How near an image is, below 0 so that the nearest is first, and which it is.
_Place = tuple[float, UUID]


@dataclass(frozen=True, kw_only=True)
class Near:
    """A page of images by id, the nearest first, and where the next begins."""

    ids: list[UUID] = field(default_factory=list)
    next_cursor: str | None = None


def encode_words(query: Query, *, encoder: Encoder) -> Vector | None:
    """Return what the plain words of a query mean; None: nothing.

    Call it without a transaction: it waits for whoever else's words are encoded.
    """
    (vector,) = encoder.encode([_plain_words(query)])
    return vector


def find_near(
    owner: User | Owner,
    query: Query,
    vector: Vector | None,
    *,
    encoder: Encoder,
    limit: int,
    cursor: str | None,
    limits: Limits = _USUAL,
) -> Near:
    """Return a page of a person's images that mean nearly what the plain words of a query do.

    Args:
        owner: whose.
        query: what is asked for.
        vector: what its plain words mean: see `encode_words`.
        encoder: which made it.
        limit: images of a page.
        cursor: where the page begins.
        limits: how much is read.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    behind = _parse(cursor) if cursor else None
    if vector is None:
        return Near()
    search = _Search(owner, query, vector, encoder=encoder, limits=limits)
    vague = search.vague(behind=behind, limit=limit)
    rest = [each for each in vague if behind is None or each > behind]
    page = rest[:limit]
    is_last = len(rest) <= limit
    return Near(
        ids=[image_id for _, image_id in page],
        next_cursor=None if is_last else _cursor(*page[-1]),
    )


def _plain_words(query: Query) -> str:
    return " ".join(word for word in query.plain.split() if not word.startswith("-"))


def _precise(query: Query) -> Query:
    """Return the query without its plain words: they come last in it."""
    plain = sum(any(True for _ in words_of(word)) for word in query.plain.split())
    phrases = query.phrases[: len(query.phrases) - plain]
    unwanted = [phrase for phrase in query.phrases[len(phrases) :] if phrase.is_unwanted]
    return replace(query, phrases=[*phrases, *unwanted])


class _Search:
    """One question: what is near, and has not all of its words."""

    def __init__(
        self,
        owner: User | Owner,
        query: Query,
        vector: Vector,
        *,
        encoder: Encoder,
        limits: Limits,
    ) -> None:
        self._owner, self._vector, self._encoder = owner, vector, encoder
        self._limits = limits
        self._looked_up = self._gone = 0  # by their signs, and those of them without a row
        precise = _precise(query)
        self._asked = _ask(owner, precise, find_own_tags(owner, precise), Bounds())
        self._words: Asked | None = None
        if query.wanted:
            self._words = _ask(owner, query, find_own_tags(owner, query), Bounds())

    def vague(self, *, behind: _Place | None, limit: int) -> list[_Place]:
        """Return what is near, the nearest first; at least as far as the page goes, if it does."""
        asked = self._asked
        if asked.has_few_days and not asked.is_deleted and _are_few_days(asked):
            rows = _walk_on(asked, behind=None, limit=asked.bounds.few)
            near = [image_id.hex for image_id, _ in rows]
            return self._among(near, behind=behind, limit=limit)[0]
        if not self._is_narrowed:
            found, is_representative = self._among_held(self._first, behind=behind, limit=limit)
            if is_representative:
                return found
        return self._among_held(self._matching, behind=behind, limit=limit)[0]

    def _among_held(
        self, find: Callable[[], Sequence[str]], *, behind: _Place | None, limit: int
    ) -> tuple[list[_Place], bool]:
        """Do as `_among`; where many signs are of what was deleted, once more without these."""
        for _ in range(2):
            found = self._among(find(), behind=behind, limit=limit)
            if self._gone:
                _signs.forget(self._owner.id)
            if self._gone <= self._looked_up * _MANY_GONE:
                break
        return found

    @property
    def _is_narrowed(self) -> bool:
        """Whether more is asked for than that images are in the library."""
        asked = self._asked
        has_range = "first" in asked.values or "end" in asked.values
        return bool(asked.words or asked.filters or has_range or asked.is_deleted)

    def _first(self) -> list[str]:
        return self._by_signs(self._limits.first)

    def _by_signs(self, most: int) -> list[str]:
        near = _signs.nearest(self._owner.id, self._vector, most=most)
        self._looked_up, self._gone = len(near), 0
        return near

    def _matching(self) -> list[str]:
        """Return the nearest by signs that match all but the plain words: see the note above."""
        matching: list[str] = []
        for most in (self._limits.first, self._limits.more):
            near = self._by_signs(most)
            matching = self._matching_of(near)
            if len(matching) >= self._limits.few or len(near) < most:
                break
        return matching

    def _matching_of(self, near: Sequence[str]) -> list[str]:
        """Return which match, as many as are compared; count what has no row."""
        asked = self._asked
        where = [_in_library(asked), *_range("i", asked), *asked.filters]
        if asked.words:
            where.append(f"EXISTS ({_ways(asked)} OFFSET 0)")
        # OFFSET: by the primary key. Of a young table PostgreSQL may choose an index by owner
        # instead, and read all of a person's images for each.
        statement = f"""
            SELECT near.place, i.id IS NULL AS is_gone
            FROM unnest(CAST(:near AS uuid[])) WITH ORDINALITY AS near (image_id, place)
            LEFT JOIN LATERAL (SELECT * FROM images WHERE id = near.image_id OFFSET 0) AS i ON true
            WHERE i.id IS NULL OR (i.owner_id = :owner AND {" AND ".join(where)})
            ORDER BY near.place
        """  # noqa: S608 - constants and numbers
        rows = db.session.execute(text(statement), {**asked.values, "near": _array(near)}).all()
        places = [place for place, is_gone in rows if not is_gone]
        self._gone = len(rows) - len(places)
        return [near[place - 1] for place in places[: self._limits.compared]]

    def _among(
        self, near: Sequence[str], *, behind: _Place | None, limit: int
    ) -> tuple[list[_Place], bool]:
        """Return what is vague among some, and whether most of what was asked is in the library."""
        ranked = self._ranked(near)
        found: list[_Place] = []
        least, asked, there = MIN_NEARNESS, 0, 0
        for start in range(0, len(ranked), _ASKED_AT_ONCE):
            some = ranked[start : start + _ASKED_AT_ONCE]
            has_words = self._in_library([image_id for _, image_id in some])
            shown = [each for each in some if each[1] in has_words]
            asked, there = asked + len(some), there + len(shown)
            if shown and there == len(shown):  # the nearest of all
                least = max(least, MIN_OF_NEAREST * -shown[0][0])
            found += [each for each in shown if not has_words[each[1]] and -each[0] >= least]
            on_page = sum(behind is None or each > behind for each in found)
            if on_page > limit or len(found) >= self._limits.shown or -some[-1][0] < least:
                break
        return found[: self._limits.shown], 2 * there >= asked

    def _ranked(self, near: Sequence[str]) -> list[_Place]:
        """Compare whole vectors; count what has none."""
        statement = text("""
            SELECT near.place, kept.parts
            FROM unnest(CAST(:near AS uuid[])) WITH ORDINALITY AS near (image_id, place)
            CROSS JOIN LATERAL (
                SELECT parts FROM image_meanings
                WHERE image_id = near.image_id AND owner_id = :owner AND model = :model OFFSET 0
            ) AS kept
        """)
        values = {"near": _array(near), "owner": self._owner.id, "model": MODEL}
        rows = db.session.execute(statement, values).all()
        self._gone += len(near) - len(rows)
        nearness = self._encoder.nearness(self._vector, [bytes(parts) for _, parts in rows])
        return sorted(
            (-each, UUID(near[place - 1]))
            for each, (place, _) in zip(nearness, rows, strict=True)
            if each >= MIN_NEARNESS
        )

    def _in_library(self, ids: Sequence[UUID]) -> dict[UUID, bool]:
        """Return which images are in the library, and whether they have all words."""
        words = self._words
        statement = f"""
            SELECT i.id, {f"EXISTS ({_ways(words)})" if words else "false"} AS has_words
            FROM (SELECT * FROM images WHERE owner_id = :owner AND id = ANY (:ids) OFFSET 0) AS i
            WHERE {_in_library(self._asked)}
        """  # noqa: S608 - constants
        values = {**(words or self._asked).values, "ids": list(ids)}
        return {row.id: row.has_words for row in db.session.execute(text(statement), values)}


def _array(ids: Sequence[str]) -> str:
    """Write ids as PostgreSQL reads an array of them."""
    return "{" + ",".join(ids) + "}"


def _cursor(distance: float, image_id: UUID) -> str:
    return encode_cursor(LIST, struct.pack(">d", distance).hex(), image_id.hex)


def _parse(cursor: str) -> _Place:
    try:
        distance, image_id = decode_cursor(LIST, cursor)
        (parsed,) = struct.unpack(">d", bytes.fromhex(distance))
        return float(parsed), UUID(image_id)
    except (ValueError, NotHexError, struct.error) as error:
        raise InvalidCursorError from error
