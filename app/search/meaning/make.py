"""Make vectors of images whose words changed: a periodic job.

See [Note: Vectors behind the words] in models.py. No transaction is open while vectors are made: a
note counts how often it was made, and is taken back only if that is still the same.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Row, text

from app.database import db, set_short_lock_timeout
from app.embeddings.encoder import MODEL, Encoder

MAX_AT_ONCE = 50  # images of one person, some 0.2 s
MAX_OWNERS = 100  # of one sweep
MAX_FORMER = 1_000  # rows of former models that one sweep notes, some of each owner's

_NEXT_OWNER = text("""
SELECT owner_id FROM images_to_embed WHERE owner_id > :after ORDER BY owner_id LIMIT 1
""")
_SOME = text("""
SELECT noted.image_id, noted.changes, d.alt_text, d.text, d.tags, i.caption,
    nullif(coalesce(i.title, i.file_title), '') AS title, kept.text_digest
FROM (
    SELECT image_id, changes FROM images_to_embed WHERE owner_id = :owner
    ORDER BY image_id LIMIT :most
) AS noted
JOIN images AS i ON i.id = noted.image_id AND i.owner_id = :owner
LEFT JOIN descriptions AS d ON d.id = i.current_description_id
LEFT JOIN image_meanings AS kept ON kept.image_id = noted.image_id AND kept.model = :model
""")
# The image first, as by whoever deletes it. What somebody holds is left to the next sweep.
_LOCK = text("""
SELECT noted.image_id, noted.changes FROM images_to_embed AS noted
JOIN images AS i ON i.id = noted.image_id
WHERE noted.image_id = ANY (CAST(:ids AS uuid[]))
FOR KEY SHARE OF i SKIP LOCKED FOR UPDATE OF noted SKIP LOCKED
""")
_WRITE = text("""
INSERT INTO image_meanings (image_id, owner_id, model, text_digest, signs, parts)
SELECT id, :owner, :model, digest, CAST(signs AS bit(512)), parts
FROM unnest(CAST(:ids AS uuid[]), CAST(:digests AS bytea[]), CAST(:signs AS text[]),
    CAST(:parts AS bytea[])) AS made (id, digest, signs, parts)
ON CONFLICT (image_id) DO UPDATE SET model = excluded.model, text_digest = excluded.text_digest,
    signs = excluded.signs, parts = excluded.parts
""")
_FORGET = text("DELETE FROM image_meanings WHERE image_id = ANY (CAST(:ids AS uuid[]))")
_DONE = text("DELETE FROM images_to_embed WHERE image_id = ANY (CAST(:ids AS uuid[]))")
_NEXT_FORMER = text("""
SELECT model, owner_id FROM image_meanings
WHERE model < :model AND (model, owner_id) > (:former, :after) ORDER BY model, owner_id LIMIT 1
""")
_NOTE_FORMER = text("""
INSERT INTO images_to_embed (image_id, owner_id)
SELECT made.image_id, former.owner_id
FROM unnest(CAST(:models AS smallint[]), CAST(:owners AS uuid[])) AS former (model, owner_id)
CROSS JOIN LATERAL (
    SELECT image_id FROM image_meanings AS m
    WHERE m.model = former.model AND m.owner_id = former.owner_id LIMIT :of_each
) AS made
ON CONFLICT DO NOTHING
""")


class _Made(NamedTuple):
    """What was made of an image's text as it was when the note had been made so often."""

    changes: int
    digest: bytes
    signs: str  # empty: the text means nothing, or its vector is there
    parts: bytes
    is_there: bool


def note_former_models() -> None:
    """Have vectors that a former model made be made anew; some of each owner's. Commits.

    Until then they are not found by meaning, so nobody waits for all images of another.
    """
    set_short_lock_timeout()
    former = _former_models()
    values = {
        "models": [model for model, _ in former],
        "owners": [owner_id for _, owner_id in former],
        "of_each": MAX_FORMER // max(1, len(former)),
    }
    db.session.execute(_NOTE_FORMER, values)
    db.session.commit()


def _former_models() -> list[tuple[int, UUID]]:
    """Return up to a hundred former models and their owners, whoever comes first by chance."""
    former: list[tuple[int, UUID]] = []
    for past in ((MODEL - 1, uuid4()), (0, UUID(int=0))):
        model, after = past
        while len(former) < MAX_OWNERS:
            values = {"model": MODEL, "former": model, "after": after}
            found = db.session.execute(_NEXT_FORMER, values).one_or_none()
            if found is None or tuple(found) in former:
                break
            model, after = found
            former.append((model, after))
    return former


def owners_to_embed() -> list[UUID]:
    """Return up to a hundred people with images to make vectors of, whoever comes first by chance.

    Ends the transaction. One probe of the index for each.
    """
    owners: list[UUID] = []
    for past in (uuid4(), UUID(int=0)):
        found: UUID | None = past
        while len(owners) < MAX_OWNERS:
            found = db.session.scalar(_NEXT_OWNER, {"after": found})
            if found is None or found in owners:
                break
            owners.append(found)
    db.session.rollback()
    return owners


def embed_some(owner_id: UUID, *, encoder: Encoder) -> bool:
    """Make vectors of some of a person's images; return whether there may be more. Commits."""
    rows = db.session.execute(_SOME, {"owner": owner_id, "most": MAX_AT_ONCE, "model": MODEL}).all()
    db.session.rollback()
    if not rows:
        return False
    made = _make(rows, encoder)
    set_short_lock_timeout()
    locked = db.session.execute(_LOCK, {"ids": list(made)}).all()
    _write(owner_id, {row.image_id: made[row.image_id] for row in locked})
    done = [row.image_id for row in locked if row.changes == made[row.image_id].changes]
    db.session.execute(_DONE, {"ids": done})
    db.session.commit()
    return len(rows) == MAX_AT_ONCE and bool(done)


def _text_of(row: Row[Any]) -> str:
    """Return what a vector is made of: the shortest first, since of a long text the end is cut."""
    said = (row.title, row.alt_text, ", ".join(row.tags or ()), row.caption, row.text)
    return " ".join(each.strip() for each in said if each and each.strip())


def _make(rows: Sequence[Row[Any]], encoder: Encoder) -> dict[UUID, _Made]:
    texts = [_text_of(row) for row in rows]
    digests = [blake2b(each.encode(), digest_size=8).digest() for each in texts]
    are_there = [
        row.text_digest is not None and bytes(row.text_digest) == digest
        for row, digest in zip(rows, digests, strict=True)
    ]
    vectors = encoder.encode(
        ["" if is_there else each for each, is_there in zip(texts, are_there, strict=True)]
    )
    return {
        row.image_id: _Made(
            changes=row.changes,
            digest=digest,
            signs=vector.signs if vector else "",
            parts=vector.parts if vector else b"",
            is_there=is_there,
        )
        for row, digest, vector, is_there in zip(rows, digests, vectors, are_there, strict=True)
    }


def _write(owner_id: UUID, made: dict[UUID, _Made]) -> None:
    new = {image_id: each for image_id, each in made.items() if each.signs}
    gone = [image_id for image_id, each in made.items() if not each.signs and not each.is_there]
    if new:
        values = {
            "owner": owner_id,
            "model": MODEL,
            "ids": list(new),
            "digests": [each.digest for each in new.values()],
            "signs": [each.signs for each in new.values()],
            "parts": [each.parts for each in new.values()],
        }
        db.session.execute(_WRITE, values)
    if gone:
        db.session.execute(_FORGET, {"ids": gone})
