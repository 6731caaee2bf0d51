"""Libraries of others over HTTP: invitations and, for partners, what is in them."""

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
from app.members.contents import show_image, sign_original
from app.members.join import block
from app.members.libraries.access import open_library
from app.members.libraries.contents import count_months, read_month, see_image, show_in_view
from app.members.libraries.join import accept, decline, leave
from app.members.libraries.listing import list_invitations, list_libraries, show_library
from app.members.libraries.schemas import (
    LibraryAnsweredOut,
    SharedLibrariesOut,
    SharedLibraryOut,
)
from app.members.save_response import save_seen
from app.members.schemas import (
    AnswerIn,
    LeaveIn,
    MemberImageOut,
    MemberInViewOut,
    SavedImagesOut,
    SaveImagesIn,
)
from app.sharing.schemas import SharedImagesIn, SharedImagesOut, SharedOriginalOut
from app.timeline.buckets import bucket_of
from app.timeline.schemas import InViewIn, TimelineOut, parse_ids_in_view

shared_libraries = APIBlueprint(
    "shared_libraries", __name__, url_prefix="/api/shared-libraries", tag="Libraries of others"
)
library_invitations = APIBlueprint(
    "library_invitations",
    __name__,
    url_prefix="/api/library-invitations",
    tag="Libraries of others",
)

NOT_FOUND = {
    404: "There is no such library, or it is not shared with you (any more): the answer is the"
    " same."
}
NO_IMAGE = {
    404: "The library has no such picture, or is not shared with you: the answer is the same."
}
NO_INVITATION = {404: "There is no such invitation, or not for you: the answer is the same."}
LIMITED = {429: "Many were answered or changed, or several changes of yours are under way."}


@shared_libraries.get("")
@signed_in
@shared_libraries.output(SharedLibrariesOut)
def get_shared_libraries() -> Response:
    """List the libraries that others share with you, and your open invitations."""
    user = current_user()
    return json_response({"libraries": list_libraries(user), "invitations": list_invitations(user)})


@library_invitations.post("/<uuid:invitation_id>")
@signed_in
@library_invitations.input(AnswerIn, location="json")
@library_invitations.output(LibraryAnsweredOut)
@library_invitations.doc(
    responses={
        **NO_INVITATION,
        409: "As many libraries are shared with you as may be (`too_many_libraries`), or you have"
        " blocked as many people (`too_many_blocked`).",
        **LIMITED,
    }
)
def answer_library_invitation(invitation_id: UUID, json_data: AnswerIn) -> Response:
    """Accept or decline an invitation to a library, or want no more of whoever sent it.

    Who invites you is told when you accept, and not when you decline or block.
    """
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    library_id = None
    if json_data.answer == "accept":
        library_id = str(accept(user, invitation_id))
    else:
        owner_id = decline(user, invitation_id)
        if json_data.answer == "block":
            block(user, owner_id)
    db.session.commit()
    return json_response({"library_id": library_id})


@shared_libraries.get("/<uuid:library_id>")
@signed_in
@shared_libraries.output(SharedLibraryOut)
@shared_libraries.doc(responses=NOT_FOUND)
def get_shared_library(library_id: UUID) -> Response:
    """Show a library that is shared with you."""
    return json_response(show_library(open_library(current_owner(), library_id)))


@shared_libraries.delete("/<uuid:library_id>")
@signed_in
@shared_libraries.input(LeaveIn, location="query")
@shared_libraries.output({}, status_code=204, description="You look into it no more.")
@shared_libraries.doc(responses={**NOT_FOUND, **LIMITED})
def leave_shared_library(library_id: UUID, query_data: LeaveIn) -> Response:
    """Look into a library no more. What you saved to yours stays."""
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    owner_id = leave(user, library_id)
    if query_data.block:
        block(user, owner_id)
    db.session.commit()
    return Response(status=204)


