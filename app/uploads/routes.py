"""Uploads over HTTP: create, cancel, and complete a multipart upload."""

import logging
from collections.abc import Iterable, Mapping
from uuid import UUID

from flask import Response

from app.accounts.models import User
from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_user, signed_in
from app.albums.entries import add_images, lock_albums_of, require_album
from app.clients.aws.boto import AwsUnavailableError
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.images.listing import Shown, image_detail, images_by_id
from app.images.schemas import ImageDetail
from app.images.turns import TURN_EACH_BATCH, move_turn
from app.observability.metrics import count
from app.uploads.asking_s3 import MAX_ASKED_AT_ONCE, count_asked
from app.uploads.create import (
    Existing,
    Promised,
    QuotaReservation,
    Refused,
    promise_upload,
    refusal,
    require_few_unfinished,
)
from app.uploads.discarded import require_few_discarded
from app.uploads.multipart import (
    OpenParts,
    PromisedInParts,
    complete_parts,
    drop_counted,
    open_parts,
)
from app.uploads.schemas import NewImage, NewImages, PlacesOut

uploads = APIBlueprint("uploads", __name__, url_prefix="/api/images", tag="Images")

log = logging.getLogger(__name__)

# A worker looks for what waits, and finds that it is not there, within seconds.
DOUBT_SECONDS = 5

Answer = Promised | PromisedInParts | Existing | Refused
PROMISED = Promised | PromisedInParts


@uploads.post("")
@signed_in
@uploads.input(NewImages, location="json")
@uploads.output(PlacesOut, description="One answer for each picture, in the same order.")
@uploads.doc(
    responses={
        404: "An album that is named is not there, or not yours; nothing was promised.",
        409: "An album, or all of yours, or those of a picture, hold as much as they may;"
        " nothing was promised.",
        429: "Too many uploads were begun and not finished, cancelled or rejected, or too much was"
        " sent that was cancelled or rejected; or several changes of yours are under way, among"
        " them places in parts that were asked for faster than ten a second.",
    }
)
def create_images(json_data: NewImages) -> Response:
    """Ask for places to upload pictures to.

    For each picture: a place (PUT the file there with exactly the headers given, within five
    minutes), or the picture that is here already, or why it cannot be taken in. Asking again for
    an upload that was not finished gives its place again. `wait`: it may be here already, which is
    found out within seconds; keep the file, and ask for this picture again.

    With `parts`, a place has an address for each part: PUT them in any order, several at once if
    you like, then complete the upload. Asking again tells which parts are there, and gives new
    addresses for the others.
    """
    user = current_user()
    require_few_discarded(user)
    settings, access = dependencies().settings, dependencies().access
    reader = access.reader(user.id)  # before anything is locked: it may have to ask STS
    take_seat(user.id)
    room = QuotaReservation(user, quota_bytes=settings.storage_quota_bytes)
    answers: dict[int, Answer] = {}
    # In the order of the checksums, so that two batches at once cannot wait for each other.
    for index, new in sorted(enumerate(json_data.images), key=lambda item: item[1].sha256):
        answers[index] = refusal(new, max_bytes=settings.max_upload_bytes) or promise_upload(
            user, new, access=access, room=room
        )
    promised = sum(isinstance(answer, PROMISED) for answer in answers.values())
    if promised:
        require_few_unfinished(user)
    _put_into_albums(user, json_data.images, answers)
    # A client that is told "exists" discards its file: verify images in doubt first.
    doubtful = [
        answer.image_id
        for answer in answers.values()
        if isinstance(answer, Existing) and answer.is_unverified
    ]
    looked_for = doubtful[:MAX_ASKED_AT_ONCE]
    in_parts = sum(isinstance(answer, PromisedInParts) for answer in answers.values())
    # Together, and before the commit: nothing is opened in place of what cannot be dropped.
    abandoned = _abandoned(answers.values())
    count_asked(user.id, in_parts + len(abandoned) + len(looked_for))
    ids = [answer.image_id for answer in answers.values() if not isinstance(answer, Refused)]
    # Before the commit, which lets the rows go: one may be cancelled the moment after.
    shown = {UUID(image["id"]): image for image in images_by_id(user, ids, reader=reader)}
    db.session.commit()
    if promised:
        # By itself, since the worker moves the same row.
        move_turn(user.id, by=TURN_EACH_BATCH)
        db.session.commit()
    unproven = set(doubtful) - _found_at_s3(user, looked_for)
    if abandoned:
        drop_counted(user, abandoned, uploads=dependencies().uploads)
    count("UploadsPromised", promised)
    places = [
        _place(user, answers[index], shown, unproven=unproven)
        for index in range(len(json_data.images))
    ]
    return json_response({"places": places})


