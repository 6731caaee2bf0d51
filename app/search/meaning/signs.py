"""Signs of people's vectors, in this process: which images are nearest by them.

[Note: Signs in memory] To have PostgreSQL compare 100,000 signs takes 20 ms, and a tenth of it or
less in memory (docs/decisions/0141). The first question of a person reads the signs of all of
theirs, each later one what changed since, by a number that a trigger gives (migration 0087). Rows
that were deleted are noticed by whoever looks for them: then all are read anew, and after
RELOAD_SECONDS anyway. Questions of one person read in turn: to read a million takes another 190 MB.
Signs of a person who asked for nothing for RELOAD_SECONDS are forgotten by the next question of
anybody.
"""

import io
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.database import db
from app.embeddings.encoder import DIMENSIONS, MODEL, Vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Of one person, and of all whose signs are held: 80 bytes each.
MAX_HELD = 1_000_000
RELOAD_SECONDS = 3600.0
_WORDS = DIMENSIONS // 64
# Vectors that are compared at once: their signs stay in the processor's cache.
_BLOCK = 16_384
# COPY and its binary format, since a million rows of Python's would take seconds.
_CHANGED = """
COPY (
    SELECT version, image_id, signs FROM image_meanings
    WHERE model = {model} AND owner_id = '{owner}' AND version > {version}
    ORDER BY version {order} LIMIT {most}
) TO STDOUT (FORMAT binary)
"""
# https://www.postgresql.org/docs/17/sql-copy.html: a header, and -1 where a row would begin.
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_ROW = [
    ("fields", ">i2"),
    ("version_bytes", ">i4"),
    ("version", ">i8"),
    ("id_bytes", ">i4"),
    ("id", ">u8", 2),
    ("signs_bytes", ">i4"),
    ("bits", ">i4"),
    ("signs", "<u8", _WORDS),
]


@dataclass(frozen=True, kw_only=True)
class Signs:
    """Those of one person, up to a version.

    Attributes:
        ids: of images, as two numbers each.
        words: the signs, 64 in a number: the first 64 of all vectors, the next 64 of all, …
        version: the last that was read.
        read_at: when all were read.
    """

    ids: "NDArray[np.uint64]"
    words: "NDArray[np.uint64]"
    version: int
    read_at: float

    def nearest(self, vector: Vector, *, most: int) -> list[str]:
        """Return the images whose signs differ least, by their 32 digits, the nearest first."""
        import numpy as np  # noqa: PLC0415 - only where there is an encoder

        count = len(self.ids)
        if not count:
            return []
        bits = np.frombuffer(vector.signs.encode(), dtype=np.uint8) - ord("0")
        asked = np.packbits(bits).view("<u8")
        apart = np.zeros(count, dtype=np.uint16)
        for start in range(0, count, _BLOCK):
            block = slice(start, start + _BLOCK)
            for words, word in zip(self.words, asked, strict=True):
                apart[block] += np.bitwise_count(words[block] ^ word)
        last = min(most, count) - 1
        chosen = np.flatnonzero(apart <= np.partition(apart, last)[last])
        ids = self.ids[chosen]
        order = np.lexsort((ids[:, 1], ids[:, 0], apart[chosen]))[:most]
        digits = ids[order].astype(">u8").tobytes().hex()
        return [digits[at : at + 32] for at in range(0, len(digits), 32)]

    def with_changed(self, changed: "Signs") -> "Signs":
        """Return them with what changed since."""
        import numpy as np  # noqa: PLC0415 - see above

        if not len(changed.ids):
            return self
        # By the first half of the id; of the few that have it by chance the other half decides.
        alike = np.flatnonzero(np.isin(self.ids[:, 0], changed.ids[:, 0]))
        new = {tuple(each) for each in changed.ids.tolist()}
        gone = [at for at in alike if tuple(self.ids[at].tolist()) in new]
        return Signs(
            ids=np.concatenate((np.delete(self.ids, gone, axis=0), changed.ids))[-MAX_HELD:],
            words=np.concatenate((np.delete(self.words, gone, axis=1), changed.words), axis=1)[
                :, -MAX_HELD:
            ],
            version=changed.version,
            read_at=self.read_at,
        )


