"""Albums over HTTP: list, create, read, change, delete and restore them, and reorder images."""

from uuid import UUID

import orjson
from flask import Response, request
from sqlalchemy import func, or_, select, text

from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_owner, current_user, signed_in
from app.albums.entries import MAX_ALBUMS, lock_albums_of, require_album, touch
from app.albums.errors import TooManyAlbumsError
from app.albums.listing import albums_page, show_album
from app.albums.positions import arrange, move
from app.albums.purge import RESTORABLE_FOR
from app.albums.schemas import (
    AlbumDeletedOut,
    AlbumIn,
    AlbumMove,
    AlbumOut,
    AlbumPatch,
    AlbumsOut,
    ListAlbumsIn,
)
from app.database import db, now
from app.errors import FieldError, NotFoundError
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.entity_tags import require_match, tag_of
from app.http.middleware import json_response
from app.images.album_models import Album, AlbumImage, AlbumOrder
from app.images.listing import Reader, Shown
from app.images.sidecar_models import mark_album
from app.search.index import index_album

albums = APIBlueprint("albums", __name__, url_prefix="/api/albums", tag="Albums")

NOT_FOUND = {404: "There is no such album, or it is not yours: the answer is the same."}
BUSY = {429: "Several changes of yours are under way (`too_many_at_once`), or too many requests."}
_COUNT_ANEW = text("SELECT add_to_album_counts(ARRAY[CAST(:album AS uuid)], '{0}', '{0}')")


@albums.get("")
@signed_in
@albums.input(ListAlbumsIn, location="query")
@albums.output(AlbumsOut)
@albums.doc(responses={400: "The cursor is not one of ours."})
def list_albums(query_data: ListAlbumsIn) -> Response:
    """List albums, with the count, the span of dates and the cover of each.

    Pass `next_cursor` as `cursor` to get the next page.
    """
    owner = current_owner()
    is_shared = query_data.addresses == "shared"
    reader = dependencies().access.reader(owner.id, is_relative=is_shared)
    shared = {"base": reader.shared.base, "query": reader.shared.query} if is_shared else None
    page = albums_page(
        owner,
        sort=query_data.sort,
        reader=reader,
        limit=query_data.limit,
        cursor=query_data.cursor,
    )
    return json_response(
        {"albums": page.albums, "next_cursor": page.next_cursor, "addresses": shared}
    )


@albums.post("")
@signed_in
@albums.input(AlbumIn, location="json")
@albums.output(AlbumOut, status_code=201, description="It was made.")
@albums.doc(responses={409: "You have as many albums as you may.", **BUSY})
def create_album(json_data: AlbumIn) -> Response:
    """Make an album. Put images into it by `POST /api/images/batch`, or upload them into it."""
    user, reader = current_user(), _reader()
    take_seat(user.id)
    lock_albums_of(user.id)
    held = db.session.scalar(
        select(func.count()).select_from(Album).where(Album.owner_id == user.id)
    )
    if (held or 0) >= MAX_ALBUMS:
        raise TooManyAlbumsError
    album = Album(
        owner_id=user.id,
        title=json_data.title,
        description=json_data.description,
        sort=json_data.order,
        is_arranged=json_data.order == AlbumOrder.MANUAL,
    )
    index_album(album)
    db.session.add(album)
    db.session.flush()  # its id
    answer = _answer(album.id, reader)
    db.session.commit()
    answer.status_code = 201
    return answer


@albums.get("/<uuid:album_id>")
@signed_in
@albums.output(AlbumOut)
@albums.doc(responses=NOT_FOUND)
def get_album(album_id: UUID) -> Response:
    """Show an album. What is in it, its timeline and its images say."""
    return _answer(album_id, _reader())


@albums.patch("/<uuid:album_id>")
@signed_in
@albums.input(AlbumPatch, location="json")
@albums.output(AlbumOut)
@albums.doc(responses={**NOT_FOUND, 412: "If-Match names another version of it.", **BUSY})
def update_album(album_id: UUID, json_data: AlbumPatch) -> Response:
    """Change an album's title, description, order or cover.

    With `If-Match` and the `ETag` of what was read, nothing is changed that somebody, perhaps in
    another tab, has changed meanwhile: 412.
    """
    user, reader = current_user(), _reader()
    take_seat(user.id)
    lock_albums_of(user.id)
    album = require_album(user, album_id)
    if "If-Match" in request.headers:
        require_match(_state_of(show_album(user, album_id, reader=reader)))
    given = json_data.model_fields_set
    if "title" in given:
        album.title = json_data.title
        index_album(album)
    if "description" in given:
        album.description = json_data.description
    if "cover_id" in given:
        _set_cover(album, json_data.cover_id)
    if "order" in given:
        if json_data.order == AlbumOrder.MANUAL:
            arrange(album)
        album.sort = json_data.order
    if given:
        touch(album)
    return _settle(album, reader)