@shared_libraries.get("/<uuid:library_id>/timeline")
@signed_in
@shared_libraries.output(TimelineOut)
@shared_libraries.doc(responses=NOT_FOUND)
def get_timeline_of_shared_library(library_id: UUID) -> Response:
    """Count the pictures of a library by months, newest first, from the day on that is shared.

    Those are counted, too, that are still processed or could not be opened, which are not listed. A
    month of more than 2,000 pictures is told by days.
    """
    return json_response(count_months(open_library(current_owner(), library_id)))


@shared_libraries.get("/<uuid:library_id>/timeline/<key>")
@signed_in
@shared_libraries.input(SharedImagesIn, location="query")
@shared_libraries.output(SharedImagesOut)
@shared_libraries.doc(
    responses={
        400: "The cursor is not one of ours, or its picture is not there any more: begin again.",
        404: NOT_FOUND[404] + " Or the key names no month and no day.",
        429: LONG_READS,
    }
)
def get_bucket_of_shared_library(
    library_id: UUID, key: str, query_data: SharedImagesIn
) -> Response:
    """List the pictures of a library that are of a month or of a day, in columns; 2,000 at a time.

    Pass `next_cursor` as `cursor` to get the next page.
    """
    account = current_owner()
    library = open_library(account, library_id)
    bucket = bucket_of(key)
    return columns_response(read_month(account, library, bucket, cursor=query_data.cursor))


@shared_libraries.get("/<uuid:library_id>/addresses")
@signed_in
@shared_libraries.input(InViewIn, location="query")
@shared_libraries.output(MemberInViewOut)
@shared_libraries.doc(responses=NOT_FOUND)
def get_addresses_of_shared_library(library_id: UUID, query_data: InViewIn) -> Response:
    """Get what it takes to show pictures that are in view: up to 200.

    Signed addresses, which work for a minute, colour placeholders and, where they are shown,
    alternative texts.
    """
    library = open_library(current_owner(), library_id)
    ids = parse_ids_in_view(query_data.ids)
    return json_response(show_in_view(library, ids, access=dependencies().access))


@shared_libraries.get("/<uuid:library_id>/images/<uuid:image_id>")
@signed_in
@shared_libraries.output(MemberImageOut)
@shared_libraries.doc(responses=NO_IMAGE)
def get_image_of_shared_library(library_id: UUID, image_id: UUID) -> Response:
    """Show one picture of a library with what you may know about it."""
    account = current_owner()
    seen = see_image(open_library(account, library_id), image_id)
    return json_response(show_image(account, seen, image_id, access=dependencies().access))


@shared_libraries.get("/<uuid:library_id>/images/<uuid:image_id>/original")
@signed_in
@shared_libraries.output(SharedOriginalOut)
@shared_libraries.doc(
    responses={404: NO_IMAGE[404] + " Or its original is not to be had.", 429: MANY_ORIGINALS}
)
def get_original_of_shared_library(library_id: UUID, image_id: UUID) -> Response:
    """Get an address that saves the original, where the library's owner lets you."""
    account = current_owner()
    take(ORIGINALS_OF_MEMBER, of=str(account.id))
    seen = see_image(open_library(account, library_id), image_id)
    return json_response(sign_original(seen, image_id, access=dependencies().access))


@shared_libraries.post("/<uuid:library_id>/images/save")
@signed_in
@shared_libraries.input(SaveImagesIn, location="json")
@shared_libraries.output(SavedImagesOut)
@shared_libraries.doc(
    responses={
        **NOT_FOUND,
        429: "Many pictures were saved, or uploads begun and not finished, or several changes of"
        " yours are under way.",
    }
)
def save_from_shared_library(library_id: UUID, json_data: SaveImagesIn) -> Response:
    """Copy pictures of a library into yours, where they stay when sharing ends; ten at a time.

    They count for your quota. Where originals may be saved, these are copied, with all that is
    written in them; else what you see, of 2,048 pixels.
    """
    user = current_user()
    library = open_library(user, library_id)
    return save_seen(user, partial(see_image, library), json_data.ids)
