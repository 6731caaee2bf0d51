"""Sharing one's library over HTTP, for its owner: invite, list, change, end."""

from uuid import UUID

from flask import Response

from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail
from app.accounts.rate_limits.limiter import take, take_each
from app.accounts.rate_limits.policies import (
    INVITES_OF_PERSON,
    INVITES_TO_ADDRESS,
    MEMBER_CHANGES,
)
from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_user, signed_in
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.members.libraries.listing import list_shares, show_share
from app.members.libraries.schemas import (
    LibraryShareIn,
    LibraryShareOut,
    LibrarySharePatch,
    LibrarySharesEndedOut,
    LibrarySharesOut,
)
from app.members.libraries.share import (
    change_share,
    end_all,
    end_share,
    require_share,
    share_library,
)

library_shares = APIBlueprint(
    "library_shares", __name__, url_prefix="/api/library-shares", tag="Sharing a library"
)

NOBODY = {404: "There is nobody such, or it is not your library: the answer is the same."}
LIMITED = {429: "Many people were invited or changed, or several changes of yours are under way."}


@library_shares.get("")
@signed_in
@library_shares.output(LibrarySharesOut)
def get_library_shares() -> Response:
    """List whom your library is shared with, and who was invited."""
    return json_response({"people": list_shares(current_user())})


@library_shares.post("")
@signed_in
@library_shares.input(LibraryShareIn, location="json")
@library_shares.output(
    LibraryShareOut, status_code=201, description="They are invited, if there is such an account."
)
@library_shares.doc(
    responses={
        409: "It is shared with as many people as may be (`too_many_partners`), or your own address"
        " is not proved (`prove_address_first`).",
        **LIMITED,
    }
)
def share_own_library(json_data: LibraryShareIn) -> Response:
    """Share your library with somebody who has an account here, by their address; one way.

    They see what your timeline shows, from a day on: pictures that you take later, too, and none
    that are archived or deleted. The answer is the same whether there is such an account. They see
    nothing before they accept. Whoever was invited already stays as they were.
    """
    user = current_user()
    take_each(
        (INVITES_OF_PERSON, str(user.id)), (INVITES_TO_ADDRESS, f"{user.id} {json_data.email}")
    )
    take_seat(user.id)
    share, is_new = share_library(user, **json_data.model_dump())
    answer = json_response(show_share(share))
    answer.status_code = 201
    if is_new and dependencies().settings.mail_from is not None:
        # Nothing is looked up for it here: see [Note: Inviting tells nothing].
        commit_and_notify(
            queue_mail(Kind.LIBRARY_SHARED, email=share.email, invitation=str(share.id))
        )
    else:
        db.session.commit()
    return answer


@library_shares.delete("")
@signed_in
@library_shares.output(LibrarySharesEndedOut)
@library_shares.doc(responses=LIMITED)
def end_library_shares() -> Response:
    """Share your library with nobody any more."""
    user = current_user()
    take_seat(user.id)
    ended = end_all(user)
    db.session.commit()
    return json_response({"ended": ended})


@library_shares.patch("/<uuid:share_id>")
@signed_in
@library_shares.input(LibrarySharePatch, location="json")
@library_shares.output(LibraryShareOut)
@library_shares.doc(responses={**NOBODY, **LIMITED})
def change_library_share(share_id: UUID, json_data: LibrarySharePatch) -> Response:
    """Change from which day on, or what somebody sees beside the pictures."""
    user = current_user()
    take(MEMBER_CHANGES, of=str(user.id))
    take_seat(user.id)
    share = require_share(user, share_id)
    change_share(share, json_data.model_dump(exclude_unset=True))
    answer = json_response(show_share(share))
    db.session.commit()
    return answer


@library_shares.delete("/<uuid:share_id>")
@signed_in
@library_shares.output({}, status_code=204, description="They see nothing of it any more.")
@library_shares.doc(responses={**NOBODY, **LIMITED})
def end_library_share(share_id: UUID) -> Response:
    """Stop sharing your library with somebody, or take an invitation back.

    Within a minute nothing of it can be read by them any more. What they saved to theirs stays.
    """
    user = current_user()
    take_seat(user.id)
    end_share(require_share(user, share_id))
    db.session.commit()
    return Response(status=204)
