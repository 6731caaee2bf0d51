"""Whether the model may be shown a picture now; what may not be shown waits no more."""

from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, bindparam, exists, select, update

from app.accounts.models import User
from app.clients.aws.image_store import PREVIEWS, Preview
from app.database import db
from app.descriptions.lease import Begun, let_go
from app.descriptions.versions import by
from app.images.models import DescriptionSource, DescriptionState, Image
from app.images.unsent_models import is_never_sent
from app.stacks.automatic import stack_arrived
from app.stacks.models import ImageToStack

MAX_STOPPED = 1000  # in one statement
MAX_NOTED = 1000
UNKNOWN_HOST = "unknown"
# Of a picture for whose partners nobody can look at this moment: somebody has their rows locked.
PARTNERS_REST = timedelta(seconds=30)


def agreed_to(host: str, agreed: str | None) -> bool:
    """Whether who agreed to send to one host agreed to send to this one.

    Another port of it is the same host. None: they agreed before it was kept, and until the next
    sweep has noted to whom, which is minutes after this release began: see `note_hosts`.
    """
    return agreed is None or _name_of(host) == _name_of(agreed)


def note_hosts(host: str | None) -> None:
    """Note of people who agreed before it was kept that it was to the host of this moment; commits.

    So that where the operator sends later is another host to them. Where there is no model now, it
    is unknown to whom, and they are asked. Safe to repeat.
    """
    some = (
        select(User.id)
        .where(User.descriptions_enabled_at.is_not(None), User.descriptions_host.is_(None))
        .limit(MAX_NOTED)
        .with_for_update(skip_locked=True)
    )
    db.session.execute(
        update(User)
        .where(User.id.in_(some.scalar_subquery()), User.descriptions_host.is_(None))
        .values(descriptions_host=UNKNOWN_HOST if host is None else host[:255])
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def _name_of(host: str) -> str | None:
    return urlsplit(f"//{host}").hostname


def preview_of(begun: Begun, *, host: str | None) -> Preview | None:
    """Return which part of a picture a host may be shown now; None: not this picture.

    host None: there is no model.

    Consent is asked for here as well: the person may have turned descriptions off, or deleted the
    picture, since it was asked for. Nor is a picture shown before somebody looked for partners of
    it: one of those may be never sent.
    """
    row = _standing_of(begun)
    if row is not None and row.is_to_stack:
        stack_arrived(begun.owner_id, begun.image_id)
        row = _standing_of(begun)
    if row is None:
        return None
    if row.deleted_at is not None or row.disabled_at is not None:
        let_go(begun, counts=False)  # it goes on waiting, in case it, or its owner, is brought back
    elif row.by_person:
        _stop_waiting(Image.id == begun.image_id, state=DescriptionState.DONE)
    elif (
        host is None
        or row.descriptions_enabled_at is None
        or not agreed_to(host, row.descriptions_host)
    ):
        _stop_some_of_person(begun)
    elif row.is_never_sent:
        _stop_waiting(Image.id == begun.image_id, state=DescriptionState.NONE)
    elif row.is_to_stack:
        let_go(begun, counts=False, rest=PARTNERS_REST)
    else:
        return PREVIEWS[row.preview_format]
    return None


def what_decides() -> tuple[Any, ...]:
    """Return the columns of `images` and `users` that say whether a picture may be sent now."""
    return (
        Image.preview_format,
        Image.deleted_at,
        User.descriptions_enabled_at,
        User.descriptions_host,
        User.disabled_at,
        is_never_sent().label("is_never_sent"),
        exists().where(ImageToStack.image_id == Image.id).label("is_to_stack"),
        by(DescriptionSource.PERSON).label("by_person"),
    )


def _standing_of(begun: Begun) -> Any:  # noqa: ANN401 - a row of those columns
    """Return what decides about a picture that waits; ends the transaction."""
    row = db.session.execute(_standing_query(), {"image": begun.image_id}).one_or_none()
    db.session.rollback()
    return row


@cache  # to build it takes longer than to ask it
def _standing_query() -> Select[*tuple[Any, ...]]:
    return (
        select(*what_decides())
        .join(User, User.id == Image.owner_id)
        .where(Image.id == bindparam("image"), Image.description_state == DescriptionState.WAITING)
    )


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
