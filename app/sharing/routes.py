"""Share links over HTTP, for their owner: list, make, change and end them."""

from uuid import UUID

from flask import Response

from app.accounts.passwords.hashing import hash_password, refuse_weak
from app.accounts.rate_limits.limiter import take
from app.accounts.rate_limits.policies import LONG_READS, SHARE_CHANGES
from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_owner, current_user, signed_in
from app.database import db
from app.errors import ShareLinksForbiddenError
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.library.selection import wrong_field
from app.sharing.collect import drop_arriving
from app.sharing.links import (
    Options,
    end_all_shares,
    end_share,
    find_collection,
    note_change,
    renew_token,
    require_end_of_collecting,
    require_future,
    require_share,
    set_collection,
    share_album,
    share_images,
)
from app.sharing.listing import list_shares, show_share
from app.sharing.previews import find_preview, renew_preview, set_preview
from app.sharing.schemas import (
    ShareIn,
    ShareMadeOut,
    ShareOut,
    SharePatch,
    SharesEndedOut,
    SharesOut,
)

shares = APIBlueprint("shares", __name__, url_prefix="/api/shares", tag="Share links")

NOT_FOUND = {404: "There is no such link, or it is not yours: the answer is the same."}
LIMITED = {429: "Many links were made or changed, or several changes of yours are under way."}
FORBIDDEN = {403: "This site allows no links (`share_links_forbidden`), or as usual."}


@shares.get("")
@signed_in
@shares.output(SharesOut)
@shares.doc(responses={429: LONG_READS})
def get_shares() -> Response:
    """List everything that others can reach by a link, and links that open no more.

    Of each, how often it was opened by others and when last. Not its address: what is kept of that
    is a hash.
    """
    allowed = _are_allowed()
    return json_response(
        {"shares": list_shares(current_owner(), allowed=allowed), "allowed": allowed}
    )


@shares.post("")
@signed_in
@shares.input(ShareIn, location="json")
@shares.output(ShareMadeOut, status_code=201, description="It is open, to whoever has `url`.")
@shares.doc(
    responses={
        **FORBIDDEN,
        404: "There is no such album, or one of the pictures is not in your library. Nothing was"
        " shared.",
        409: "You have as many links as you may (`too_many_shares`, `too_many_in_shares`), or the"
        " selection has more than 10,000 pictures (`too_many_to_share`).",
        422: "Some fields are not right, or the password is weak (`weak_password`). Nothing was"
        " shared.",
        **LIMITED,
    }
)
def create_share(json_data: ShareIn) -> Response:
    """Make a link to an album, or to pictures of your library.

    Whoever has `url` sees previews without metadata and, where you say so, dates, descriptions and
    names; no account is asked. `url` is told once: what is kept is a hash.
    """
    if not _are_allowed():
        raise ShareLinksForbiddenError
    user = current_user()
    require_future(json_data.expires_at)
    if (json_data.album_id is None) == (json_data.images is None):
        raise wrong_field("album_id", "Name either an album or pictures.")
    take(SHARE_CHANGES, of=str(user.id))
    options = Options(
        name=json_data.name,
        title=json_data.title,
        note=json_data.note,
        password_hash=_hash(json_data.password, email=user.email),
        expires_at=json_data.expires_at,
        allow_downloads=json_data.allow_downloads,
        without_metadata=json_data.without_metadata,
        show_dates=json_data.show_dates,
        show_descriptions=json_data.show_descriptions,
        show_names=json_data.show_names,
    )
    take_seat(user.id)
    if json_data.album_id is not None:
        share, token = share_album(user, json_data.album_id, options, collect=json_data.collect)
    elif json_data.images is not None:
        if json_data.collect is not None:
            raise wrong_field("collect", "Guests add pictures to an album, not to a selection.")
        share, token = share_images(user, json_data.images, options)
    set_preview(share, json_data.preview)
    answer = _answer_with_address(share.id, token)
    db.session.commit()
    answer.status_code = 201
    return answer


