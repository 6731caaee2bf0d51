"""Search: recall at 20 by words, by meaning, and both; of 202 questions about 411 pictures.

    ./scripts/bench search_quality

Real PostgreSQL, indexing and search as the API does them. Half of the questions are kept from
tuning (tests/bench/searching/meaning/README.md). Fails where both together find less than either
alone, of all questions or in one language.
"""

from __future__ import annotations

import csv
import json
import signal
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import text

from app.accounts.sessions.lookup import Owner
from app.api.app import create_app
from app.cli.migrate import migrate
from app.database import db
from app.embeddings.encoder import Encoder
from app.http.dependencies import build_parts
from app.search.find import find_images
from app.search.index import index_images
from app.search.meaning.make import embed_some
from app.search.meaning.nearest import encode_words, find_near
from app.search.query import parse_query
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "searching/meaning"
SETS = {"tuning": "questions_tuning.csv", "held out": "questions_held_out.csv"}
AT = 20
_PERSON = text("INSERT INTO users (id, email, created_at) VALUES (:id, :email, now())")
_PICTURE = text("""
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state)
VALUES (:id, :owner, :key, 1, sha256(CAST(:key AS bytea)), 'image/jpeg', 'ready', now(), now(),
    false, 0, 'done')
""")
_WORDS = text("""
WITH said AS (
    INSERT INTO descriptions (id, image_id, source, alt_text, text, visible_text, tags, is_demo,
        created_at)
    VALUES (gen_random_uuid(), :id, 'person', :said, '', '', :tags, false, now()) RETURNING id
) UPDATE images SET current_description_id = (SELECT id FROM said) WHERE id = :id
""")


@dataclass
class Recall:
    """Which part of the right pictures is among the first 20, question by question."""

    words: list[float] = field(default_factory=list)
    meaning: list[float] = field(default_factory=list)
    fused: list[float] = field(default_factory=list)

    def note(self, right: set[UUID], by_words: list[UUID], by_meaning: list[UUID]) -> None:
        """Note one question. Words come first, and what they have is not there again."""
        rest = [each for each in by_meaning if each not in set(by_words)]
        for found, into in (
            (by_words, self.words),
            (by_meaning, self.meaning),
            ([*by_words, *rest], self.fused),
        ):
            into.append(len(right & set(found[:AT])) / len(right))

    def means(self) -> tuple[float, float, float]:
        """Return the mean of each."""
        return fmean(self.words), fmean(self.meaning), fmean(self.fused)


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="") as file:
        return list(csv.DictReader(file, delimiter="|"))


def _add_pictures(owner: Owner, encoder: Encoder) -> dict[str, UUID]:
    db.session.execute(_PERSON, {"id": owner.id, "email": f"{owner.id}@example.org"})
    pictures = {row["key"]: uuid4() for row in _read("pictures.csv")}
    for row in _read("pictures.csv"):
        values = {"id": pictures[row["key"]], "owner": owner.id, "key": row["key"]}
        db.session.execute(_PICTURE, values)
        said = {"said": row["description"], "tags": row["tags"].split(",")}
        db.session.execute(_WORDS, values | said)
    ids = iter(pictures.values())
    while some := list(islice(ids, 50)):
        index_images(some)
    db.session.commit()
    start = time.process_time()
    while embed_some(owner.id, encoder=encoder):
        pass
    spent = (time.process_time() - start) / len(pictures) * 1e3
    print(f"{len(pictures)} pictures; a vector takes {spent:.2f} ms of CPU, with its row")
    return pictures


def _by_meaning_alone(owner: Owner, q: str, encoder: Encoder) -> list[UUID]:
    """Return what is near, whether it has the words or not: asked of quoted nothing."""
    query = parse_query(q, today=date(2026, 1, 1))
    query.phrases.clear()
    vector = encode_words(query, encoder=encoder)
    return find_near(owner, query, vector, encoder=encoder, limit=AT, cursor=None).ids


def _ask(owner: Owner, pictures: Mapping[str, UUID], encoder: Encoder) -> dict[str, object]:
    figures: dict[str, object] = {}
    is_worse = False
    for name, file in SETS.items():
        recalls: dict[str, Recall] = defaultdict(Recall)
        waits: list[float] = []
        for row in _read(file):
            query = parse_query(row["question"], today=date(2026, 1, 1))
            right = {pictures[key] for key in row["keys"].split()}
            by_words = find_images(owner, query, limit=AT, cursor=None).ids
            by_meaning = _by_meaning_alone(owner, row["question"], encoder)
            start = time.perf_counter()
            vector = encode_words(query, encoder=encoder)
            near = find_near(owner, query, vector, encoder=encoder, limit=AT, cursor=None).ids
            waits.append((time.perf_counter() - start) * 1e3)
            assert not set(by_words) & set(near), row
            for each in (recalls["all"], recalls[row["language"]]):
                each.note(right, by_words, by_meaning)
            db.session.rollback()
        print(f"{name}: recall at {AT} by words, by meaning, both; p50 {median(waits):.1f} ms")
        for language, recall in recalls.items():
            words, meaning, fused = recall.means()
            count = len(recall.words)
            print(f"  {language:4} {count:4} questions  {words:.3f}  {meaning:.3f}  {fused:.3f}")
            is_worse |= fused < max(words, meaning)
        figures[name] = dict(
            zip(("words", "meaning", "fused"), recalls["all"].means(), strict=True)
        )
    return figures | {"fused_is_worse_somewhere": is_worse}


def main() -> None:
    """Print tables, then the figures as JSON."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="pinhole-") as name, ExitStack() as running:
        Path(name).chmod(0o711)  # as root, PostgreSQL passes through as another user
        stack = running.enter_context(
            EmbeddedStack(
                data=Path(name) / "data", site_origin="http://localhost:8000", careless=True
            )
        )
        migrate(stack.database_url)
        settings = Settings.from_environment(stack.environment("api"))
        encoder = Encoder()
        with create_app(build_parts(settings)).app_context():
            owner = Owner(uuid4())
            figures = _ask(owner, _add_pictures(owner, encoder), encoder)
            db.session.rollback()
            db.engine.dispose()
    print(json.dumps(figures))
    sys.exit(bool(figures["fused_is_worse_somewhere"]))


if __name__ == "__main__":
    main()
