"""Vectors for the pictures of a seeded library.

Those of the described pictures of `search_quality`, each with noise, so that a question has many
near ones.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from app.embeddings.encoder import DIMENSIONS, MODEL, Encoder, Vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg2.extensions import connection as Connection  # noqa: N812 - a type

_FOLDER = Path(__file__).parent / "meaning"
_COLUMNS = "image_id, owner_id, model, text_digest, signs, parts"
_BATCH = 20_000
_NOISE = 40  # of each part; a vector is 1,024 long


def add_meanings(reading: Connection, writing: Connection, encoder: Encoder) -> None:
    """Give each picture a vector; both are superusers' connections. Prints what one takes."""
    lines = _rows(reading, encoder)
    with writing.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        while text := "".join(line for line, _ in zip(lines, range(_BATCH), strict=False)):
            cursor.copy_expert(
                f"COPY image_meanings ({_COLUMNS}) FROM STDIN",  # a constant
                io.StringIO(text),
            )
    writing.commit()
    writing.autocommit = True
    with writing.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE image_meanings")
        cursor.execute(
            "SELECT pg_table_size('image_meanings') / count(*),"
            " pg_relation_size('ix_image_meanings_version') / count(*) FROM image_meanings"
        )
        table, index = cursor.fetchone() or (0, 0)
    print(f"a picture: {table} bytes in the table, {index} in the index of signs")


def _rows(connection: Connection, encoder: Encoder) -> Iterator[str]:
    """Give a line of COPY for each picture: a described one's vector with noise."""
    with (_FOLDER / "pictures.csv").open(newline="") as file:
        said = [
            f"{row['description']} {row['tags']}" for row in csv.DictReader(file, delimiter="|")
        ]
    vectors = [vector for vector in encoder.encode(said) if vector]
    bases = np.stack([np.frombuffer(each.parts, dtype=np.int8) for each in vectors])
    chance = np.random.default_rng(1)
    with connection.cursor("all") as cursor:
        cursor.execute("SELECT id, owner_id FROM images")
        while ids := cursor.fetchmany(_BATCH):
            drawn = bases[chance.integers(0, len(bases), len(ids))].astype(np.float32)
            drawn += chance.normal(0, _NOISE, (len(ids), DIMENSIONS)).astype(np.float32)
            drawn *= 1024 / np.linalg.norm(drawn, axis=1, keepdims=True)
            parts = np.clip(np.rint(drawn), -127, 127).astype(np.int8)
            digits = (parts > 0).astype(np.uint8) + ord("0")
            for (image_id, owner_id), row, signs in zip(ids, parts, digits, strict=True):
                values = (image_id, owner_id, MODEL, r"\\x00", signs.tobytes().decode())
                yield "\t".join(map(str, values)) + rf"	\\x{row.tobytes().hex()}" + "\n"


def questions() -> list[str]:
    """Return the questions about those pictures that one may tune with."""
    with (_FOLDER / "questions_tuning.csv").open(newline="") as file:
        return [row["question"] for row in csv.DictReader(file, delimiter="|")]


def exactly_nearest(
    connection: Connection, owner_id: UUID, vectors: Sequence[Vector], *, most: int
) -> list[list[UUID]]:
    """Return for each vector a person's pictures that mean most nearly the same, by whole vectors.

    Those in the trash are left out, as in a search.
    """
    asked = np.stack([np.frombuffer(each.parts, dtype=np.int8) for each in vectors])
    ids: list[UUID] = []
    near: list[np.ndarray[tuple[int, int], np.dtype[np.float32]]] = []
    with connection.cursor("owned") as cursor:
        cursor.execute(
            "SELECT image_id, parts FROM image_meanings JOIN images ON images.id = image_id"
            " WHERE images.owner_id = %s AND deleted_at IS NULL",
            [str(owner_id)],
        )
        while rows := cursor.fetchmany(_BATCH):
            ids += [UUID(str(row[0])) for row in rows]
            parts = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.int8)
            whole = parts.reshape(len(rows), DIMENSIONS).astype(np.float32)
            near.append(asked.astype(np.float32) @ whole.T)
    together = np.concatenate(near, axis=1)
    return [[ids[at] for at in np.argsort(-row, kind="stable")[:most]] for row in together]
