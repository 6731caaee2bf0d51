"""Decode images again that an older decoder version called broken.

See docs/decisions/0090-old-verdicts.md.
"""

import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.clients.aws.bucket_versions import Place
from app.database import db, is_contention, now, set_short_lock_timeout
from app.images.failure_messages import BROKEN
from app.images.models import Image, ImageState
from app.media.results import DECODER_VERSION

log = logging.getLogger(__name__)


def decode_again_what_was_called_broken(places: Iterable[Place]) -> None:
    """Put what lies at these places in the queue, once for each version of the decoders. Commits.

    Rows that somebody has locked are left to the next round, and so are all of a person whose
    counts somebody has locked: each person's in a transaction of their own.
    """
    by_owner: dict[UUID, list[UUID]] = {}
    for place in places:
        by_owner.setdefault(place.user_id, []).append(place.image_id)
    for owner_id, image_ids in by_owner.items():
        try:
            _decode_again(owner_id, image_ids)
        except OperationalError as error:
            if not is_contention(error):
                raise
            db.session.rollback()
            log.info("somebody's pictures are decoded again later: %s", type(error).__name__)


def _decode_again(owner_id: UUID, image_ids: Sequence[UUID]) -> None:
    called_broken = (
        select(Image.id)
        .where(
            Image.owner_id == owner_id,
            Image.id.in_(image_ids),
            Image.state == ImageState.DAMAGED,
            Image.failure_code.in_(sorted(BROKEN)),
            Image.decoder_version < DECODER_VERSION,
            Image.deleted_at.is_(None),
        )
        .with_for_update(skip_locked=True)
    )
    again = (
        update(Image)
        .where(Image.id.in_(called_broken))
        .values(state=ImageState.PROCESSING, stored_at=now(), attempts=0, failure_code=None)
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    set_short_lock_timeout()
    found = db.session.scalars(again).all()
    db.session.commit()
    if found:
        log.info("decoding %d pictures again that older decoders called broken", len(found))