@albums.delete("/<uuid:album_id>")
@signed_in
@albums.output(AlbumDeletedOut, description="It can be restored for 30 days.")
@albums.doc(responses=NOT_FOUND | BUSY)
def delete_album(album_id: UUID) -> Response:
    """Delete an album, and none of its images. `POST …/restore` brings it back within 30 days."""
    user = current_user()
    take_seat(user.id)
    lock_albums_of(user.id)
    album = require_album(user, album_id)
    moment = now()
    album.deleted_at = moment
    db.session.commit()
    return json_response({"id": str(album_id), "restorable_until": moment + RESTORABLE_FOR})


@albums.post("/<uuid:album_id>/restore")
@signed_in
@albums.output(AlbumOut)
@albums.doc(responses=NOT_FOUND | BUSY)
def restore_album(album_id: UUID) -> Response:
    """Bring back an album that was deleted, with what was in it."""
    user, reader = current_user(), _reader()
    take_seat(user.id)
    lock_albums_of(user.id)
    album = db.session.scalar(
        select(Album)
        .where(
            Album.owner_id == user.id,
            Album.id == album_id,
            # What the sweep may have begun to delete for good does not come back.
            or_(Album.deleted_at.is_(None), Album.deleted_at > now() - RESTORABLE_FOR),
        )
        .execution_options(populate_existing=True)
    )
    if album is None:
        raise NotFoundError
    if album.deleted_at is not None:
        album.deleted_at = None
        touch(album)  # whoever keeps a copy reads it anew
    return _settle(album, reader)


@albums.post("/<uuid:album_id>/order")
@signed_in
@albums.input(AlbumMove, location="json")
@albums.output(AlbumOut)
@albums.doc(responses=NOT_FOUND | BUSY)
def move_in_album(album_id: UUID, json_data: AlbumMove) -> Response:
    """Move images of an album just before or just after another image of it.

    From then on it is ordered by hand. An album that was ordered by date begins with that order.
    """
    user, reader = current_user(), _reader()
    take_seat(user.id)
    lock_albums_of(user.id)
    album = require_album(user, album_id)
    arrange(album)
    ids = list(dict.fromkeys(json_data.ids))
    move(album, ids, anchor=json_data.image_id, is_after=json_data.place == "after")
    mark_album(album)
    touch(album)
    return _settle(album, reader)


def _set_cover(album: Album, image_id: UUID | None) -> None:
    """Choose the cover of an album.

    Raises:
        NotFoundError: the image is not in the album.
    """
    if image_id is not None and db.session.get(AlbumImage, (album.id, image_id)) is None:
        raise NotFoundError(
            "The cover is not in this album. Nothing was changed.",
            errors=(
                FieldError(location="body", field="cover_id", message="It is not in this album."),
            ),
        )
    album.cover_id = image_id


def _settle(album: Album, reader: Reader) -> Response:
    """Find anew what lists show of an album, answer with it, and commit."""
    db.session.flush()
    db.session.execute(_COUNT_ANEW, {"album": album.id})
    answer = _answer(album.id, reader)
    db.session.commit()
    return answer


def _answer(album_id: UUID, reader: Reader) -> Response:
    shown = show_album(current_owner(), album_id, reader=reader)
    response = json_response(shown)
    expiry = str(shown["urls_expire_at"] or "").encode()
    response.set_etag(f"{_state_of(shown)}.{tag_of(expiry)[:8]}")
    return response


def _reader() -> Reader:
    """Return what signs addresses: before anything is locked, for it may have to ask STS."""
    return dependencies().access.reader(current_owner().id)


def _state_of(shown: Shown) -> str:
    """Tag what is known of an album, without the address that changes every few minutes."""
    lasting = {name: value for name, value in shown.items() if name != "urls_expire_at"}
    if shown["cover"]:
        lasting["cover"] = shown["cover"]["image_id"]
    return tag_of(orjson.dumps(lasting, option=orjson.OPT_UTC_Z))
