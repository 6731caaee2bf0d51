"""Whether the model may be shown a picture now; what may not be shown waits no more."""

from sqlalchemy import ColumnElement, select, update

from app.accounts.models import User
from app.clients.aws.image_store import PREVIEWS, Preview
from app.database import db
from app.descriptions.lease import Begun, let_go
from app.descriptions.versions import by
from app.images.models import DescriptionSource, DescriptionState, Image

MAX_STOPPED = 1000  # in one statement


def preview_of(begun: Begun, *, has_model: bool) -> Preview | None:
    """Return which part of a picture the model may be shown now; None: not this picture.

    Consent is asked for here as well: the person may have turned descriptions off, or deleted the
    picture, since it was asked for.
    """
    row = db.session.execute(
        select(
            Image.preview_format,
            Image.deleted_at,
            User.descriptions_enabled_at,
            User.disabled_at,
            by(DescriptionSource.PERSON).label("by_person"),
        )
        .join(User, User.id == Image.owner_id)
        .where(Image.id == begun.image_id, Image.description_state == DescriptionState.WAITING)
    ).one_or_none()
    db.session.rollback()
    if row is None:
        return None
    if row.deleted_at is not None or row.disabled_at is not None:
        let_go(begun, counts=False)  # it goes on waiting, in case it, or its owner, is brought back
    elif row.by_person:
        _stop_waiting(Image.id == begun.image_id, state=DescriptionState.DONE)
    elif row.descriptions_enabled_at is None or not has_model:
        _stop_some_of_person(begun)
    else:
        return PREVIEWS[row.preview_format]
    return None


def _stop_some_of_person(begun: Begun) -> None:
    """Let the pictures of a person who turned descriptions off wait no more: a thousand of them.

    Whoever takes the next one meets the rest. All at once they might take longer than a statement
    may, and other people's descriptions would wait for it.
    """
    some = (
        select(Image.id)
        .where(
            Image.owner_id == begun.owner_id,
            Image.description_state == DescriptionState.WAITING,
        )
        .limit(MAX_STOPPED)
        .with_for_update(skip_locked=True)
    )
    _stop_waiting(
        (Image.id == begun.image_id) | Image.id.in_(some.scalar_subquery()),
        state=DescriptionState.NONE,
    )


def _stop_waiting(which: ColumnElement[bool], *, state: DescriptionState) -> None:
    db.session.execute(
        update(Image)
        .where(which, Image.description_state == DescriptionState.WAITING)
        .values(description_state=state)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
