"""People of an album over HTTP, for its owner: invite, list, change, remove."""

from uuid import UUID

from flask import Response

from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail
from app.accounts.rate_limits.limiter import take, take_each
from app.accounts.rate_limits.policies import (
    INVITES_OF_PERSON,
    INVITES_TO_ADDRESS,
    LONG_READS,
    MEMBER_CHANGES,
)
from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_user, signed_in
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.members.invite import (
    change_role,
    invite,
    remove_all,
    remove_member,
    require_member,
    require_own,
    require_settings,
)
from app.members.listing import count_added, list_given, list_members, show_member, show_settings
from app.members.schemas import (
    MemberIn,
    MemberOut,
    MemberPatch,
    MembersEndedOut,
    MembersOut,
    MembersSeeOut,
    MembersSeePatch,
    SharedByMeOut,
    TransferredOut,
)
from app.members.transfer import transfer

album_members = APIBlueprint(
    "album_members", __name__, url_prefix="/api/albums", tag="People of albums"
)

shared_by_me = APIBlueprint(
    "shared_by_me", __name__, url_prefix="/api/shared-by-me", tag="People of albums"
)

NOT_FOUND = {404: "There is no such album, or it is not yours: the answer is the same."}
NO_MEMBER = {404: "There is nobody such, or the album is not yours: the answer is the same."}
LIMITED = {429: "Many people were invited or changed, or several changes of yours are under way."}


@album_members.get("/<uuid:album_id>/members")
@signed_in
@album_members.output(MembersOut)
@album_members.doc(responses=NOT_FOUND)
def get_members(album_id: UUID) -> Response:
    """List who is in an album or was invited to it, and what they see beside the pictures."""
    return json_response(list_members(current_user(), album_id))


@album_members.post("/<uuid:album_id>/members")
@signed_in
@album_members.input(MemberIn, location="json")
@album_members.output(
    MemberOut, status_code=201, description="They are invited, if there is such an account."
)
@album_members.doc(
    responses={
        **NOT_FOUND,
        409: "As many people are in it as may be (`too_many_in_album`, `too_many_invited`), or your"
        " own address is not proved (`prove_address_first`).",
        **LIMITED,
    }
)
def invite_member(album_id: UUID, json_data: MemberIn) -> Response:
    """Invite somebody with an account here to an album, by their address.

    The answer is the same whether there is such an account. They see nothing before they accept.
    To invite whoever was invited already changes nothing: the answer tells how they were.
    """
    user = current_user()
    take_each(
        (INVITES_OF_PERSON, str(user.id)), (INVITES_TO_ADDRESS, f"{user.id} {json_data.email}")
    )
    take_seat(user.id)
    member, is_new = invite(user, album_id, email=json_data.email, role=json_data.role)
    answer = json_response(show_member(member, pictures=count_added(member)))
    answer.status_code = 201
    if is_new and dependencies().settings.mail_from is not None:
        # Nothing is looked up for it here: see [Note: Inviting tells nothing].
        commit_and_notify(
            queue_mail(Kind.ALBUM_SHARED, email=member.email, invitation=str(member.id))
        )
    else:
        db.session.commit()
    return answer


@album_members.delete("/<uuid:album_id>/members")
@signed_in
@album_members.output(MembersEndedOut)
@album_members.doc(responses={**NOT_FOUND, **LIMITED})
def remove_members(album_id: UUID) -> Response:
    """Remove everybody from an album at once. What they added goes with them."""
    user = current_user()
    take_seat(user.id)
    require_own(user, album_id)
    ended = remove_all(user, album_id)
    db.session.commit()
    return json_response({"ended": ended})


@album_members.patch("/<uuid:album_id>/members")
@signed_in
@album_members.input(MembersSeePatch, location="json")
@album_members.output(MembersSeeOut)
@album_members.doc(responses={**NOT_FOUND, **LIMITED})
def change_what_members_see(album_id: UUID, json_data: MembersSeePatch) -> Response:
    """Say what members see beside the pictures.

    Of what members added before, nothing more is shown than the album showed then.
    """
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    settings = require_settings(user, album_id)
    for name, value in json_data.model_dump(exclude_unset=True).items():
        setattr(settings, name, value)
    answer = json_response(show_settings(settings))
    db.session.commit()
    return answer


@album_members.patch("/<uuid:album_id>/members/<uuid:member_id>")
@signed_in
@album_members.input(MemberPatch, location="json")
@album_members.output(MemberOut)
@album_members.doc(responses={**NO_MEMBER, **LIMITED})
def change_member(album_id: UUID, member_id: UUID, json_data: MemberPatch) -> Response:
    """Let a member add pictures, or only look from now on."""
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    member = require_member(user, album_id, member_id)
    change_role(member, json_data.role)
    answer = json_response(show_member(member, pictures=count_added(member)))
    db.session.commit()
    return answer


@album_members.post("/<uuid:album_id>/members/<uuid:member_id>/transfer")
@signed_in
@album_members.output(TransferredOut)
@album_members.doc(
    responses={
        **NO_MEMBER,
        409: "They only look, have not joined or have added nothing, one of you has blocked the"
        " other, or it would be too much for one of you (`not_transferable`); or they have as many"
        " albums as they may (`too_many_albums`).",
        **LIMITED,
    }
)
def transfer_album(album_id: UUID, member_id: UUID) -> Response:
    """Give your album to a contributor of it. Pictures stay whose they are.

    It is another album then, of theirs, in which you are a contributor with what you had in it.
    Yours is in Recently deleted, with its share links, which close. Open invitations end; members
    who have blocked the new owner, or whom they have blocked, are in it no more.
    """
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    album = transfer(user, album_id, member_id)
    db.session.commit()
    return json_response({"album_id": str(album.id)})


@album_members.delete("/<uuid:album_id>/members/<uuid:member_id>")
@signed_in
@album_members.output({}, status_code=204, description="They see nothing of it any more.")
@album_members.doc(responses={**NO_MEMBER, **LIMITED})
def remove_from_album(album_id: UUID, member_id: UUID) -> Response:
    """Remove a member, or take an invitation back; what they added goes with them.

    Within a minute nothing of the album can be read by them any more.
    """
    user = current_user()
    take_seat(user.id)
    remove_member(require_member(user, album_id, member_id))
    db.session.commit()
    return Response(status=204)


@shared_by_me.get("")
@signed_in
@shared_by_me.output(SharedByMeOut)
@shared_by_me.doc(responses={429: LONG_READS})
def get_shared_by_me() -> Response:
    """List your albums that people are in or were invited to: with links, all that others reach."""
    return json_response({"albums": list_given(current_user())})


@shared_by_me.delete("")
@signed_in
@shared_by_me.output(MembersEndedOut)
@shared_by_me.doc(responses=LIMITED)
def end_shared_by_me() -> Response:
    """Remove everybody from all your albums at once. What they added goes with them."""
    user = current_user()
    take_seat(user.id)
    ended = remove_all(user)
    db.session.commit()
    return json_response({"ended": ended})
