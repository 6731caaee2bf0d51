"""Export everything, and delete one's account."""

import logging
from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import Field

from app.accounts.administrators import change_administrators
from app.accounts.audit.log import Event, record
from app.accounts.deletion import cancel_deletion, schedule_deletion
from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail
from app.accounts.models import User
from app.accounts.rate_limits.limiter import Counted, Limit, take_each
from app.accounts.rate_limits.policies import DELETIONS, EXPORTS
from app.accounts.sessions.guards import (
    current_user,
    lock_current_user,
    recent_proof_required,
    session_required,
)
from app.clients.aws.boto import AwsUnavailableError
from app.database import db, now
from app.errors import NotFoundError
from app.exports.create import ask_for_export, export_under_way, living_exports
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.http.schemas import BaseModel
from app.images.export_models import Export, ExportState
from app.messages import ExportLibrary

log = logging.getLogger(__name__)

leaving = APIBlueprint("leaving", __name__, url_prefix="/api/account", tag="Leaving")


class ExportPart(BaseModel):
    """One zip."""

    number: int
    bytes: int
    pictures: int
    url: str = Field(description="Signed; for a few minutes, and answers Range requests.")


class ExportOut(BaseModel):
    """A copy of everything."""

    id: UUID
    state: ExportState
    created_at: datetime = Field(description="What was uploaded later is not in it.")
    expires_at: datetime
    pictures: int
    done: int = Field(description="How many pictures the zips hold that are there.")
    parts: list[ExportPart]


class ExportsOut(BaseModel):
    """Copies of everything, newest first."""

    exports: list[ExportOut]


class DeletionOut(BaseModel):
    """An account that goes."""

    delete_after: datetime


@leaving.get("/exports")
@session_required
@leaving.output(ExportsOut)
def list_exports() -> Response:
    """List the copies of everything, with addresses of their zips."""
    exports = [_shown(export) for export in living_exports(current_user())]
    return json_response(ExportsOut(exports=exports).model_dump(mode="json"))


@leaving.post("/exports")
@session_required
@leaving.output(ExportOut, status_code=202, description="It is being made.")
@leaving.doc(responses={429: "Too many copies were asked for."})
def make_export() -> Response:
    """Ask for a copy of everything: originals, and what is known about them, in zips.

    A mail says when it is ready. While one is being made, that one is answered; an older one is
    replaced.
    """
    user = current_user()
    counted: Counted = ()
    if export_under_way(user) is None:
        counted = ((EXPORTS, str(user.id)),)
        take_each(*counted)
    export = ask_for_export(lock_current_user(*counted))
    is_new = export in db.session.new
    if is_new:
        record(Event.EXPORT_ASKED, user_id=user.id)
    db.session.commit()
    if is_new:  # one message for each copy: what it costs does not depend on how often one asks
        _begin_making(export.id)
    return json_response(_shown(export).model_dump(mode="json"), status=202)


@leaving.delete("/exports/<uuid:export_id>")
@session_required
@leaving.output({}, status_code=204, description="It is gone, or about to be.")
@leaving.doc(responses={404: "There is no such copy."})
def remove_export(export_id: UUID) -> Response:
    """Remove a copy of everything; the pictures stay."""
    mine = {export.id: export for export in living_exports(current_user())}
    if export_id not in mine:
        raise NotFoundError
    mine[export_id].expires_at = now()
    db.session.commit()
    return Response(status=204)


@leaving.post("/deletion")
@recent_proof_required
@leaving.output(DeletionOut)
@leaving.doc(
    responses={
        409: "Others would be left without an administrator.",
        429: "It was asked for and called off several times.",
    }
)
def ask_for_deletion() -> Response:
    """Ask for the end of the account: in seven days everything is deleted, for good."""
    asker = current_user()
    counted: Counted = ()
    if asker.delete_after is None:
        counted = ((DELETIONS, str(asker.id)),)
        take_each(*counted)
    user = _hold_who_leaves(*counted)
    is_new = user.delete_after is None
    schedule_deletion(user)
    mails = []
    if is_new:
        record(Event.DELETION_ASKED, user_id=user.id)
        mails.append(queue_mail(Kind.DELETION_ASKED, email=user.email, user_id=user.id))
    commit_and_notify(*mails)
    return json_response(DeletionOut.of(user).model_dump(mode="json"))


@leaving.delete("/deletion")
@session_required
@leaving.output({}, status_code=204, description="The account stays.")
def call_deletion_off() -> Response:
    """Keep the account after all."""
    user = lock_current_user()
    mails = []
    if cancel_deletion(user):
        record(Event.DELETION_CALLED_OFF, user_id=user.id)
        stays = queue_mail(Kind.DELETION_CALLED_OFF, email=user.email, user_id=user.id)
        mails.append(stays)
    commit_and_notify(*mails)
    return Response(status=204)


def _hold_who_leaves(*counted: tuple[Limit, str]) -> User:
    """Hold the person and, where they look after the site, all who do; in the order of everybody.

    Others take nothing that is everybody's: else whoever asks again and again holds up the site's
    administrators.
    """
    administers = current_user().is_administrator
    if administers:
        change_administrators()
    user = lock_current_user(*counted)
    if user.is_administrator and not administers:  # since this moment
        db.session.rollback()
        change_administrators()
        user = lock_current_user(*counted)
    return user


def _begin_making(export_id: UUID) -> None:
    try:
        dependencies().export_queue.send(ExportLibrary(export_id=export_id).message())
    except AwsUnavailableError as error:
        log.warning("a copy of everything waits for the sweep: %s", error)


def _shown(export: Export) -> ExportOut:
    access = dependencies().access
    return ExportOut(
        id=export.id,
        state=ExportState(export.state),
        created_at=export.created_at,
        expires_at=export.expires_at,
        pictures=export.pictures,
        done=export.done,
        parts=[
            ExportPart(
                number=number,
                bytes=part["bytes"],
                pictures=part["pictures"],
                url=access.download_zip(
                    export.user_id,
                    part["key"],
                    name=f"Pinhole {export.created_at:%Y-%m-%d} part {number}.zip",
                ).url,
            )
            for number, part in enumerate(export.parts, start=1)
        ],
    )
