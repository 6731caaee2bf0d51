"""Find images whose texts mean nearly what was asked for, the nearest first.

[Note: Words and meaning] Images that have all the words are what `find.py` finds; they come first
and are left out here, so a word match is never behind a vague one. Operators, quoted phrases and
words that are not wanted hold here as well: what is asked for by meaning are the plain words.

[Note: Filters behind the nearest] The nearest of all images are looked up first, and then asked
whether they match. Where too few of them do, more are asked, up to `Limits.more`: an image that is
not among the nearest 10,000 of a person is hardly near.
"""

import struct
from binascii import Error as NotHexError
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import db
from app.embeddings.encoder import MODEL, Encoder, Vector
from app.errors import InvalidCursorError
from app.images.pagination import decode_cursor, encode_cursor
from app.search.find import Bounds, _ask, _Asked, _in_library, _matching, _range
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
    candidates = _candidates(owner, query, vector, limits=limits)
    nearness = encoder.nearness(vector, [bytes(row.parts) for row in candidates])
    least = max(MIN_NEARNESS, MIN_OF_NEAREST * max(nearness, default=0))
    found = sorted(
        (-near, row.id) for near, row in zip(nearness, candidates, strict=True) if near >= least
    )
    has_words = _with_all_words(owner, query, [image_id for _, image_id in found])
    vague = [each for each in found if each[1] not in has_words][: limits.shown]
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


def _candidates(
    owner: User | Owner, query: Query, vector: Vector, *, limits: Limits
) -> Sequence[Any]:
    """Return ids and vectors of the nearest by signs that match all but the plain words."""
    precise = _precise(query)
    asked = _ask(owner, precise, find_own_tags(owner, precise), Bounds())
    rows = _nearest(asked, vector, most=limits.first, compared=limits.compared)
    if len(rows) < limits.few and _has_more_than(owner, limits.first):
        rows = _nearest(asked, vector, most=limits.more, compared=limits.compared)
    return rows


def _nearest(asked: _Asked, vector: Vector, *, most: int, compared: int) -> Sequence[Any]:
    where = [_in_library(asked), *_range("i", asked), *asked.filters]
    # OFFSET: by the primary key. Of a young table PostgreSQL may choose an index by owner instead,
    # and read all of a person's images for each.
    statement = f"""
        SELECT i.id, kept.parts
        FROM nearest_meanings(:owner, CAST(:model AS smallint), CAST(:signs AS bit(512)), :most)
            AS near
        CROSS JOIN LATERAL (SELECT * FROM images WHERE id = near.image_id OFFSET 0) AS i
        {_matching(asked)}
        JOIN image_meanings AS kept ON kept.image_id = i.id AND kept.owner_id = :owner
        WHERE i.owner_id = :owner AND {" AND ".join(where)}
        ORDER BY near.apart, near.image_id LIMIT :compared
    """  # noqa: S608 - constants and numbers
    values = {"model": MODEL, "signs": vector.signs, "most": most, "compared": compared}
    return db.session.execute(text(statement), {**asked.values, **values}).all()


def _has_more_than(owner: User | Owner, number: int) -> bool:
    counted = text(
        "SELECT count(*) FROM (SELECT FROM image_meanings"
        " WHERE model = :model AND owner_id = :owner LIMIT :most) AS own"
    )
    values: Mapping[str, object] = {"model": MODEL, "owner": owner.id, "most": number + 1}
    return int(db.session.scalar(counted, values) or 0) > number


def _with_all_words(owner: User | Owner, query: Query, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of a person's images have all words, so that they are found by these."""
    if not ids or not query.wanted:
        return set()
    asked = _ask(owner, query, find_own_tags(owner, query), Bounds())
    statement = f"""
        SELECT i.id FROM (
            SELECT id FROM images WHERE owner_id = :owner AND id = ANY (:ids) OFFSET 0
        ) AS i {_matching(asked)}
    """  # noqa: S608 - constants
    return set(db.session.scalars(text(statement), {**asked.values, "ids": list(ids)}))


def _cursor(distance: float, image_id: UUID) -> str:
    return encode_cursor(LIST, struct.pack(">d", distance).hex(), image_id.hex)


def _parse(cursor: str) -> tuple[float, UUID]:
    try:
        distance, image_id = decode_cursor(LIST, cursor)
        (parsed,) = struct.unpack(">d", bytes.fromhex(distance))
        return float(parsed), UUID(image_id)
    except (ValueError, NotHexError, struct.error) as error:
        raise InvalidCursorError from error
