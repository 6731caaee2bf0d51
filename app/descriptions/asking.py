"""Asking for descriptions: of one picture, of some, or of all that have none."""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true, update

from app.accounts.models import User
from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import (
    DESCRIPTIONS_ALL,
    DESCRIPTIONS_OF_ALL,
    DESCRIPTIONS_OF_IMAGE,
    DESCRIPTIONS_OF_MISSING,
    DESCRIPTIONS_OF_PERSON,
    DESCRIPTIONS_OF_SELECTED,
)
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat, take_seat
from app.database import db, now
from app.descriptions.batches.ask import add_batches
from app.descriptions.batches.rows import lease_in_batch
from app.descriptions.budget import standing_of
from app.descriptions.consent import agreed_to
from app.descriptions.errors import (
    BatchesUnavailableError,
    BudgetSpentError,
    DescribedByPersonError,
    DescriptionsOffError,
    DescriptionsUnavailableError,
    ImageDeletedError,
    ModelPriceUnknownError,
    NeverSentError,
    NotReadyError,
)
from app.descriptions.lease import is_in_batch
from app.descriptions.never_send import has_any, ids_never_sent
from app.descriptions.preferences import prompt_options_of
from app.descriptions.tariff import Tariff
from app.descriptions.versions import by
from app.errors import (
    NotFoundError,
    TooManyAtOnceError,
    TooManyRequestsError,
)
from app.images.counted_models import Storage
from app.images.description_batch_models import DescriptionBatch, DescriptionBatchLine
from app.images.models import (
    Description,
    DescriptionSource,
    DescriptionState,
    Image,
    ImageState,
)
from app.images.unsent_models import is_never_sent
from app.settings import ModelSettings

MAX_MISSING_AT_ONCE = 1000  # in one transaction
MAX_SECONDS_OF_MISSING = 10.0
MAX_SELECTED = 10_000  # as many as a batch changes
CANCELLING_SECONDS = 60


