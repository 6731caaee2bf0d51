"""What people were told while things failed, and whether it was true in the end."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

SETTLED = {"ready", "damaged", "rejected"}
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Told:
    """One picture whose upload was acknowledged."""

    image_id: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How many promises were kept, and what the others are."""

    acknowledged: int
    deleted: int
    lost: list[str]
    duplicates: list[str]
    resurrected: list[str]

    @property
    def is_clean(self) -> bool:
        """Whether all were."""
        return not (self.lost or self.duplicates or self.resurrected)


@dataclass
class Ledger:
    """Written by many threads: what was acknowledged, and what was deleted."""

    stored: dict[str, Told] = field(default_factory=dict)
    deleted: dict[str, Told] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, told: Told) -> None:
        """Note an upload of which S3, or the API where it came in parts, said that it is stored."""
        with self._lock:
            self.stored[told.image_id] = told

    def acknowledge_deletion(self, told: Told) -> None:
        """Note a deletion of which the API said that it is done."""
        with self._lock:
            self.deleted[told.image_id] = told

    def unsettled(self, database: Engine) -> list[str]:
        """Which acknowledged pictures are not done yet."""
        with self._lock:
            waiting = {one for one in self.stored if one not in self.deleted}
        states = _states(database)
        return [one for one in waiting if one in states and states[one][1] not in SETTLED]

    def judge(self, database: Engine, bucket: Any) -> Verdict:
        """Compare with the rows and the objects, once all is settled."""
        states = _states(database)
        objects = {item.key: item for item in bucket.objects.all()}
        lost, back = [], []
        for told in self.stored.values():
            if told.image_id not in self.deleted:
                lost += _what_is_lost(told, states, objects, bucket)
        for told in self.deleted.values():
            owner, state, is_deleted = states.get(told.image_id, ("", "absent", True))
            if not is_deleted or (state == "absent" and _keys_of(told, objects)):
                back.append(f"{told.image_id} of {owner}: {state}")
        return Verdict(
            acknowledged=len(self.stored),
            deleted=len(self.deleted),
            lost=lost,
            duplicates=_duplicates(database, objects),
            resurrected=back,
        )


def _states(database: Engine) -> dict[str, tuple[str, str, bool]]:
    with database.connect() as connection:
        rows = connection.execute(
            text("SELECT id, owner_id, state, deleted_at IS NOT NULL FROM images")
        )
        return {str(row[0]): (row[1].hex, row[2], row[3]) for row in rows}


def _what_is_lost(
    told: Told, states: dict[str, tuple[str, str, bool]], objects: dict[str, Any], bucket: Any
) -> list[str]:
    owner, state, is_deleted = states.get(told.image_id, ("", "absent", False))
    if state != "ready" or is_deleted:
        return [f"{told.image_id}: {state}"]
    folder = f"users/{owner}/{UUID(told.image_id).hex}"
    parts = {key.rpartition("/")[2] for key in objects if key.startswith(f"{folder}/")}
    missing = {"original", "thumbnail.webp"} - parts
    if not parts & {"preview.webp", "preview.jpg"}:
        missing.add("preview")
    if missing:
        return [f"{told.image_id}: without {', '.join(missing)}"]
    is_right = _sha256_of(f"{folder}/original", bucket) == told.sha256
    return [] if is_right else [f"{told.image_id}: other bytes"]


def _sha256_of(key: str, bucket: Any) -> str:
    """What S3 has compared; of what came in parts it knows no such thing, so all is read."""
    place = {"Bucket": bucket.name, "Key": key}
    head = bucket.meta.client.head_object(**place, ChecksumMode="ENABLED")
    checksum: str = head["ChecksumSHA256"]
    if "-" not in checksum:
        return base64.b64decode(checksum).hex()
    digest = hashlib.sha256()
    for chunk in bucket.meta.client.get_object(**place)["Body"].iter_chunks(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _duplicates(database: Engine, objects: dict[str, Any]) -> list[str]:
    """The same bytes twice with one person, or one picture's original at two places."""
    with database.connect() as connection:
        twice = connection.execute(
            text(
                "SELECT owner_id, encode(sha256, 'hex') FROM images"
                " GROUP BY owner_id, sha256 HAVING count(*) > 1"
            )
        )
        found = [f"{row[0]}: {row[1]} twice" for row in twice]
    etags = Counter(
        (key.split("/")[1], item.e_tag)
        for key, item in objects.items()
        if key.endswith("/original")
    )
    return found + [f"{owner}: {etag} at {n} places" for (owner, etag), n in etags.items() if n > 1]


def _keys_of(told: Told, objects: dict[str, Any]) -> list[str]:
    return [key for key in objects if f"/{UUID(told.image_id).hex}/" in key]
