"""The versions of a picture's description: listed, and shown again."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.accounts.models import User
from app.database import db
from app.descriptions.checks import note_checked
from app.descriptions.never_send import as_unsent_album
from app.descriptions.versions import MAX_VERSIONS
from app.errors import NotFoundError
from app.images.album_models import Album, AlbumImage
from app.images.models import Description, DescriptionState, Image
from app.images.unsent_models import UnsentAlbum, is_marked
from app.search.index import index_images

_MAX_ALBUMS = 20


def history_of(user: User, image_id: UUID) -> dict[str, Any]:
    """List the versions of one picture, newest first, and why it is never sent to a model.

    Raises:
        NotFoundError: there is no such picture of theirs.
    """
    picture = db.session.execute(
        select(
            Image.current_description_id, Image.stack_id, is_marked().label("is_never_sent")
        ).where(Image.owned_by(user), Image.id == image_id)
    ).one_or_none()
    if picture is None:
        raise NotFoundError
    versions = db.session.scalars(
        select(Description)
        .where(Description.image_id == image_id)
        .order_by(Description.created_at.desc(), Description.id)
        .limit(2 * MAX_VERSIONS + 1)
    )
    # See [Note: Stacks are never sent as one].
    of_stack = select(Image.id).where(
        Image.owned_by(user), (Image.id == image_id) | (Image.stack_id == picture.stack_id)
    )
    has_it = select(AlbumImage.album_id).where(AlbumImage.image_id.in_(of_stack))
    albums = db.session.execute(
        select(Album.id, Album.title, Album.deleted_at)
        .join(UnsentAlbum, UnsentAlbum.album_id == Album.id)
        .where(Album.id.in_(has_it), Album.owner_id == user.id)
        .order_by(Album.title, Album.id)
        .limit(_MAX_ALBUMS)
    )
    return {
        "is_never_sent": picture.is_never_sent,
        "albums_never_sent": [as_unsent_album(*row) for row in albums],
        "versions": [
            _shown(version, current_id=picture.current_description_id) for version in versions
        ],
    }


def show_version(user: User, image_id: UUID, version_id: UUID) -> None:
    """Let a former version be the current one, whoever wrote it. Safe to repeat.

    Raises:
        NotFoundError: there is no such picture of theirs, or no such version of it.
    """
    version = (
        select(Description.id)
        .where(Description.id == version_id, Description.image_id == Image.id)
        .exists()
    )
    shown = db.session.scalar(
        update(Image)
        .where(Image.owned_by(user), Image.id == image_id, version)
        .values(
            current_description_id=version_id,
            description_state=DescriptionState.DONE,
            description_failure=None,
        )
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    if shown is None:
        raise NotFoundError
    note_checked(user, {image_id: version_id})  # they chose it
    index_images([image_id])


def _shown(version: Description, *, current_id: UUID | None) -> dict[str, Any]:
    return {
        "id": version.id,
        "at": version.created_at,
        "is_current": version.id == current_id,
        "source": version.source,
        "model": version.model,
        "demo": version.is_demo,
        "alt_text": version.alt_text,
        "text": version.text,
        "visible_text": version.visible_text,
        "tags": version.tags,
    }
