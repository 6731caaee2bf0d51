"""Guests send pictures by a share link: what they may send, and where to.

See [Note: Sent by guests] in app/images/collected_models.py. Room is reserved before an address is
given: of the link's bounds under a lock of its row, of the owner's quota as their own uploads do.
So however many ask at once, no more is promised than there is room for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4, uuid5

from sqlalchemy import any_, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from app.accounts.models import User
from app.accounts.rate_limits.limiter import take_several
from app.accounts.rate_limits.policies import PICTURES_OF_GUESTS
from app.accounts.rate_limits.seats import take_seat
from app.clients.aws.image_store import key_of
from app.clients.aws.presigned_urls import UserAccess, for_visitors
from app.clients.aws.session_policies import as_many_as_fit
from app.clients.aws.upload_places import PresignedUpload, Promise, sign_place
from app.database import db, now
from app.errors import NotFoundError, ShareClosedError
from app.images.collected_models import CollectedImage, CollectedState, ShareCollection
from app.images.failure_messages import WORDS
from app.images.listing import Shown
from app.images.models import Image, ImageState
from app.settings import PICTURE_TYPES
from app.sharing.collect_schemas import GuestPicture
from app.sharing.visits import OpenShare
from app.uploads.cancelled import note_cancelled
from app.uploads.create import QuotaReservation, Refused, refusal
from app.uploads.discarded import have_guests_discarded_much

# Of one owner, that are on their way or wait for the owner's review.
MAX_UNSETTLED = 20_000
FIRST_LOOK_AFTER = timedelta(minutes=2)
_FULL = Refused(
    code="collection_full",
    detail="The album takes no more pictures. Ask whoever sent you the link.",
)
# Of a Live Photo guests send the still: whoever reviews it decides on one picture.
GUEST_TYPES = tuple(each for each in PICTURE_TYPES if not each.startswith("video/"))
_NO_PICTURE = Refused(code="unsupported_type", detail=WORDS["unsupported_type"])
_NO_VIDEO = Refused(code="unsupported_type", detail="Only pictures can be added here, no videos.")
_COUNT_UNSETTLED = text("""
SELECT count(*) FROM (
  SELECT FROM collected_images
  WHERE owner_id = :owner AND state IN ('arriving', 'waiting', 'declined', 'gone')
  LIMIT :most
) AS unsettled
""")

Outcome = Literal["arriving", "received", "refused", "gone"]


@dataclass(frozen=True, kw_only=True)
class Given:
    """Where a guest may send a picture."""

    id: UUID
    place: PresignedUpload


@dataclass(frozen=True, kw_only=True)
class Received:
    """It is here already: nothing has to be sent."""

    id: UUID


Answer = Given | Received | Refused


def give_places(
    share: OpenShare, pictures: Sequence[GuestPicture], *, access: UserAccess, limits: "Limits"
) -> list[Answer]:
    """Reserve room for a guest's pictures and sign where they go; commits.

    A picture whose `id` is named was promised a place before, and gets another address of it; if
    that place is over, another place.

    Raises:
        NotFoundError: guests add nothing by this link, or an id is none of its pictures.
        ShareClosedError: it was ended a moment ago.
        TooManyAtOnceError, TooManyRequestsError: guests of this owner ask for much at once.
    """
    if share.collects_into is None:
        raise NotFoundError
    # Their own, so that guests keep the owner from writing nothing.
    take_seat(uuid5(share.owner_id, "guests"))
    promised, answers = _look_at(share, pictures, max_bytes=limits.max_bytes)
    settled = {*answers, *promised.values()}
    wanted = {index: picture for index, picture in enumerate(pictures) if index not in settled}
    if wanted:
        reserved = _reserve(share, wanted, quota_bytes=limits.quota_bytes)
        promised |= {collected_id: index for index, collected_id in reserved.items()}
        answers |= {index: _FULL for index in wanted if index not in reserved}
    db.session.commit()  # what follows waits for STS
    if promised:
        places = _sign(share, {each: pictures[at] for each, at in promised.items()}, access=access)
        for collected_id, index in promised.items():
            answers[index] = Given(id=collected_id, place=places[collected_id])
    return [answers[index] for index in range(len(pictures))]


def _look_at(
    share: OpenShare, pictures: Sequence[GuestPicture], *, max_bytes: int
) -> tuple[dict[UUID, int], dict[int, Answer]]:
    """Find those that were promised a place before, and what can be answered at once.

    Returns:
        The indices of the first by their ids, and the answers by index. All others want a place.

    Raises:
        NotFoundError: an id is none of this link's pictures.
    """
    promised: dict[UUID, int] = {}
    answers: dict[int, Answer] = {}
    for index, picture in enumerate(pictures):
        if picture.id is not None:
            found = _promised_before(share, picture)
            if found.state == CollectedState.ARRIVING:
                promised[found.id] = index
            elif found.state != CollectedState.GONE:
                answers[index] = Received(id=found.id)
        elif picture.content_type not in GUEST_TYPES:
            answers[index] = _NO_VIDEO if picture.content_type in PICTURE_TYPES else _NO_PICTURE
        elif refused := refusal(picture, max_bytes=max_bytes):
            answers[index] = refused
    return promised, answers


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an upload may be, as the settings say."""

    max_bytes: int
    quota_bytes: int | None


def _promised_before(share: OpenShare, picture: GuestPicture) -> CollectedImage:
    found = db.session.scalar(
        select(CollectedImage).where(
            CollectedImage.id == picture.id,
            CollectedImage.share_id == share.id,
            CollectedImage.owner_id == share.owner_id,
            CollectedImage.sha256 == bytes.fromhex(picture.sha256),
            CollectedImage.byte_size == picture.size,
            CollectedImage.content_type == picture.content_type,
        )
    )
    if found is None:
        raise NotFoundError
    return found


