"""Fingerprints of pictures: kept as they are processed, or made from previews where none is.

What became ready before there were fingerprints, or by the former release during an upgrade, is
noted by a trigger. A worker that has nothing else to do makes these, one picture after the other,
of each person in turn. By fingerprints, app/library/compare.py finds what looks alike.
"""

import logging
import threading
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.bucket_versions import Place
from app.clients.aws.image_store import PREVIEWS, PictureStore
from app.clients.outage import is_outage
from app.database import db
from app.images.fingerprint_models import FingerprintRow, FingerprintState
from app.images.models import Image
from app.media.fingerprints import Fingerprint
from app.media.sandbox.pool import DecoderPool

log = logging.getLogger(__name__)

# What failed is tried again this much later, and so is what a worker that died had begun.
TRIED_AGAIN_AFTER = timedelta(hours=1)
# The next person with such pictures after the last who was served, else the first. One probe of
# the index each: see _WHO_IS_NEXT in lease.py.
_BEGIN = text("""
WITH next AS MATERIALIZED (
  SELECT image_id FROM fingerprints
  WHERE state = 'missing' AND (owner_id, image_id) > (:owner, :image)
    AND (tried_at IS NULL OR tried_at < now() - :rest)
  ORDER BY owner_id, image_id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE fingerprints SET tried_at = now() FROM next WHERE fingerprints.image_id = next.image_id
RETURNING fingerprints.owner_id, fingerprints.image_id
""").bindparams(rest=TRIED_AGAIN_AFTER)
_FIRST, _LAST = UUID(int=0), UUID(int=(1 << 128) - 1)


class FingerprintTurns:
    """Whose turn it is: the person's after the last one, so that many pictures keep nobody's up."""

    def __init__(self) -> None:
        """Begin anywhere."""
        self._lock = threading.Lock()
        self._last = _FIRST

    def take(self) -> Place | None:
        """Take the picture whose turn it is, and commit; None: none has to be made now."""
        with self._lock:
            after = self._last
        found = None
        for owner in (after, None):
            start = (_FIRST, _FIRST) if owner is None else (owner, _LAST)
            row = db.session.execute(_BEGIN, {"owner": start[0], "image": start[1]}).one_or_none()
            if row is not None:
                found = Place(user_id=row.owner_id, image_id=row.image_id)
                break
        db.session.commit()
        if found is not None:
            with self._lock:
                self._last = found.user_id
        return found


def is_any_missing() -> bool:
    """Say whether a fingerprint is to be made now."""
    rested = FingerprintRow.tried_at.is_(None) | (
        FingerprintRow.tried_at < func.now() - TRIED_AGAIN_AFTER
    )
    is_missing = FingerprintRow.state == FingerprintState.MISSING
    return bool(db.session.scalar(select(exists().where(is_missing, rested))))


def keep_fingerprint(owner_id: UUID, image_id: UUID, packed: bytes | None) -> None:
    """Keep the fingerprint of a picture, None where it has none; the caller commits."""
    values: dict[str, object] = {"state": FingerprintState.NONE, "grey": None, "middle": None}
    values["windows"] = None
    if packed is not None:
        made = Fingerprint.unpack(packed)
        values.update(
            state=FingerprintState.NEW,
            grey=made.grey,
            middle=made.hashes[0],
            windows=list(made.hashes),
        )
    db.session.execute(
        insert(FingerprintRow)
        .values(image_id=image_id, owner_id=owner_id, **values)
        .on_conflict_do_update(index_elements=["image_id"], set_=values)
    )


def make_missing(
    turns: FingerprintTurns, *, store: PictureStore, decoders: DecoderPool
) -> UUID | None:
    """Make one fingerprint from a preview; return whose, or None when none has to be made.

    A preview that cannot be opened has none. One that is not there is looked for in an hour again.

    Raises:
        AwsUnavailableError, DecoderPoolError: this one is tried again in an hour.
    """
    place = turns.take()
    if place is None:
        return None
    preview_format = db.session.scalar(
        select(Image.preview_format).where(Image.id == place.image_id)
    )
    db.session.rollback()  # nothing is held while the store answers
    if preview_format is None:  # deleted meanwhile
        return place.user_id
    try:
        preview = store.fetch_preview(place.user_id, place.image_id, PREVIEWS[preview_format])
    except AwsUnavailableError as error:
        if is_outage(error):
            raise
        # The doctor finds lost previews and makes them again.
        log.info("a fingerprint is made later: there is no preview of %s", place.image_id)
        return place.user_id
    packed = decoders.fingerprint(preview, owner=place.user_id)
    is_there = select(FingerprintRow.image_id).where(
        FingerprintRow.image_id == place.image_id,
        FingerprintRow.state == FingerprintState.MISSING,
    )
    # Else the picture was deleted meanwhile, or processed again.
    if db.session.scalar(is_there.with_for_update()) is not None:
        keep_fingerprint(place.user_id, place.image_id, packed)
    db.session.commit()
    return place.user_id