@dataclass(kw_only=True)
class _Held:
    """What is held of one person.

    Attributes:
        reading: is held while signs are read and exchanged.
        signs: None: all are to be read.
        asked_at: when the last question came.
    """

    reading: threading.Lock = field(default_factory=threading.Lock)
    signs: Signs | None = None
    asked_at: float = 0.0

    def read_on(self, owner_id: UUID) -> Signs:
        """Read what changed, or all."""
        moment = time.monotonic()
        if self.signs and moment - self.signs.read_at < RELOAD_SECONDS:
            changed = read_signs(owner_id, after=self.signs.version, read_at=moment)
            self.signs = self.signs.with_changed(changed)
        else:
            self.signs = None  # not held beside those that are read
            self.signs = read_signs(owner_id, after=-1, read_at=moment)
        return self.signs


class HeldSigns:
    """Signs of some people; of too many, those of who asked longest ago are forgotten."""

    def __init__(self, *, most: int = MAX_HELD) -> None:
        """Hold nothing yet; later the signs of `most` images, or of one person."""
        self._most = most
        self._lock = threading.Lock()
        self._by_owner: OrderedDict[UUID, _Held] = OrderedDict()

    def nearest(self, owner_id: UUID, vector: Vector, *, most: int) -> list[str]:
        """Return a person's images whose signs differ least from a vector's, the nearest first.

        By the 32 digits of their ids. Images that were deleted may be among them: see `forget`.
        Asks in the current transaction.
        """
        return self._up_to_date(owner_id).nearest(vector, most=most)

    def forget(self, owner_id: UUID) -> None:
        """Forget a person's: they are read anew by the next question."""
        with self._lock:
            held = self._by_owner.get(owner_id)
        if held:
            with held.reading:
                held.signs = None

    def _up_to_date(self, owner_id: UUID) -> Signs:
        db.session.connection()  # before the lock: whoever has it waits for no connection
        with self._lock:
            held = self._by_owner.get(owner_id) or _Held()
            self._note_question(owner_id, held)
        with held.reading:
            signs = held.read_on(owner_id)
        with self._lock:
            self._note_question(owner_id, held)
            self._forget_too_many()
        return signs

    def _note_question(self, owner_id: UUID, held: _Held) -> None:
        """Put a person's last, and forget who asked for nothing for long."""
        held.asked_at = time.monotonic()
        self._by_owner[owner_id] = held
        self._by_owner.move_to_end(owner_id)
        while held.asked_at - next(iter(self._by_owner.values())).asked_at >= RELOAD_SECONDS:
            self._by_owner.popitem(last=False)

    def _forget_too_many(self) -> None:
        count_of = {
            owner_id: len(signs.ids)
            for owner_id, held in self._by_owner.items()
            if (signs := held.signs)  # once, since its person may read them anew meanwhile
        }
        total = sum(count_of.values())
        while total > self._most and len(self._by_owner) > 1:
            gone, _ = self._by_owner.popitem(last=False)
            total -= count_of.get(gone, 0)


def read_signs(owner_id: UUID, *, after: int, read_at: float) -> Signs:
    """Read the signs of a person that changed after a version, the latest last; -1: all.

    MAX_HELD at most: of all the latest, else the earliest, so that the next question reads on.
    """
    import numpy as np  # noqa: PLC0415 - see above

    reads_all = after == -1
    statement = _CHANGED.format(
        model=int(MODEL),
        owner=UUID(str(owner_id)),
        version=int(after),
        order="DESC" if reads_all else "ASC",
        most=MAX_HELD,
    )
    file = io.BytesIO()
    driver: Any = db.session.connection().connection
    with driver.cursor() as cursor:
        cursor.copy_expert(statement, file)
    read = file.getbuffer()
    count = (len(read) - _HEADER_BYTES - _TRAILER_BYTES) // np.dtype(_ROW).itemsize
    rows = np.frombuffer(read, dtype=_ROW, count=count, offset=_HEADER_BYTES)
    rows = rows[::-1] if reads_all else rows
    return Signs(
        ids=rows["id"].astype(np.uint64),
        words=np.ascontiguousarray(rows["signs"].T),
        version=int(rows["version"].max(initial=after)),
        read_at=read_at,
    )