@uploads.post("/<uuid:image_id>/complete")
@signed_in
@uploads.output(ImageDetail, status_code=202, description="All of it is there.")
@uploads.doc(
    responses={
        404: "There is no such picture, or it is not yours: the answer is the same.",
        409: "Parts are missing, whose numbers are said, or no upload in parts is open.",
    }
)
def complete_image(image_id: UUID) -> Response:
    """Put the parts of an upload together, once all have arrived.

    From then on the picture is stored; it is processed as those are that came in one piece.
    """
    user = current_user()
    complete_parts(user, image_id, uploads=dependencies().uploads)
    access = dependencies().access
    detail = image_detail(
        user,
        image_id,
        reader=access.reader(user.id),
        sign_animation=access.animation,
        sign_motion=access.motion,
    )
    return json_response(detail, status=202)


def _put_into_albums(user: User, images: list[NewImage], answers: Mapping[int, Answer]) -> None:
    """Put pictures into the albums that they are uploaded into; they are locked.

    Raises:
        NotFoundError: an album is not there, or is somebody else's.
    """
    if all(new.album_id is None for new in images):
        return
    lock_albums_of(user.id)
    for album_id in {new.album_id for new in images if new.album_id is not None}:
        album = require_album(user, album_id)
        answered = [answers[index] for index, new in enumerate(images) if new.album_id == album_id]
        ids = [answer.image_id for answer in answered if not isinstance(answer, Refused)]
        add_images(user, album, ids)


def _found_at_s3(user: User, image_ids: list[UUID]) -> set[UUID]:
    """Return those whose originals are there, as far as S3 answers.

    Of one that is not there the worker will see so too, and then its place is given again.
    """
    user_id = user.id
    db.session.rollback()
    found = set()
    for image_id in image_ids:
        try:
            if dependencies().uploads.has_original(user_id, image_id):
                found.add(image_id)
        except AwsUnavailableError as error:
            log.warning("originals are looked for later: %s", error)
            break
    return found


def _abandoned(answers: Iterable[Answer]) -> list[tuple[UUID, str]]:
    """Return the uploads in parts that others have taken the place of."""
    return [
        (answer.image_id, answer.abandoned)
        for answer in answers
        if isinstance(answer, Promised | PromisedInParts) and answer.abandoned is not None
    ]


def _place(user: User, answer: Answer, shown: dict[UUID, Shown], *, unproven: set[UUID]) -> Shown:
    match answer:
        case Existing(image_id=image_id) if image_id in unproven:
            return {"status": "wait", "retry_after": DOUBT_SECONDS}
        case Refused(code=code, detail=detail):
            return {"status": "refused", "code": code, "detail": detail}
        case Existing(image_id=image_id, restored=restored):
            return {"status": "exists", "image": shown[image_id], "restored": restored}
        case Promised(image_id=image_id, place=place):
            upload = {
                "method": "PUT",
                "url": place.url,
                "headers": place.headers,
                "expires_at": place.expires_at,
            }
            return {"status": "upload", "image": shown[image_id], "upload": upload}
        case PromisedInParts(image_id=image_id):
            opened = open_parts(user, answer, uploads=dependencies().uploads)
            return {"status": "upload", "image": shown[image_id], "upload": _in_parts(opened)}


def _in_parts(opened: OpenParts) -> Shown:
    return {
        "method": "PUT",
        "parts": [
            {
                "number": part.number,
                "offset": part.offset,
                "size": part.size,
                "is_stored": place is None,
                "url": place and place.url,
                "headers": place and place.headers,
            }
            for part, place in opened.parts
        ],
        "expires_at": opened.expires_at,
    }
