"""Make an original without its metadata: for visitors who are given originals, and no places.

Pixels stay byte for byte: see [Note: What stays is listed] in without_metadata.py (app/media). A
confined process says which bytes stay, and this one copies them. Before anybody gets the copy, it
is decoded as an upload is: one that is not whole, has another size or still says where it was taken
is given to nobody. docs/decisions/0133-originals-without-metadata.md.
"""

import logging
import time
from io import BufferedReader
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select, update

from app.clients.aws.image_store import NothingStoredError, OtherSizeError, PictureStore
from app.database import db
from app.images.bare_models import BareOriginal, BareState
from app.images.listing import AnyRow
from app.images.models import Image
from app.media.formats.without_metadata import length_of
from app.media.metadata.reader import PictureMetadata
from app.media.results import Rendered
from app.media.sandbox.nameless_file import nameless_file
from app.media.sandbox.pool import DecoderPool
from app.messages import StripOriginal
from app.processing.scratch_space import ScratchSpace, TooLargeForDiskError
from app.processing.yielding import GiveWay

log = logging.getLogger(__name__)

_CHUNK_BYTES = 1024 * 1024


def strip_original(
    task: StripOriginal,
    *,
    store: PictureStore,
    decoders: DecoderPool,
    scratch: ScratchSpace,
    give_way: GiveWay,
) -> None:
    """Make one, or note that nobody can; commits. Safe to repeat.

    Where the original is not there, or this disk has no room for it, nothing is noted.

    Afterwards others' pictures go first: see [Note: Long work gives way].

    Raises:
        OutageError, RoomTakenError: it is tried again.
    """
    row = db.session.execute(
        select(
            Image.id, Image.owner_id, Image.byte_size, Image.content_type, Image.width, Image.height
        )
        .join(BareOriginal, BareOriginal.image_id == Image.id)
        .where(Image.id == task.image_id, BareOriginal.state == BareState.WANTED)
    ).one_or_none()
    db.session.rollback()  # what follows waits for the outside
    if row is None:
        return
    started = time.monotonic()
    try:
        is_made = _make(row, store=store, decoders=decoders, scratch=scratch)
    except (NothingStoredError, OtherSizeError, TooLargeForDiskError) as error:
        # It may be brought back, or another machine has room: it stays wanted, and whoever asks
        # again in two minutes has it tried again.
        log.warning("an original is not copied without metadata: %s", type(error).__name__)
    else:
        _settle(task.image_id, BareState.MADE if is_made else BareState.IMPOSSIBLE)
    give_way(row.owner_id, time.monotonic() - started)


def _make(
    row: AnyRow, *, store: PictureStore, decoders: DecoderPool, scratch: ScratchSpace
) -> bool:
    with (
        nameless_file() as (into, original),
        nameless_file() as (bare, made),
        scratch.holding(row.byte_size, of=into),
        scratch.holding(row.byte_size, of=bare),
    ):
        store.fetch_original(row.owner_id, row.id, size=row.byte_size, into=into)
        pieces = decoders.find_bare(original, owner=row.owner_id)
        if pieces is None:
            return False
        for piece in pieces:
            # Before it is written: a decoder that was taken over says what it likes.
            if bare.tell() + length_of(piece) > 2 * row.byte_size:
                return False
            if isinstance(piece, bytes):
                bare.write(piece)
            elif isinstance(piece, int):
                _write_zeros(piece, bare)
            else:
                _copy(piece, original, bare)
        bare.truncate()  # room for all of it was held
        bare.flush()
        if not _is_as_before(row, made, decoders=decoders):
            return False
        made.seek(0)
        store.put_bare(row.owner_id, row.id, content=made, content_type=row.content_type)
    return True


def _copy(piece: tuple[int, int], original: BufferedReader, into: BinaryIO) -> None:
    start, end = piece
    original.seek(start)
    while start < end:
        content = original.read(min(_CHUNK_BYTES, end - start))
        if not content:
            return
        into.write(content)
        start += len(content)


def _write_zeros(count: int, into: BinaryIO) -> None:
    while count > 0:
        into.write(bytes(min(_CHUNK_BYTES, count)))
        count -= _CHUNK_BYTES


def _is_as_before(row: AnyRow, made: BufferedReader, *, decoders: DecoderPool) -> bool:
    """Whether the copy opens in full, is as large, and says nothing beside its pixels."""
    seen = decoders.render(made, owner=row.owner_id, background=True)
    if not isinstance(seen, Rendered) or seen.outcome != "ready":
        return False
    is_as_large = (seen.width, seen.height) == (row.width, row.height)
    return is_as_large and seen.metadata == PictureMetadata()


def _settle(image_id: UUID, state: BareState) -> None:
    db.session.execute(
        update(BareOriginal)
        .where(BareOriginal.image_id == image_id, BareOriginal.state == BareState.WANTED)
        .values(state=state)
    )
    db.session.commit()