def _reserve(
    share: OpenShare, wanted: Mapping[int, GuestPicture], *, quota_bytes: int | None
) -> dict[int, UUID]:
    """Reserve room for as many as there is room for; return the id of each, by its index."""
    if have_guests_discarded_much(share.owner_id):
        return {}
    take_several(PICTURES_OF_GUESTS, of=str(share.owner_id), amount=len(wanted))
    owner = db.session.get(User, share.owner_id)
    if owner is None:
        raise ShareClosedError
    room = QuotaReservation(owner, quota_bytes=quota_bytes)
    bounds = db.session.scalar(
        select(ShareCollection)
        .where(ShareCollection.share_id == share.id, ShareCollection.owner_id == share.owner_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if bounds is None:
        raise ShareClosedError
    counted = {"owner": share.owner_id, "most": MAX_UNSETTLED + 1}
    unsettled = MAX_UNSETTLED - (db.session.scalar(_COUNT_UNSETTLED, counted) or 0)
    moment = now()
    reserved: dict[int, UUID] = {}
    rows: list[dict[str, object]] = []
    for index, picture in wanted.items():
        if (
            unsettled <= len(rows)
            or bounds.taken_pictures >= bounds.max_pictures
            or bounds.taken_bytes + picture.size > bounds.max_bytes
            or not room.take_of_guest(picture.size)
        ):
            continue
        bounds.taken_pictures += 1
        bounds.taken_bytes += picture.size
        reserved[index] = uuid4()
        rows.append(_row_of(share, bounds, picture, into=reserved[index], moment=moment))
    if rows:
        db.session.execute(insert(CollectedImage).values(rows))
    db.session.flush()
    return reserved


def _row_of(
    share: OpenShare,
    bounds: ShareCollection,
    picture: GuestPicture,
    *,
    into: UUID,
    moment: datetime,
) -> dict[str, object]:
    return {
        "id": into,
        "owner_id": share.owner_id,
        "share_id": share.id,
        "album_id": bounds.album_id,
        "state": CollectedState.ARRIVING,
        "name": picture.name,
        "content_type": picture.content_type,
        "byte_size": picture.size,
        "sha256": bytes.fromhex(picture.sha256),
        "taken_hint": picture.taken_hint,
        "added_by": picture.added_by,
        "was_in_album": False,
        "created_at": moment,
        "look_at": moment + FIRST_LOOK_AFTER,
    }


def _sign(
    share: OpenShare, promised: Mapping[UUID, GuestPicture], *, access: UserAccess
) -> dict[UUID, PresignedUpload]:
    places: dict[UUID, PresignedUpload] = {}
    left = list(promised)
    while left:
        count, credentials = as_many_as_fit(
            left, lambda some: access.guest_credentials(share.id, share.owner_id, some)
        )
        signed_at, seconds = for_visitors(share.expires_at)
        for collected_id in left[:count]:
            picture = promised[collected_id]
            places[collected_id] = sign_place(
                key_of(share.owner_id, collected_id, "original"),
                Promise(
                    size=picture.size,
                    content_type=picture.content_type,
                    sha256=bytes.fromhex(picture.sha256),
                ),
                bucket=access.bucket,
                by=credentials,
                signed_at=signed_at,
                seconds=seconds,
            )
        left = left[count:]
    return places


def tell_of(share: OpenShare, ids: Sequence[UUID]) -> list[Shown]:
    """Say what became of a guest's pictures, as the API's GuestUploadOut, in their order.

    Not whether their owner has accepted them, nor whether they had them before. Those that are
    none of this link's are left out.
    """
    rows = db.session.execute(
        select(CollectedImage.id, CollectedImage.state, Image.state, Image.failure_code)
        .outerjoin(
            Image, (Image.id == CollectedImage.image_id) & (Image.owner_id == share.owner_id)
        )
        .where(
            CollectedImage.share_id == share.id,
            CollectedImage.owner_id == share.owner_id,
            CollectedImage.id == any_(literal(list(ids), ARRAY(Uuid()))),
        )
    ).all()
    found = {row[0]: _told(row[1], row[2], row[3]) for row in rows}
    return [{"id": str(each), **found[each]} for each in dict.fromkeys(ids) if each in found]


def _told(state: str, image_state: str | None, failure_code: str | None) -> Shown:
    outcome: Outcome = "received"
    detail = None
    if state == CollectedState.ARRIVING:
        outcome = "arriving"
    elif image_state == ImageState.REJECTED:
        outcome, detail = "refused", WORDS.get(failure_code or "", "This is not a picture.")
    elif state == CollectedState.GONE:
        outcome, detail = "gone", "It came too late, or not at all. Send it again."
    return {"outcome": outcome, "detail": detail}


def drop_arriving(share_id: UUID, owner_id: UUID) -> None:
    """Take in nothing more of what is on its way by a link; the caller commits.

    A link has 2,000 at most.
    """
    dropped = list(
        db.session.scalars(
            update(CollectedImage)
            .where(
                CollectedImage.share_id == share_id,
                CollectedImage.owner_id == owner_id,
                CollectedImage.state == CollectedState.ARRIVING,
            )
            .values(state=CollectedState.GONE)
            .returning(CollectedImage.id)
            .execution_options(synchronize_session=False)
        )
    )
    if dropped:
        note_cancelled(owner_id, *dropped)
