"""Read tags as the API shows them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import db
from app.errors import NotFoundError
from app.images.listing import AnyRow, AnySelect, Shown
from app.images.models import Image
from app.images.tag_models import ImageTag, Tag, key_of
from app.tags.paths import order_of

Anybody = User | Owner


def list_tags(owner: Anybody, *, prefix: str | None, limit: int) -> list[Shown]:
    """Return a person's tags as a tree: each is followed by those below it.

    Args:
        owner: whose.
        prefix: what the path, or one of its names, begins with, in whatever case; None: all.
        limit: how many at most.
    """
    query = _tags(owner)
    if prefix:
        begun = key_of(prefix)
        query = query.where(
            func.starts_with(Tag.key, begun) | (func.strpos(Tag.key, f"/{begun}") > 0)
        )
    rows = sorted(db.session.execute(query).all(), key=lambda row: order_of(row.key))
    return [_show(row) for row in rows[:limit]]


def count_tags_of(owner: Anybody, ids: Sequence[UUID]) -> list[Shown]:
    """Return the tags that a person's images were given, as a tree, and how many have each."""
    meant = select(Image.id).where(
        Image.owned_by(owner), Image.id == any_(literal(list(ids), ARRAY(Uuid())))
    )
    given = (
        select(ImageTag.tag_id, func.count().label("images"))
        .where(ImageTag.image_id.in_(meant))
        .group_by(ImageTag.tag_id)
        .subquery()
    )
    query = (
        select(Tag.id, Tag.path, Tag.key, given.c.images)
        .join(given, given.c.tag_id == Tag.id)
        .where(Tag.owned_by(owner))
    )
    rows = sorted(db.session.execute(query).all(), key=lambda row: order_of(row.key))
    return [{"id": str(row.id), "path": row.path, "count": row.images} for row in rows]


def show_tag(owner: Anybody, tag_id: UUID) -> Shown:
    """Return a tag as the API shows it.

    Raises:
        NotFoundError: there is none with this id, it is deleted, or it is somebody else's.
    """
    row = db.session.execute(_tags(owner).where(Tag.id == tag_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return _show(row)


def _tags(owner: Anybody) -> AnySelect:
    return select(Tag.id, Tag.path, Tag.key, Tag.image_count, Tag.created_at, Tag.changed_at).where(
        Tag.owned_by(owner)
    )


def _show(row: AnyRow) -> Shown:
    return {
        "id": str(row.id),
        "path": row.path,
        "count": row.image_count,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
    }
