"""Delete images for good: first the row, then its objects.

[Note: Decided, then deleted] If S3 deleted first and the commit then failed, the row would remain:
its user could restore an image whose original is gone. So one commit deletes the row and writes a
mark that names the objects to delete. From then on nobody can restore the image, and the same bytes
get another id. Each sweep deletes the objects of the marks that it finds, and then the marks. Both
can be repeated.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    DateTime,
    ForeignKey,
    Index,
    Uuid,
    any_,
    delete,
    exists,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.clients.aws.bucket_versions import Place
from app.clients.aws.image_store import PictureStore
from app.database import Base, db, now
from app.images.models import Image
from app.integrity.orphans import lock_place, remove_if_unknown

MAX_DUE = 500
MAX_DUE_OF_ONE = 100
# By turns: whoever empties a large trash keeps nobody's few waiting. One probe of the index for
# each person, and few rows of each, however many they have
# (https://wiki.postgresql.org/wiki/Loose_indexscan).
_MARKED = text("""
WITH RECURSIVE owners (owner_id) AS (
  (SELECT owner_id FROM purges ORDER BY owner_id LIMIT 1)
  UNION ALL
  SELECT (SELECT owner_id FROM purges WHERE owner_id > owners.owner_id ORDER BY owner_id LIMIT 1)
  FROM owners WHERE owner_id IS NOT NULL
)
SELECT owner_id, image_id FROM owners CROSS JOIN LATERAL (
  SELECT image_id, decided_at, row_number() OVER (ORDER BY decided_at) AS turn
  FROM purges AS held WHERE held.owner_id = owners.owner_id ORDER BY decided_at LIMIT :most_of_one
) AS marked
ORDER BY turn, decided_at LIMIT :most
""").bindparams(most=MAX_DUE, most_of_one=MAX_DUE_OF_ONE)


class Purge(Base):
    """A picture that was deleted for good and whose objects may still be there."""

    __tablename__ = "purges"
    __table_args__ = (
        Index("ix_purges_in_turn", "owner_id", "decided_at"),
        {"comment": "Pictures that were deleted for good and whose objects may still be there."},
    )

    image_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), comment="Whose it was."
    )
    decided_at: Mapped[datetime]


def purge(image: Image) -> None:
    """Delete a row that is locked, and mark its objects; the caller commits, and only then deletes.

    See [Note: Decided, then deleted].
    """
    mark = insert(Purge).values(image_id=image.id, owner_id=image.owner_id, decided_at=now())
    db.session.execute(mark.on_conflict_do_nothing())
    db.session.delete(image)


def purge_images(user: User, ids: Sequence[UUID]) -> int:
    """Do the same to many of a person's, which are locked; return the bytes of their originals.

    The caller commits, and the sweep deletes. See [Note: Decided, then deleted].
    """
    which = Image.owned_by(user), Image.id == any_(literal(list(ids), ARRAY(Uuid())))
    marks = select(Image.id, Image.owner_id, literal(now(), DateTime(timezone=True))).where(*which)
    db.session.execute(
        insert(Purge)
        .from_select(["image_id", "owner_id", "decided_at"], marks)
        .on_conflict_do_nothing()
    )
    gone = delete(Image).where(*which).returning(Image.byte_size)
    return sum(db.session.scalars(gone.execution_options(synchronize_session=False)))


def marked_purges() -> list[Place]:
    """Return what is to be deleted, each person's oldest first; ends the transaction."""
    found = [Place(user_id=owner, image_id=image) for owner, image in db.session.execute(_MARKED)]
    db.session.rollback()
    return found


def finish_purge(place: Place, *, store: PictureStore) -> None:
    """Delete the objects of a picture that is marked, and the mark; commits. Safe to repeat.

    Where time is up before all uploads of it are dropped, the mark stays, and the next sweep goes
    on.

    Raises:
        AwsUnavailableError: the same.
    """
    # Behind its owner's others first: one that fails, or takes all of the time, keeps none of them.
    db.session.execute(
        update(Purge).where(Purge.image_id == place.image_id).values(decided_at=now())
    )
    db.session.commit()
    lock_place(place.image_id)
    if remove_if_unknown(place, store=store):
        db.session.execute(delete(Purge).where(Purge.image_id == place.image_id))
    db.session.commit()


def was_purged(image_id: UUID) -> bool:
    """Tell whether a picture was deleted for good and still has its mark."""
    return bool(db.session.scalar(select(exists().where(Purge.image_id == image_id))))
