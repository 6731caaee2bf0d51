"""Decode again what older decoders called broken: some of it was of a kind they did not know.

See docs/decisions/0090-old-verdicts.md.
"""

import logging
from collections.abc import Iterable

from sqlalchemy import select, tuple_, update

from app.clients.aws.bucket_versions import Place
from app.database import db, now
from app.images.failure_messages import BROKEN
from app.images.models import Image, ImageState
from app.media.results import DECODER_VERSION

log = logging.getLogger(__name__)


def decode_again_what_was_called_broken(places: Iterable[Place]) -> None:
    """Put what lies at these places in the queue, once for each version of the decoders. Commits.

    Rows that somebody has locked are left to the next round.
    """
    called_broken = (
        select(Image.id)
        .where(
            tuple_(Image.owner_id, Image.id).in_(
                [(place.user_id, place.image_id) for place in places]
            ),
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
    found = db.session.scalars(again).all()
    db.session.commit()
    if found:
        log.info("decoding %d pictures again that older decoders called broken", len(found))
