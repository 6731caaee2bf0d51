"""Have sidecars written that are not in the bucket, or not as they were written."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select, tuple_

from app.clients.aws.bucket_inventory import Found
from app.database import db, now
from app.images.listing import AnyRow
from app.images.models import STORED, Image
from app.images.sidecar_models import Sidecar, mark_lost, was_never_written

log = logging.getLogger(__name__)

# A sidecar is stored right before that is noted; the clocks of two machines differ by less.
_SAME_MOMENT = timedelta(minutes=10)
# What was written after the bucket was listed is not in the list.
_LISTED_WITHIN = timedelta(hours=1)


def mark_those_that_differ(found: Sequence[Found]) -> None:
    """Mark the sidecars of these places that are not there, or that something else wrote. Commits.

    After a restore of the database, sidecars of the time after it lie in the bucket: they say what
    the database has forgotten. They differ by when they were stored.
    """
    seen = {(each.place.user_id, each.place.image_id): each.sidecar_at for each in found}
    rows: Sequence[AnyRow] = db.session.execute(
        select(Image.owner_id, Image.id, Sidecar.written_at)
        .outerjoin(Sidecar, Sidecar.image_id == Image.id)
        .where(
            tuple_(Image.owner_id, Image.id).in_(seen),
            Image.state.in_(STORED),
            or_(Sidecar.written_at < now() - _LISTED_WITHIN, was_never_written()),
        )
    ).all()
    db.session.rollback()
    differ = []
    for owner_id, image_id, written_at in rows:
        stored_at = seen[owner_id, image_id]
        if stored_at is None or written_at is None or abs(stored_at - written_at) > _SAME_MOMENT:
            differ.append(image_id)
    if differ:
        log.info("having %d sidecars written that are not there or of another time", len(differ))
        mark_lost(differ)
        db.session.commit()
