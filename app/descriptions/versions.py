"""Versions of descriptions: a user's text is never replaced by a model's.

[Note: A person's words win] Versions are only added. A model's version becomes the current one
only while the current one is not a person's, and the UPDATE itself says so: no check that could
be overtaken.

[Note: Ten versions] Of each picture the last ten versions by people and the last ten by models are
kept: whoever changes a description without an end does not fill the database. Older ones go in the
transaction that adds one. The version that is shown never goes, and the newest by a model is there
for whoever forgets their own words.
"""

import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, exists, select, update

from app.accounts.models import User
from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import (
    DESCRIPTIONS_ALL,
    DESCRIPTIONS_OF_ALL,
    DESCRIPTIONS_OF_IMAGE,
    DESCRIPTIONS_OF_MISSING,
    DESCRIPTIONS_OF_PERSON,
)
from app.accounts.rate_limits.seats import take_seat
from app.database import db, now
from app.errors import (
    DescribedByPersonError,
    DescriptionsOffError,
    DescriptionsUnavailableError,
    ImageDeletedError,
    NotFoundError,
    NotReadyError,
    TooManyAtOnceError,
    TooManyRequestsError,
)
from app.images.models import (
    Description,
    DescriptionSource,
    DescriptionState,
    Image,
    ImageState,
)
from app.images.schemas import DescriptionIn
from app.search.index import index_images
from app.settings import ModelSettings

if TYPE_CHECKING:
    from app.clients.openai_vision import (
        GeneratedDescription,  # its shapes are not built where nobody is asked
    )

MAX_MISSING_AT_ONCE = 1000  # in one transaction
MAX_SECONDS_OF_MISSING = 10.0
MAX_VERSIONS = 10  # by people, and as many by models, of one picture


def write(user: User, image_id: UUID, words: DescriptionIn) -> None:
    """Make a person's words the current description."""
    version = Description(
        image_id=image_id,
        source=DescriptionSource.PERSON,
        alt_text=words.alt_text,
        text=words.text,
        visible_text=words.visible_text,
        tags=words.tags,
    )
    db.session.add(version)
    db.session.flush()  # the id is needed below
    db.session.execute(
        update(Image)
        .where(Image.owned_by(user), Image.id == image_id)
        .values(
            current_description_id=version.id,
            description_state=DescriptionState.DONE,
            description_failure=None,
        )
    )
    index_images([image_id])
    _forget_older(image_id, DescriptionSource.PERSON)


def forget_own_words(user: User, image_id: UUID) -> None:
    """Show the model's latest version again, or none where there is none. Safe to repeat."""
    latest = (
        select(Description.id)
        .where(Description.image_id == image_id, Description.source == DescriptionSource.MODEL)
        .order_by(Description.created_at.desc())
        .limit(1)
    )
    found = db.session.scalar(latest)
    db.session.execute(
        update(Image)
        .where(Image.owned_by(user), Image.id == image_id, by(DescriptionSource.PERSON))
        .values(
            current_description_id=found,
            description_state=DescriptionState.DONE if found else DescriptionState.NONE,
            description_failure=None,
        )
    )
    index_images([image_id])


def copy_description(user: User, image_id: UUID, *, of: UUID) -> UUID | None:
    """Describe an image as another one is, which both are locked; return the version that was made.

    None: it has a description, or the other one has none. One that waits for a model goes on
    waiting, and keeps a person's words all the same.
    """
    columns = (
        Description.source,
        Description.alt_text,
        Description.text,
        Description.visible_text,
        Description.tags,
        Description.model,
        Description.prompt_version,
        Description.is_demo,
    )
    shown = db.session.execute(
        select(*columns)
        .join(Image, Image.current_description_id == Description.id)
        .where(Image.owned_by(user), Image.id == of)
    ).one_or_none()
    mine = (Image.owned_by(user), Image.id == image_id, Image.current_description_id.is_(None))
    if shown is None or db.session.scalar(select(Image.id).where(*mine)) is None:
        return None
    version = Description(image_id=image_id, **shown._mapping)  # noqa: SLF001 - a row's own way
    db.session.add(version)
    db.session.flush()  # the id is needed below
    waits = Image.description_state == DescriptionState.WAITING
    db.session.execute(
        update(Image)
        .where(*mine)
        .values(
            current_description_id=version.id,
            description_state=case((waits, Image.description_state), else_=DescriptionState.DONE),
            description_failure=None,
        )
        .execution_options(synchronize_session=False)
    )
    index_images([image_id])
    return version.id


