"""Albums of others over HTTP: invitations and, for whoever is in an album, what is in it."""

from functools import partial
from uuid import UUID

from flask import Response

from app.accounts.rate_limits.limiter import take
from app.accounts.rate_limits.policies import (
    LONG_READS,
    MANY_ORIGINALS,
    MEMBER_CHANGES,
    ORIGINALS_OF_MEMBER,
)
from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_owner, current_user, signed_in
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import columns_response, json_response
from app.members.access import open_album
from app.members.contents import (
    count_images,
    read_images,
    see_image,
    show_image,
    show_in_view,
    sign_original,
)
from app.members.contribute import contribute, withdraw
from app.members.join import (
    accept,
    block,
    decline,
    leave,
    require_owner,
    set_wants_mail,
    unblock,
)
from app.members.listing import (
    list_blocked,
    list_invitations,
    list_joined,
    note_look,
    wants_mail,
)
from app.members.save_response import save_seen
from app.members.schemas import (
    AddedImagesIn,
    AnsweredOut,
    AnswerIn,
    LeaveIn,
    MemberImageOut,
    MemberImagesChangedOut,
    MemberImagesIn,
    MemberInViewOut,
    RemovedImagesOut,
    SavedImagesOut,
    SaveImagesIn,
    SharedAlbumOut,
    SharedAlbumsOut,
    WantsMailIn,
)
from app.sharing.schemas import SharedImagesIn, SharedImagesOut, SharedOriginalOut
from app.timeline.schemas import InViewIn, parse_ids_in_view

shared_albums = APIBlueprint(
    "shared_albums", __name__, url_prefix="/api/shared-albums", tag="Albums of others"
)
# Not below /api/shared-albums, where any word stands in the place of an album's id.
album_invitations = APIBlueprint(
    "album_invitations", __name__, url_prefix="/api/album-invitations", tag="Albums of others"
)

NOT_FOUND = {
    404: "There is no such album, or it is not shared with you (any more): the answer is the same."
}
NO_IMAGE = {
    404: "The album has no such picture, or is not shared with you: the answer is the same."
}
NO_INVITATION = {404: "There is no such invitation, or not for you: the answer is the same."}
LIMITED = {429: "Many were answered or changed, or several changes of yours are under way."}


@shared_albums.get("")
@signed_in
@shared_albums.output(SharedAlbumsOut)
@shared_albums.doc(responses={429: LONG_READS})
def get_shared_albums() -> Response:
    """List the albums that others share with you, your open invitations, and whom you blocked."""
    user = current_user()
    return json_response(
        {
            "albums": list_joined(user),
            "invitations": list_invitations(user),
            "blocked": list_blocked(user),
            "wants_mail": wants_mail(user),
            "address_proved": user.email_verified,
        }
    )


@shared_albums.patch("")
@signed_in
@shared_albums.input(WantsMailIn, location="json")
@shared_albums.output({}, status_code=204, description="It is noted.")
@shared_albums.doc(responses=LIMITED)
def change_mail_of_invitations(json_data: WantsMailIn) -> Response:
    """Say whether you are mailed about invitations: one mail a day at most."""
    user = current_user()
    take_seat(user.id)
    set_wants_mail(user, wants_mail=json_data.wants_mail)
    db.session.commit()
    return Response(status=204)


@album_invitations.post("/<uuid:invitation_id>")
@signed_in
@album_invitations.input(AnswerIn, location="json")
@album_invitations.output(AnsweredOut)
@album_invitations.doc(
    responses={
        **NO_INVITATION,
        409: "You are in as many albums as you may be (`too_many_joined`), or have blocked as many"
        " people (`too_many_blocked`).",
        **LIMITED,
    }
)
def answer_invitation(invitation_id: UUID, json_data: AnswerIn) -> Response:
    """Accept or decline an invitation, or want no more of whoever sent it.

    Who invites you is told when you accept, and not when you decline or block.
    """
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    album_id = None
    if json_data.answer == "accept":
        album_id = str(accept(user, invitation_id).album_id)
    else:
        owner_id = decline(user, invitation_id)
        if json_data.answer == "block":
            block(user, owner_id)
    db.session.commit()
    return json_response({"album_id": album_id})


@album_invitations.delete("/blocked/<uuid:person_id>")
@signed_in
@album_invitations.output({}, status_code=204, description="They may invite you again.")
@album_invitations.doc(responses={404: "You have blocked nobody such.", **LIMITED})
def unblock_person(person_id: UUID) -> Response:
    """Let somebody invite you again."""
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    unblock(user, person_id)
    db.session.commit()
    return Response(status=204)


@shared_albums.get("/<uuid:album_id>")
@signed_in
@shared_albums.output(SharedAlbumOut)
@shared_albums.doc(responses=NOT_FOUND)
def get_shared_album(album_id: UUID) -> Response:
    """Show an album that is shared with you, or by you, as its members see it."""
    owner = current_owner()
    album = open_album(owner, album_id)
    shown = json_response(
        {
            "id": str(album.id),
            "title": album.title,
            "owner": album.owner_email,
            "role": album.role,
            "count": count_images(album),
            "show_dates": album.show_dates,
            "show_descriptions": album.show_descriptions,
            "show_names": album.show_names,
            "show_places": album.show_places,
            "allow_originals": album.allow_originals,
        }
    )
    if not album.is_own:
        note_look(owner, album_id)
        db.session.commit()
    return shown


