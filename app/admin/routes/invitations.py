"""Invitations: list, create and delete them."""

from uuid import UUID

from flask import Response
from sqlalchemy import delete, select

from app.accounts.audit.log import Event, record
from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail
from app.accounts.emails.rate_limits import count_for_administrator
from app.accounts.models import Invite, User
from app.accounts.rate_limits.limiter import Counted
from app.accounts.registration.invitations import make_invite, refuse_too_many_open
from app.accounts.sessions.guards import (
    administrator,
    current_user,
    fresh_administrator,
    lock_current_user,
)
from app.admin.schemas import InviteIn, InviteRow, InvitesOut, NewInviteOut
from app.database import db
from app.errors import NotFoundError
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response

invites = APIBlueprint("invites", __name__, url_prefix="/api/admin/invites", tag="Administration")

MAX_LISTED = 200  # of those that are over


@invites.get("")
@administrator
@invites.output(InvitesOut)
def list_invites() -> Response:
    """List all invitations that can be used still, and the last 200 others; newest first."""
    shown = (
        select(Invite, User.email, Invite.has_maker())
        .outerjoin(User, User.id == Invite.used_by)
        .order_by(Invite.created_at.desc(), Invite.id)
    )
    # Of those that are open each administrator has few: see `refuse_too_many_open`.
    rows = [
        *db.session.execute(shown.where(Invite.is_open())),
        *db.session.execute(shown.where(~Invite.is_open()).limit(MAX_LISTED)),
    ]
    rows.sort(key=lambda row: row[0].created_at, reverse=True)
    found = [
        _row(invite, used_by_email=email, has_maker=has_maker) for invite, email, has_maker in rows
    ]
    return json_response(InvitesOut(invites=found).model_dump(mode="json"))


@invites.post("")
@fresh_administrator
@invites.input(InviteIn, location="json")
@invites.output(NewInviteOut, status_code=201, description="The invitation and its link.")
@invites.doc(
    responses={
        409: "You have as many open invitations as you may.",
        429: "This address got several invitations just now, or you had many mailed.",
    }
)
def invite_somebody(json_data: InviteIn) -> Response:
    """Make a link by which one person may join within a week.

    Where an address is given and this site sends mail, the link is mailed there too.
    """
    settings, by = dependencies().settings, current_user()
    is_mailed = json_data.email is not None and settings.mail_from is not None
    counted: Counted = ()
    if json_data.email and is_mailed:
        counted = count_for_administrator(by.id, email=json_data.email)
    by = lock_current_user(*counted)
    refuse_too_many_open(by.id)
    invite, link = make_invite(
        email=json_data.email,
        note=json_data.note,
        created_by=by.id,
        site_origin=settings.site_origin,
    )
    record(Event.INVITE_MADE, user_id=by.id)
    mails = []
    if json_data.email and is_mailed:
        mail = queue_mail(Kind.INVITED, email=json_data.email, invite_id=invite.id.hex)
        mails.append(mail)
    commit_and_notify(*mails)
    made = _row(invite, used_by_email=None, has_maker=True).model_dump()
    return json_response(NewInviteOut(link=link, **made).model_dump(mode="json"), status=201)


@invites.delete("/<uuid:invite_id>")
@fresh_administrator
@invites.output({}, status_code=204, description="Its link is worth nothing from now on.")
@invites.doc(responses={404: "There is no such invitation, or you are no administrator."})
def remove_invite(invite_id: UUID) -> Response:
    """Take an invitation back. Who joined by it stays."""
    lock_current_user()
    removed = delete(Invite).where(Invite.id == invite_id).returning(Invite.id)
    if db.session.scalar(removed) is None:
        raise NotFoundError
    record(Event.INVITE_REMOVED, user_id=current_user().id)
    db.session.commit()
    return Response(status=204)


def _row(invite: Invite, *, used_by_email: str | None, has_maker: bool) -> InviteRow:
    return InviteRow(
        id=invite.id,
        email=invite.email,
        note=invite.note,
        created_at=invite.created_at,
        expires_at=invite.expires_at,
        used_at=invite.used_at,
        used_by_email=used_by_email,
        has_maker=has_maker,
    )