def take_back_copy(user: User, image_id: UUID, version_id: UUID) -> None:
    """Delete the version that `copy_description` made, where it is still shown. Safe to repeat."""
    waits = Image.description_state == DescriptionState.WAITING
    changed = db.session.scalar(
        update(Image)
        .where(
            Image.owned_by(user),
            Image.id == image_id,
            Image.current_description_id == version_id,
        )
        .values(
            current_description_id=None,
            description_state=case((waits, Image.description_state), else_=DescriptionState.NONE),
        )
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    if changed is not None:
        db.session.execute(
            delete(Description)
            .where(Description.id == version_id, Description.image_id == image_id)
            .execution_options(synchronize_session=False)
        )
        index_images([image_id])


def ask(user: User, image_id: UUID, *, model: ModelSettings | None) -> bool:
    """Note that a picture waits for a description; ends the transaction.

    Returns whether its message is to be sent: one that waits already has one.

    Raises:
        TooManyRequestsError: this picture, this person or this site has had enough of them.
        TooManyAtOnceError: several writes of theirs are under way; nothing was counted.
        NotFoundError: not this person's picture.
        DescriptionsUnavailableError: the operator has set no model up.
        DescriptionsOffError: the person has not turned descriptions on.
        DescribedByPersonError: the person wrote one themselves.
        ImageDeletedError: it is in Recently deleted, where nobody describes it.
        NotReadyError: there is no preview to describe.
    """
    row = db.session.execute(
        select(Image.has_preview, Image.description_state, Image.deleted_at, Description.source)
        .outerjoin(Description, Description.id == Image.current_description_id)
        .where(Image.owned_by(user), Image.id == image_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    require_consent(user, model=model)
    if row.source == DescriptionSource.PERSON:
        raise DescribedByPersonError
    if row.deleted_at is not None:
        raise ImageDeletedError
    if not row.has_preview:
        raise NotReadyError
    if row.description_state == DescriptionState.WAITING:
        db.session.rollback()
        return False
    counted = (
        (DESCRIPTIONS_OF_IMAGE, str(image_id)),
        (DESCRIPTIONS_OF_PERSON, str(user.id)),
        (DESCRIPTIONS_ALL, ""),
    )
    limiter.take_each(*counted)
    _take_seat(user, *counted)
    asked = db.session.scalar(
        update(Image)
        .where(
            Image.owned_by(user),
            Image.id == image_id,
            Image.description_state != DescriptionState.WAITING,
            ~by(DescriptionSource.PERSON),
        )
        .values(_waiting_since(now()))
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    # None: another request asked, or the person wrote one, this moment.
    return asked is not None


def ask_for_missing(user: User, *, model: ModelSettings | None) -> tuple[int, datetime]:
    """Note that pictures without a description wait for one; return how many, and since when.

    A thousand in each transaction, for as long as a request may take: of a very large library some
    are left, and the same request asks for those. The messages of single pictures are the worker's
    to send. Ends the transaction.

    Raises:
        TooManyRequestsError: they were asked for a moment ago, or many were some hours ago.
        TooManyAtOnceError: several writes of theirs are under way; nothing was counted.
        DescriptionsUnavailableError: the operator has set no model up.
        DescriptionsOffError: the person has not turned descriptions on.
    """
    require_consent(user, model=model)
    counted = (DESCRIPTIONS_OF_ALL, str(user.id))
    limiter.take_each(counted)
    _take_seat(user, counted)
    if over := limiter.seconds_over(DESCRIPTIONS_OF_MISSING, of=str(user.id)):
        raise TooManyRequestsError(retry_after=over)
    moment, ends = now(), time.monotonic() + MAX_SECONDS_OF_MISSING
    asked, last = _ask_for_some(user.id, after=b"", moment=moment)
    total = asked
    with suppress(TooManyAtOnceError):  # what was asked for is asked for
        while asked == MAX_MISSING_AT_ONCE and time.monotonic() < ends:
            take_seat(user.id)
            asked, last = _ask_for_some(user.id, after=last, moment=moment)
            total += asked
    return total, moment


def _ask_for_some(owner_id: UUID, *, after: bytes, moment: datetime) -> tuple[int, bytes]:
    """Note that the next thousand wait; return how many, and the checksum of the last. Commits."""
    # By the index of checksums: each thousand begins where the one before it ended.
    some = (
        select(Image.id)
        .where(Image.owner_id == owner_id, Image.sha256 > after, _missing())
        .order_by(Image.sha256)
        .limit(MAX_MISSING_AT_ONCE)
        .with_for_update()
    )
    asked = (
        update(Image)
        .where(Image.id.in_(some.scalar_subquery()))
        .values(_waiting_since(moment))
        .returning(Image.sha256)
        .execution_options(synchronize_session=False)
    )
    checksums = db.session.scalars(asked).all()
    if checksums:
        limiter.add(DESCRIPTIONS_OF_MISSING, of=str(owner_id), amount=len(checksums))
    db.session.commit()
    return len(checksums), max(checksums, default=after)


def _take_seat(user: User, *counted: tuple[limiter.Limit, str]) -> None:
    """Take a seat, or take back what was counted: the same is asked for again in a second."""
    try:
        take_seat(user.id)
    except TooManyAtOnceError:
        limiter.give_each_back(*counted)
        db.session.commit()
        raise


def require_consent(user: User, *, model: ModelSettings | None) -> None:
    """Refuse what a model would do unless the operator and the person both want it."""
    if model is None:
        raise DescriptionsUnavailableError
    if not user.descriptions_enabled:
        raise DescriptionsOffError


def record(image_id: UUID, sighting: "GeneratedDescription", *, is_demo: bool) -> None:
    """Keep a model's answer; see [Note: A person's words win]. Safe to repeat."""
    version = Description(
        image_id=image_id,
        source=DescriptionSource.MODEL,
        alt_text=sighting.alt_text,
        text=sighting.text,
        visible_text=sighting.visible_text,
        tags=list(sighting.tags),
        model=sighting.model,
        prompt_version=sighting.prompt_version,
        input_tokens=sighting.input_tokens,
        output_tokens=sighting.output_tokens,
        is_demo=is_demo,
    )
    db.session.add(version)
    db.session.flush()  # the id is needed below
    for_the_one = update(Image).where(Image.id == image_id)
    unsynchronized = {"synchronize_session": False}
    db.session.execute(
        for_the_one.where(~by(DescriptionSource.PERSON)).values(current_description_id=version.id),
        execution_options=unsynchronized,
    )
    # Whoever's words are shown: nothing is waited for any more.
    db.session.execute(
        for_the_one.values(description_state=DescriptionState.DONE, description_failure=None),
        execution_options=unsynchronized,
    )
    index_images([image_id])
    _forget_older(image_id, DescriptionSource.MODEL)


def record_failure(image_id: UUID, *, code: str) -> None:
    """Note why no description came; the person can try again. Safe to repeat."""
    db.session.execute(
        update(Image)
        .where(Image.id == image_id, Image.description_state == DescriptionState.WAITING)
        .values(description_state=DescriptionState.FAILED, description_failure=code)
        .execution_options(synchronize_session=False)
    )


def _forget_older(image_id: UUID, source: DescriptionSource) -> None:
    """Delete all but the last versions: see [Note: Ten versions].

    Comes after the update of the picture, whose row stays locked: which version is shown cannot
    change any more.
    """
    of_source = (Description.image_id == image_id) & (Description.source == source)
    kept = (
        select(Description.id)
        .where(of_source)
        .order_by(Description.created_at.desc(), Description.id)
        .limit(MAX_VERSIONS)
    )
    is_shown = exists().where(Image.id == image_id, Image.current_description_id == Description.id)
    db.session.execute(
        delete(Description)
        .where(of_source, Description.id.not_in(kept), ~is_shown)
        .execution_options(synchronize_session=False)
    )


def _waiting_since(moment: datetime) -> dict[str, object]:
    return {
        "description_state": DescriptionState.WAITING,
        "description_failure": None,
        "description_asked_at": moment,
        "description_leased_until": None,
        "description_attempts": 0,
    }


def _missing() -> ColumnElement[bool]:
    """Pictures that could be described and are not: never asked for, or failed."""
    return (
        Image.in_library()
        & Image.has_preview
        & Image.state.in_((ImageState.READY, ImageState.DAMAGED))
        & Image.description_state.in_((DescriptionState.NONE, DescriptionState.FAILED))
        & Image.current_description_id.is_(None)
    )


def by(source: DescriptionSource) -> ColumnElement[bool]:
    """Whether the current description was written by `source`."""
    return exists().where(
        Description.id == Image.current_description_id, Description.source == source
    )