@shares.delete("")
@signed_in
@shares.output(SharesEndedOut)
@shares.doc(responses=LIMITED)
def end_shares() -> Response:
    """End all links at once. Within a minute nothing that they showed can be read any more."""
    user = current_user()
    take_seat(user.id)
    ended = end_all_shares(user)
    db.session.commit()
    return json_response({"ended": ended})


@shares.patch("/<uuid:share_id>")
@signed_in
@shares.input(SharePatch, location="json")
@shares.output(ShareOut)
@shares.doc(
    responses={
        **NOT_FOUND,
        422: "Some fields are not right, or the password is weak (`weak_password`). Nothing was"
        " changed.",
        **LIMITED,
    }
)
def update_share(share_id: UUID, json_data: SharePatch) -> Response:
    """Change what a link says and allows, its password, or when it expires.

    After another password all visitors have to give it, those who are looking included, and the
    preview is gone.
    """
    user = current_user()
    given = json_data.model_dump(exclude_unset=True)
    require_future(given.get("expires_at"))
    take(SHARE_CHANGES, of=str(user.id))
    if "password" in given:
        given["password_hash"] = _hash(given.pop("password"), email=user.email)
    take_seat(user.id)
    share = require_share(user, share_id)
    if "password_hash" in given:
        drop_arriving(share.id, share.owner_id)  # every visitor has to give it
    collects = "collect" in given
    given.pop("collect", None)
    previews = "preview" in given
    given.pop("preview", None)
    for name, value in given.items():
        setattr(share, name, value)
    if previews or given.get("password_hash") is not None:
        set_preview(share, json_data.preview)
    if collects:
        set_collection(share, json_data.collect)
    elif "expires_at" in given and find_collection(share) is not None:
        require_end_of_collecting(share)
    note_change(share)
    db.session.flush()
    answer = json_response(show_share(user, share_id, allowed=_are_allowed()))
    db.session.commit()
    return answer


@shares.post("/<uuid:share_id>/address")
@signed_in
@shares.output(ShareMadeOut)
@shares.doc(responses={**FORBIDDEN, **NOT_FOUND, **LIMITED})
def renew_share(share_id: UUID) -> Response:
    """Give a link another address, and end the former: for one that got to the wrong people.

    Also for one that you have lost, since what is kept of it is a hash.
    """
    if not _are_allowed():
        raise ShareLinksForbiddenError
    user = current_user()
    take(SHARE_CHANGES, of=str(user.id))
    take_seat(user.id)
    token = renew_token(require_share(user, share_id))
    renew_preview(share_id)
    answer = _answer_with_address(share_id, token)
    db.session.commit()
    return answer


@shares.delete("/<uuid:share_id>")
@signed_in
@shares.output({}, status_code=204, description="It is nothing any more.")
@shares.doc(responses={**NOT_FOUND, **LIMITED})
def delete_share(share_id: UUID) -> Response:
    """End a link. Within a minute nothing that it showed can be read any more."""
    user = current_user()
    take_seat(user.id)
    end_share(user, share_id)
    db.session.commit()
    return Response(status=204)


def _answer_with_address(share_id: UUID, token: str) -> Response:
    db.session.flush()
    shown = show_share(current_user(), share_id, allowed=_are_allowed())
    # Behind the #: docs/decisions/0104-share-links.md. The id: [Note: Previews of links].
    preview = find_preview(share_id)
    path = "/s" if preview is None else f"/s/{preview.id}"
    return json_response(shown | {"url": f"{dependencies().settings.site_origin}{path}#{token}"})


def _are_allowed() -> bool:
    return dependencies().settings.share_links_are_allowed


def _hash(password: str | None, *, email: str) -> str | None:
    """Hash a link's password; there is the limiter beside it, so it may be as short as a second.

    Raises:
        WeakPasswordError: it would be guessed early.
    """
    if password is None:
        return None
    refuse_weak(password, email=email, has_second_factor=True)
    return hash_password(password)