@shared_albums.delete("/<uuid:album_id>")
@signed_in
@shared_albums.input(LeaveIn, location="query")
@shared_albums.output({}, status_code=204, description="You are not in it any more.")
@shared_albums.doc(responses={**NOT_FOUND, **LIMITED})
def leave_album(album_id: UUID, query_data: LeaveIn) -> Response:
    """Leave an album. What you added goes with you, and stays in your library."""
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    owner_id = require_owner(user, album_id)
    leave(user, album_id)
    if query_data.block:
        block(user, owner_id)
    db.session.commit()
    return Response(status=204)


@shared_albums.get("/<uuid:album_id>/images")
@signed_in
@shared_albums.input(SharedImagesIn, location="query")
@shared_albums.output(SharedImagesOut)
@shared_albums.doc(
    responses={
        400: "The cursor is not one of ours, or its picture was taken out meanwhile: begin again.",
        429: LONG_READS,
        **NOT_FOUND,
    }
)
def list_images_of_shared_album(album_id: UUID, query_data: SharedImagesIn) -> Response:
    """List what is in an album, its owner's pictures and its members', in columns; 2,000 at a time.

    Pass `next_cursor` as `cursor` to get the next page.
    """
    owner = current_owner()
    album = open_album(owner, album_id)
    return columns_response(read_images(owner, album, cursor=query_data.cursor))


@shared_albums.post("/<uuid:album_id>/images")
@signed_in
@shared_albums.input(AddedImagesIn, location="json")
@shared_albums.output(MemberImagesChangedOut)
@shared_albums.doc(
    responses={
        403: "You may look at this album, and not add to it (`not_a_contributor`), or as usual.",
        404: "The album is not shared with you, or a picture is not in your library. Nothing was"
        " added.",
        409: "There is no room for so many pictures (`too_many_added`).",
        **LIMITED,
    }
)
def add_to_shared_album(album_id: UUID, json_data: AddedImagesIn) -> Response:
    """Add pictures of your library to somebody's album, for as long as you are in it.

    They stay yours, and count for your quota. Members see of them what the album shows now, and
    showed in `seen`, even if it shows more later.
    """
    user = current_user()
    take_seat(user.id)
    seen = json_data.seen.model_dump() if json_data.seen else None
    ids = contribute(user, album_id, json_data.ids, seen=seen)
    db.session.commit()
    return json_response({"ids": [str(each) for each in ids]})


@shared_albums.post("/<uuid:album_id>/images/remove")
@signed_in
@shared_albums.input(MemberImagesIn, location="json")
@shared_albums.output(RemovedImagesOut)
@shared_albums.doc(responses={**NOT_FOUND, **LIMITED})
def remove_from_shared_album(album_id: UUID, json_data: MemberImagesIn) -> Response:
    """Take pictures that members added out of an album: your own or, of your album, anybody's."""
    user = current_user()
    take_seat(user.id)
    agreed = withdraw(user, album_id, json_data.ids)
    db.session.commit()
    parts = [{"ids": [str(each) for each in ids], "seen": seen} for ids, seen in agreed]
    return json_response({"ids": [each for part in parts for each in part["ids"]], "agreed": parts})


@shared_albums.post("/<uuid:album_id>/images/save")
@signed_in
@shared_albums.input(SaveImagesIn, location="json")
@shared_albums.output(SavedImagesOut)
@shared_albums.doc(
    responses={
        **NOT_FOUND,
        429: "Many pictures were saved, or uploads begun and not finished, or several changes of"
        " yours are under way.",
    }
)
def save_from_shared_album(album_id: UUID, json_data: SaveImagesIn) -> Response:
    """Copy pictures of an album into your library, where they stay when you leave it.

    They count for your quota. Where originals may be saved, these are copied, with all that is
    written in them; else what you see, of 2,048 pixels. Beside that the copy gets the file's name
    and the day, where the album shows them. Ten at a time; asking again is safe.
    """
    user = current_user()
    return save_seen(user, partial(see_image, open_album(user, album_id)), json_data.ids)


@shared_albums.get("/<uuid:album_id>/addresses")
@signed_in
@shared_albums.input(InViewIn, location="query")
@shared_albums.output(MemberInViewOut)
@shared_albums.doc(responses=NOT_FOUND)
def get_addresses_of_shared_album(album_id: UUID, query_data: InViewIn) -> Response:
    """Get what it takes to show pictures that are in view: up to 200.

    Signed addresses, which work for a minute, colour placeholders and, where they are shown,
    alternative texts.
    """
    album = open_album(current_owner(), album_id)
    ids = parse_ids_in_view(query_data.ids)
    return json_response(show_in_view(album, ids, access=dependencies().access))


@shared_albums.get("/<uuid:album_id>/images/<uuid:image_id>")
@signed_in
@shared_albums.output(MemberImageOut)
@shared_albums.doc(responses=NO_IMAGE)
def get_image_of_shared_album(album_id: UUID, image_id: UUID) -> Response:
    """Show one picture of an album with what its members may know about it, and who added it."""
    owner = current_owner()
    album = open_album(owner, album_id)
    seen = see_image(album, image_id)
    return json_response(show_image(owner, seen, image_id, access=dependencies().access))


@shared_albums.get("/<uuid:album_id>/images/<uuid:image_id>/original")
@signed_in
@shared_albums.output(SharedOriginalOut)
@shared_albums.doc(
    responses={404: NO_IMAGE[404] + " Or its original is not to be had.", 429: MANY_ORIGINALS}
)
def get_original_of_shared_album(album_id: UUID, image_id: UUID) -> Response:
    """Get an address that saves the original, where the album lets its members."""
    owner = current_owner()
    take(ORIGINALS_OF_MEMBER, of=str(owner.id))
    seen = see_image(open_album(owner, album_id), image_id)
    return json_response(sign_original(seen, image_id, access=dependencies().access))
