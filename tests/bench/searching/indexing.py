"""The search as code, in this process: what indexing costs, and what is found in ten languages."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import text

from app.accounts.sessions.lookup import Owner
from app.api.app import create_app
from app.database import db
from app.http.dependencies import build_parts
from app.search.find import find_images
from app.search.index import index_images
from app.search.query import parse_query
from app.settings import Settings
from tests.bench.searching.ten_languages import ASKED, WRITTEN

_SOME = text("SELECT id FROM images WHERE owner_id = :owner ORDER BY sha256 LIMIT 1200")
_FORGET = text("DELETE FROM image_search WHERE image_id = ANY (:ids)")
_PERSON = text("INSERT INTO users (id, email, created_at) VALUES (:id, :email, now())")
_PICTURE = text("""
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state)
VALUES (:id, :owner, 'x.jpg', 1, sha256(CAST(:said AS bytea)), 'image/jpeg', 'ready', now(), now(),
    false, 0, 'done')
""")
_WORDS = text("""
WITH said AS (
    INSERT INTO descriptions (id, image_id, source, alt_text, text, visible_text, tags, is_demo,
        created_at)
    VALUES (gen_random_uuid(), :id, 'person', '', :said, '', '{}', false, now()) RETURNING id
) UPDATE images SET current_description_id = (SELECT id FROM said) WHERE id = :id
""")


def index_again(environment: Mapping[str, str], owner_id: UUID) -> tuple[float, float]:
    """Index pictures as if new; return the milliseconds of each: alone, and in batches."""
    with create_app(build_parts(Settings.from_environment(environment))).app_context():
        ids = list(db.session.scalars(_SOME, {"owner": owner_id}))
        db.session.execute(_FORGET, {"ids": ids})
        db.session.commit()
        alone, together = ids[:200], ids[200:]
        one = _time([[each] for each in alone])
        many = _time([together[at : at + 200] for at in range(0, len(together), 200)])
    return one / len(alone), many / len(together)


def _time(batches: Sequence[Sequence[UUID]]) -> float:
    start = time.perf_counter()
    for ids in batches:
        index_images(ids)
        db.session.commit()
    return (time.perf_counter() - start) * 1e3


def recall(environment: Mapping[str, str]) -> dict[str, tuple[int, int, int]]:
    """Ask in ten languages; return for each how many were found, of how many, and wrong ones."""
    told: dict[str, tuple[int, int, int]] = {}
    with create_app(build_parts(Settings.from_environment(environment))).app_context():
        owner = Owner(uuid4())
        db.session.execute(_PERSON, {"id": owner.id, "email": f"{owner.id}@example.org"})
        pictures = {language: [uuid4() for _ in said] for language, said in WRITTEN.items()}
        for language, ids in pictures.items():
            for image_id, said in zip(ids, WRITTEN[language], strict=True):
                values = {"id": image_id, "owner": owner.id, "said": said}
                db.session.execute(_PICTURE, values)
                db.session.execute(_WORDS, values)
        index_images([image_id for ids in pictures.values() for image_id in ids])
        for language, q, places in ASKED:
            query = parse_query(q, today=date(2026, 1, 1))
            found = set(find_images(owner, query, limit=20, cursor=None).ids)
            meant = {pictures[language][place] for place in places}
            right, asked, wrong = told.get(language, (0, 0, 0))
            told[language] = (
                right + len(found & meant),
                asked + len(meant),
                wrong + len(found - meant),
            )
        db.session.rollback()
    return told
