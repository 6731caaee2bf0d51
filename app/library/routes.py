"""Images over HTTP: list, read, change, delete, describe."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

import orjson
from flask import Response, request
from sqlalchemy import func, select, update

from app.accounts.models import User
from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.rate_limits.seats import take_read_seat, take_seat
from app.accounts.sessions.guards import current_owner, current_user, require_fresh, signed_in
from app.accounts.sessions.lookup import Owner
from app.clients.aws.boto import AwsUnavailableError
from app.database import db
from app.descriptions import asking, versions
from app.errors import FieldError, NotFoundError, ValidationFailedError
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.entity_tags import require_match, tag_of
from app.http.middleware import json_response
from app.images.changes import changes_since
from app.images.corrections import (
    Taken,
    correct_locations,
    correct_rating,
    correct_taken,
    set_title,
)
from app.images.listing import (
    Page,
    Reader,
    Shown,
    deleted_page,
    image_detail,
    images_by_id,
    view_page,
)
from app.images.models import SHOWN, Image
from app.images.schemas import (
    PAGE,
    ChangesIn,
    ChangesOut,
    DownloadOut,
    ImageDetail,
    ImagePatch,
    ImagesOut,
    ListIn,
    QueuedOut,
)
from app.library.batch import FOR_GOOD, change_many
from app.library.batch_schemas import BatchIn, BatchOut, TotalIn, TotalOut
from app.library.description_schemas import DescribeMissingIn
from app.library.downloads import has_checked_original
from app.library.flags import set_archived, set_favourite
from app.library.selection import Locked, among, lock_images
from app.library.trash import delete_images, restore_images
from app.messages import DescribeAll, DescribePicture
from app.places.naming import name_places
from app.processing.retry import process_again
from app.search.index import index_images
from app.uploads.multipart import drop_parts

log = logging.getLogger(__name__)

images = APIBlueprint("images", __name__, url_prefix="/api/images", tag="Images")

NOT_FOUND = {404: "There is no such picture, or it is not yours: the answer is the same."}


@images.get("")
@signed_in
@images.input(ListIn, location="query")
@images.output(ImagesOut)
@images.doc(responses={400: "The cursor is not one of ours."})
def list_images(query_data: ListIn) -> Response:
    """List pictures, newest first.

    Pass `next_cursor` as `cursor` to get the next page. Pictures whose upload is not finished or
    was rejected are listed by `ids` only.
    """
    owner = current_owner()
    is_shared = query_data.addresses == "shared"
    reader = dependencies().access.reader(owner.id, is_relative=is_shared)
    shared = {"base": reader.shared.base, "query": reader.shared.query} if is_shared else None
    if query_data.ids is not None:
        found = images_by_id(owner, _parse_ids(query_data.ids), reader=reader)
        return json_response({"images": found, "next_cursor": None, "addresses": shared})
    page_of = deleted_page if query_data.deleted else _view_page(query_data)
    page = page_of(owner, reader=reader, limit=query_data.limit, cursor=query_data.cursor)
    return json_response(
        {"images": page.images, "next_cursor": page.next_cursor, "addresses": shared}
    )


@images.get("/changes")
@signed_in
@images.input(ChangesIn, location="query")
@images.output(ChangesOut)
@images.doc(
    responses={
        400: "`changed_since` is not one of ours.",
        410: "Removals since then are not remembered any more: begin anew, without changed_since.",
    }
)
def list_changes(query_data: ChangesIn) -> Response:
    """List what changed since you last asked, to keep a copy in step.

    Without `changed_since`: all pictures that have arrived. From then on pass `changed_until` of
    the answer before, and ask on while `has_more` is true. Nothing is missed that was still being
    written when you asked; what changes meanwhile comes again. Removals are remembered for 90
    days: whoever did not ask for so long hears 410, and begins anew.
    """
    owner = current_owner()
    found = changes_since(
        owner,
        reader=dependencies().access.reader(owner.id),
        limit=query_data.limit,
        cursor=query_data.changed_since,
    )
    return json_response(
        {
            "images": found.images,
            "removed": found.removed,
            "changed_until": found.until,
            "has_more": found.has_more,
        }
    )


@images.get("/<uuid:image_id>")
@signed_in
@images.output(ImageDetail)
@images.doc(responses=NOT_FOUND)
def get_image(image_id: UUID) -> Response:
    """Show one picture with all that is known about it."""
    return _detail(current_owner(), image_id)


@images.get("/<uuid:image_id>/original")
@signed_in
@images.output(DownloadOut)
@images.doc(responses=NOT_FOUND)
def get_original(image_id: UUID) -> Response:
    """Get an address that downloads the original, byte for byte, under its name.

    There is none before all of its bytes were compared with the SHA-256 that was announced: what
    came in parts, S3 compares part by part only, and the worker as a whole.
    """
    owner = current_owner()
    row = db.session.execute(
        select(Image.name, Image.content_type).where(
            Image.owned_by(owner), Image.id == image_id, has_checked_original()
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    signed = dependencies().access.download(
        owner.id, image_id, name=row.name, content_type=row.content_type
    )
    return json_response({"url": signed.url, "expires_at": signed.expires_at})


@images.patch("/<uuid:image_id>")
@signed_in
@images.input(ImagePatch, location="json")
@images.output(ImageDetail)
@images.doc(responses={**NOT_FOUND, 412: "If-Match names another version of it."})
def update_image(image_id: UUID, json_data: ImagePatch) -> Response:
    """Rename, describe, correct, favour or archive a picture, or restore it.

    `taken`, `rating`, `location` and `title` say otherwise than the file; null lets the file's
    count again. The original is never changed. `{"deleted": false}` takes it out of Recently
    deleted.

    With `If-Match` and the `ETag` of what was read, nothing is changed that somebody, perhaps in
    another tab, has changed meanwhile: 412.
    """
    user = current_user()
    take_seat(user.id)
    rows = _require(user, image_id)
    if "If-Match" in request.headers:
        require_match(_state_of(_shown(user, image_id)))
    given = json_data.model_fields_set
    if "name" in given:
        db.session.execute(
            update(Image)
            .where(Image.owned_by(user), Image.id == image_id)
            .values(name=json_data.name)
        )
        index_images([image_id])
    if "deleted" in given:
        restore_images(user, rows)
    if "favourite" in given:
        set_favourite(user, rows, favourite=json_data.favourite)
    if "archived" in given:
        set_archived(user, rows, archived=json_data.archived)
    _correct(user, rows, json_data)
    if json_data.description is not None:
        versions.write(user, image_id, json_data.description)
    elif "description" in given:
        versions.forget_own_words(user, image_id)
    answer = _detail(user, image_id)
    db.session.commit()
    return answer


@images.delete("/<uuid:image_id>")
@signed_in
@images.output({}, status_code=204, description="It is in Recently deleted for 30 days.")
@images.doc(responses=NOT_FOUND)
def delete_image(image_id: UUID) -> Response:
    """Delete a picture; PATCH `{"deleted": false}` brings it back within 30 days.

    An upload that has not arrived yet is cancelled for good.
    """
    user = current_user()
    take_seat(user.id)
    deleted = delete_images(user, _require(user, image_id, with_joined=True))
    db.session.commit()
    _drop_open_parts(user, deleted.open_parts)
    return Response(status=204)


@images.post("/total")
@signed_in
@images.input(TotalIn, location="json")
@images.output(TotalOut)
@images.doc(responses={429: LONG_READS})
def measure_images(json_data: TotalIn) -> Response:
    """Say how large the originals of up to 10,000 pictures are together.

    Safe to repeat. Nothing is changed.
    """
    user = current_user()
    take_read_seat(user.id, rows=len(json_data.ids))
    total = func.coalesce(func.sum(Image.byte_size), 0)
    query = select(func.count(), total).where(Image.owned_by(user), among(json_data.ids))
    count, size = db.session.execute(query).one()
    return json_response({"images": count, "size": int(size)})


@images.post("/batch")
@signed_in
@images.input(BatchIn, location="json")
@images.output(BatchOut)
@images.doc(
    responses={
        404: "One of them is not there, or not yours; `errors` says which. Or the album is not,"
        " or the tag.",
        409: "Your albums, this one, or those of one of the pictures, hold as much as they may"
        " (`albums_full`, `album_full`, `in_too_many_albums`); or what is to be deleted, restored"
        " or dated is in more than 50,000 places of albums (`too_much_in_albums`). Or you"
        " have as many tags as you may, or one of the pictures does (`too_many_tags`,"
        " `too_many_tags_of_image`).",
        429: "Several changes of yours are under way (`too_many_at_once`), or too many requests. Or"
        " much that had come lately was deleted for good before (`too_much_deleted_for_good`).",
    }
)
def change_images(json_data: BatchIn) -> Response:
    """Change up to 10,000 pictures at once: all of them, or none.

    Either `images.ids`, all of which must be there, or `images.match`: whatever matches and would
    be changed. Where that is more than 10,000, some are, and `has_more` is true: send the
    same again for the next. `undo` of the answer is the body that takes back what was done, and
    nothing else: send it to this address. Deleting cancels uploads that have not arrived yet for
    good.

    `delete_for_good` empties Recently deleted, all of it (`{"match": {"view": "deleted"}}`) or
    some. Nothing brings these back. It asks for a proof of the last ten minutes of who is there,
    and is not for scripts.
    """
    if json_data.action in FOR_GOOD:
        require_fresh()
    user = current_user()
    # At once: each that waited would wait for nearly a second, since one locks the others' rows.
    take_seat(user.id, patience=0)
    outcome = change_many(user, json_data)
    db.session.commit()
    _drop_open_parts(user, outcome.open_parts)
    return json_response(outcome.answer)


@images.post("/<uuid:image_id>/retry")
@signed_in
@images.output(ImageDetail, status_code=202, description="It is being processed again.")
@images.doc(
    responses={
        **NOT_FOUND,
        409: "It is not damaged.",
        429: "Enough pictures were tried again.",
    }
)
def retry_image(image_id: UUID) -> Response:
    """Process a damaged picture anew: its failure may have been ours, and mended since."""
    task = process_again(current_user(), image_id)
    response = _detail(current_user(), image_id)  # before a worker can be at it
    db.session.commit()
    try:
        message = task.message(bucket_name=dependencies().settings.picture_bucket)
        dependencies().picture_queue.send(message)
    except AwsUnavailableError as error:
        log.warning("a picture waits for the sweep: %s", error)
    response.status_code = 202
    return response


@images.post("/<uuid:image_id>/describe")
@signed_in
@images.output(ImageDetail, status_code=202, description="It waits for its description.")
@images.doc(
    responses={
        **NOT_FOUND,
        409: "Descriptions are not available or not turned on, a person has described this"
        " picture, or it has no preview yet.",
        429: "Enough descriptions were asked for.",
    }
)
def describe_image(image_id: UUID) -> Response:
    """Have a model describe one picture, again if need be; one that waits goes on waiting."""
    user = current_user()
    if asking.ask(user, image_id, model=dependencies().settings.model):
        _send(DescribePicture(image_id=image_id).message())
    response = _detail(user, image_id)
    response.status_code = 202
    return response


@images.post("/describe")
@signed_in
@images.input(DescribeMissingIn, location="query")
@images.output(QueuedOut, status_code=202, description="They wait for their descriptions.")
@images.doc(
    responses={
        409: "Descriptions are not available or not turned on.",
        429: "They were asked for a moment ago, or many were some hours ago.",
    }
)
def describe_missing(query_data: DescribeMissingIn) -> Response:
    """Have a model describe all pictures that have no description yet.

    `batch=true` has it done within a day, at half the price.
    """
    user = current_user()
    in_batch = query_data.batch
    waiting, asked_at = asking.ask_for_missing(
        user, model=dependencies().settings.model, in_batch=in_batch
    )
    # The sweep sends messages for batches.
    if waiting and not in_batch:
        _send(DescribeAll(user_id=user.id, asked_at=asked_at).message())
    return json_response({"queued": waiting}, status=202)


def _correct(user: User, rows: Sequence[Locked], changes: ImagePatch) -> None:
    """Let count what a person says of a picture that has arrived.

    Raises:
        NotFoundError: it has not: nothing is known of it yet that could be corrected.
    """
    given = changes.model_fields_set & {"taken", "rating", "location", "title"}
    if not given:
        return
    (row,) = rows
    if row.state not in SHOWN:
        raise NotFoundError
    if "taken" in given:
        taken = changes.taken
        said = Taken(at=taken.at, offset_minutes=taken.offset_minutes) if taken else None
        correct_taken(user, {row.id: said})
    if "rating" in given:
        correct_rating(user, row.id, changes.rating)
    if "title" in given:
        set_title(user, row.id, changes.title)
        index_images([row.id])
    if "location" in given:
        place = changes.location
        correct_locations(user, {row.id: (place.latitude, place.longitude) if place else None})
        name_places(user, [row.id])


def _view_page(query: ListIn) -> Callable[..., Page]:
    return partial(view_page, view=query.view, is_open=query.stacks == "open")


def _drop_open_parts(user: User, open_parts: list[tuple[UUID, str]]) -> None:
    if open_parts:
        drop_parts(user, open_parts, uploads=dependencies().uploads)


def _send(message: Mapping[str, object]) -> None:
    try:
        dependencies().description_queue.send(message)
    except AwsUnavailableError as error:
        log.warning("descriptions wait for the sweep: %s", error)


def _reader(owner: User | Owner) -> Reader:
    return dependencies().access.reader(owner.id)


def _detail(owner: User | Owner, image_id: UUID) -> Response:
    shown = _shown(owner, image_id)
    response = json_response(shown)
    expiry = str(shown["urls_expire_at"] or "").encode()
    response.set_etag(f"{_state_of(shown)}.{tag_of(expiry)[:8]}")
    return response


def _shown(owner: User | Owner, image_id: UUID) -> Shown:
    access = dependencies().access
    return image_detail(
        owner,
        image_id,
        reader=_reader(owner),
        sign_animation=access.animation,
        sign_motion=access.motion,
    )


_PASSING = frozenset(
    {"thumbnail_url", "preview_url", "animation_url", "motion_url", "video_url", "urls_expire_at"}
)


def _state_of(shown: Shown) -> str:
    """Tag what is known of a picture, without the addresses that change every few minutes."""
    lasting = {name: value for name, value in shown.items() if name not in _PASSING}
    return tag_of(orjson.dumps(lasting, option=orjson.OPT_UTC_Z))


def _require(user: User, image_id: UUID, *, with_joined: bool = False) -> Sequence[Locked]:
    """Lock a picture, so that it cannot go before the commit; return its row.

    The video of a Live Photo is none by itself, unless with_joined.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    try:
        return lock_images(user, [image_id], with_joined=with_joined)
    except NotFoundError:
        raise NotFoundError from None  # as it is said of one


def _parse_ids(text: str) -> list[UUID]:
    try:
        ids = [UUID(part) for part in text.split(",") if part]
    except ValueError as error:
        raise _wrong_ids("Ids are UUIDs, separated by commas.") from error
    if len(ids) > PAGE:
        raise _wrong_ids(f"Ask for {PAGE} pictures at most.")
    return ids


def _wrong_ids(message: str) -> ValidationFailedError:
    return ValidationFailedError(
        errors=(FieldError(location="query", field="ids", message=message),)
    )