def ask(user: User, image_id: UUID, *, model: ModelSettings | None) -> bool:
    """Note that a picture waits for a description; ends the transaction.

    Returns whether its message is to be sent: one that waits already has one.

    Raises:
        TooManyRequestsError: this picture, this person or this site has had enough of them.
        TooManyAtOnceError: several writes of theirs are under way; nothing was counted.
        NotFoundError: not this person's picture.
        DescriptionsUnavailableError: the operator has set no model up.
        DescriptionsOffError: the person has not turned descriptions on.
        ModelPriceUnknownError: nobody has said what the model costs.
        BudgetSpentError: not one more picture has room in their budget, or in everybody's.
        DescribedByPersonError: the person wrote one themselves.
        NeverSentError: it is never sent, as the person said, by itself or by an album.
        ImageDeletedError: it is in Recently deleted, where nobody describes it.
        NotReadyError: there is no preview to describe.
    """
    row = db.session.execute(
        select(
            Image.has_preview,
            Image.description_state,
            Image.deleted_at,
            Description.source,
            is_never_sent().label("is_never_sent"),
            is_in_batch().label("is_in_batch"),
        )
        .outerjoin(Description, Description.id == Image.current_description_id)
        .where(Image.owned_by(user), Image.id == image_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    _require_room(user, model=model)
    if row.source == DescriptionSource.PERSON:
        raise DescribedByPersonError
    if row.is_never_sent:
        raise NeverSentError
    if row.deleted_at is not None:
        raise ImageDeletedError
    if not row.has_preview:
        raise NotReadyError
    if row.description_state == DescriptionState.WAITING:
        db.session.rollback()
        return False
    if row.is_in_batch:
        # Its batch is being cancelled, and may have it described still.
        raise TooManyRequestsError(retry_after=CANCELLING_SECONDS)
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


def ask_for_missing(
    user: User, *, model: ModelSettings | None, in_batch: bool = False
) -> tuple[int, datetime]:
    """Note that pictures without a description wait for one; return how many, and since when.

    A thousand in each transaction, for as long as a request may take: of a very large library some
    are left, and the same request asks for those. The messages of single pictures are the worker's
    to send. Ends the transaction.

    in_batch: within a day, at half the price: see [Note: Batches].

    Raises:
        TooManyRequestsError: they were asked for a moment ago, or many were some hours ago.
        TooManyAtOnceError: several writes of theirs are under way; nothing was counted.
        DescriptionsUnavailableError: the operator has set no model up.
        DescriptionsOffError: the person has not turned descriptions on.
        ModelPriceUnknownError: nobody has said what the model costs.
        BudgetSpentError: not one more picture has room in their budget, or in everybody's.
        BatchesUnavailableError: the operator has not switched batches on.
    """
    _require_room(user, model=model, in_batch=in_batch)
    counted = (DESCRIPTIONS_OF_ALL, str(user.id))
    limiter.take_each(counted)
    _take_seat(user, counted)
    if over := limiter.seconds_over(DESCRIPTIONS_OF_MISSING, of=str(user.id)):
        raise TooManyRequestsError(retry_after=over)
    moment, ends = now(), time.monotonic() + MAX_SECONDS_OF_MISSING
    asked, last = _ask_for_some(user.id, after=b"", moment=moment, in_batch=in_batch)
    total = asked
    with suppress(TooManyAtOnceError):  # what was asked for is asked for
        while asked == MAX_MISSING_AT_ONCE and time.monotonic() < ends:
            take_seat(user.id)
            asked, last = _ask_for_some(user.id, after=last, moment=moment, in_batch=in_batch)
            total += asked
    return total, moment


def ask_for_selected(
    user: User, ids: Sequence[UUID], *, model: ModelSettings | None, in_batch: bool = False
) -> tuple[int, datetime]:
    """Note that those of these pictures wait that have no description; as `ask_for_missing`.

    Args:
        user: whose pictures.
        ids: of them, at most MAX_SELECTED; what is not there, or not theirs, is passed over.
        model: the site's.
        in_batch: as there.
    """
    _require_room(user, model=model, in_batch=in_batch)
    counted = (DESCRIPTIONS_OF_SELECTED, str(user.id))
    limiter.take_each(counted)
    _take_seat(user, counted)
    if over := limiter.seconds_over(DESCRIPTIONS_OF_MISSING, of=str(user.id)):
        raise TooManyRequestsError(retry_after=over)
    moment, total = now(), 0
    with suppress(TooManyAtOnceError):
        for first in range(0, len(ids), MAX_MISSING_AT_ONCE):
            if first:
                take_seat(user.id)
            some = Image.id.in_(ids[first : first + MAX_MISSING_AT_ONCE])
            asked, _ = _ask_for_some(
                user.id, after=b"", moment=moment, among=some, in_batch=in_batch
            )
            total += asked
    return total, moment


def count_missing(user: User) -> int:
    """Count the pictures that could be described and are not; read off what a trigger keeps."""
    kept = select(Storage.descriptions_missing).where(Storage.user_id == user.id)
    missing = (db.session.scalar(kept) or 0) - _count_coming(user)
    if not has_any(user.id):
        return max(0, missing)
    take_read_seat(user.id, rows=FEW_ROWS + 1)
    unsent = (
        select(func.count())
        .select_from(Image)
        .where(Image.owned_by(user), ids_never_sent(user.id), would_miss())
    )
    return max(0, missing - (db.session.scalar(unsent) or 0))


def _count_coming(user: User) -> int:
    """Count the pictures that are missing, and that a batch which is cancelled may still bring."""
    coming = (
        select(func.count())
        .select_from(DescriptionBatchLine)
        .join(DescriptionBatch, DescriptionBatch.id == DescriptionBatchLine.batch_id)
        .join(Image, Image.id == DescriptionBatchLine.image_id)
        .where(DescriptionBatch.owner_id == user.id, Image.owned_by(user), would_miss())
    )
    return db.session.scalar(coming) or 0


def _ask_for_some(
    owner_id: UUID,
    *,
    after: bytes,
    moment: datetime,
    in_batch: bool,
    among: ColumnElement[bool] | None = None,
) -> tuple[int, bytes]:
    """Note that the next thousand wait; return how many, and the checksum of the last. Commits."""
    # By the index of checksums: each thousand begins where the one before it ended.
    some = (
        select(Image.id)
        .where(
            Image.owner_id == owner_id,
            Image.sha256 > after,
            _missing(),
            true() if among is None else among,
        )
        .order_by(Image.sha256)
        .limit(MAX_MISSING_AT_ONCE)
        .with_for_update()
    )
    asked = (
        update(Image)
        .where(Image.id.in_(some.scalar_subquery()))
        .values(_waiting_since(moment) | (lease_in_batch() if in_batch else {}))
        .returning(Image.sha256, Image.id)
        .execution_options(synchronize_session=False)
    )
    rows = db.session.execute(asked).all()
    checksums = [row.sha256 for row in rows]
    if in_batch:
        add_batches(owner_id, [row.id for row in rows])
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
    if not user.descriptions_enabled or not agreed_to(model.host, user.descriptions_host):
        raise DescriptionsOffError


def require_tariff(model: ModelSettings | None) -> Tariff:
    """Return what the site's model costs.

    Raises:
        DescriptionsUnavailableError: the operator has set no model up.
        ModelPriceUnknownError: nobody has said what it costs.
    """
    if model is None:
        raise DescriptionsUnavailableError
    tariff = Tariff.of(model)
    if tariff is None:
        raise ModelPriceUnknownError(model.model)
    return tariff


def _require_room(user: User, *, model: ModelSettings | None, in_batch: bool = False) -> None:
    """Refuse what has no consent, no price, or no room for one more picture in a budget."""
    require_consent(user, model=model)
    tariff = require_tariff(model).with_options(prompt_options_of(user.id))
    if in_batch:
        if model is None or not model.takes_batches:
            raise BatchesUnavailableError
        tariff = tariff.in_batches()
    standing = standing_of(user.id, tariff=tariff)
    payer = standing.refuses(tariff.most_of_picture)
    if payer is not None:
        whose = "Your budget" if payer == "person" else "This site's budget"
        raise BudgetSpentError(whose=whose, resets_on=standing.resets_on.isoformat())


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
    return would_miss() & ~is_never_sent() & ~is_in_batch()


def would_miss() -> ColumnElement[bool]:
    """The same with those that are never sent; a trigger counts these."""
    return (
        Image.in_library()
        & Image.has_preview
        & Image.state.in_((ImageState.READY, ImageState.DAMAGED))
        & Image.description_state.in_((DescriptionState.NONE, DescriptionState.FAILED))
        & Image.current_description_id.is_(None)
    )
