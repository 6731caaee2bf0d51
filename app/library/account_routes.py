"""One's own account: storage in use, and consent to descriptions by a model."""

from typing import cast

from flask import Response
from pydantic import ConfigDict, Field

from app.accounts.models import User
from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import check_again, current_user, session_required
from app.accounts.sessions.schemas import UserOut
from app.database import db, now
from app.descriptions.errors import DescriptionsUnavailableError, OtherHostError
from app.descriptions.never_send import stop_all
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.http.schemas import BaseModel
from app.images.counted_models import Storage

# Who never had a picture has no row.
_NOTHING = Storage(
    bytes=0,
    pictures=0,
    arriving_bytes=0,
    arriving_pictures=0,
    descriptions_waiting=0,
    descriptions_done=0,
    descriptions_failed=0,
    descriptions_missing=0,
)

MAX_HOST = 255  # as the column is

account = APIBlueprint("account", __name__, url_prefix="/api/account", tag="Accounts")


class DescriptionCounts(BaseModel):
    """How far descriptions have come."""

    waiting: int
    done: int
    failed: int
    missing: int


class StorageOut(BaseModel):
    """How much room is used."""

    bytes: int = Field(
        description="Of originals, with those in Recently deleted and those on their way."
    )
    quota: int | None = Field(description="How many bytes the person may keep; null: no limit.")


class AccountOut(BaseModel):
    """A person's account."""

    user: UserOut
    pictures: int
    bytes: int
    storage: StorageOut
    descriptions: DescriptionCounts


class AccountPatch(BaseModel):
    """What a person changes about their account."""

    model_config = ConfigDict(extra="forbid")

    # None stands for what is left out; what is left out stays.
    descriptions_enabled: bool = Field(
        default=cast("bool", None), description="Whether a model describes pictures."
    )
    descriptions_host: str | None = Field(
        default=None,
        max_length=MAX_HOST,
        description="To whom you agree to send reduced copies, as the session named it"
        " (`descriptions.host`). It goes with `descriptions_enabled: true`.",
    )
    stacks_images: bool = Field(
        default=cast("bool", None),
        description="Whether pictures of one shot are stacked without being asked, from now on.",
    )


@account.get("")
@session_required
@account.output(AccountOut)
def get_account() -> Response:
    """Show the account: how many pictures, how many bytes, how far descriptions have come."""
    return _account(current_user())


@account.patch("")
@session_required
@account.input(AccountPatch, location="json")
@account.output(AccountOut)
@account.doc(
    responses={
        409: "The operator has not switched AI descriptions on, or sends to another host than the"
        " one that you agree to."
    }
)
def update_account(json_data: AccountPatch) -> Response:
    """Turn AI descriptions, or stacking, on or off; what is left out stays.

    Descriptions on: you agree that reduced copies go to the host that you name, as the session
    named it to you, and to no other. Off: no further picture is sent, and what waits waits no more;
    descriptions stay. Stacking off: what comes from now on is not stacked without being asked;
    stacks stay.
    """
    user = current_user()
    given = json_data.model_fields_set
    if json_data.descriptions_enabled:
        _require_host(json_data.descriptions_host)
    take_seat(user.id)
    check_again()  # it may have waited for what ended the session
    if "stacks_images" in given:
        user.stacks_images = json_data.stacks_images
    if "descriptions_enabled" in given:
        _agree(user, agrees=json_data.descriptions_enabled)
    db.session.commit()
    if "descriptions_enabled" in given and not json_data.descriptions_enabled:
        stop_all(user.id)
    return _account(user)


def _require_host(host: str | None) -> None:
    """Refuse consent to a host that the operator does not send to: a page may be of before.

    Raises:
        DescriptionsUnavailableError: there is no model.
        OtherHostError: pictures would go to another host.
    """
    model = dependencies().settings.model
    if model is None:
        raise DescriptionsUnavailableError
    if host != model.host[:MAX_HOST]:
        raise OtherHostError(model.host)


def _agree(user: User, *, agrees: bool) -> None:
    """Note to whom a person agrees to send, or that they do not any more."""
    model = dependencies().settings.model
    host = model.host[:MAX_HOST] if agrees and model is not None else None
    if agrees != user.descriptions_enabled or host != user.descriptions_host:
        user.descriptions_enabled_at = now() if agrees else None
        user.descriptions_host = host


def _account(user: User) -> Response:
    # All of it is read off the counts that triggers keep: counting a million pictures takes half a
    # second.
    kept = db.session.get(Storage, user.id) or _NOTHING
    account_out = AccountOut(
        user=UserOut.of(user),
        # What is kept and not on its way.
        pictures=kept.pictures - kept.arriving_pictures,
        bytes=kept.bytes - kept.arriving_bytes,
        storage=StorageOut(bytes=kept.bytes, quota=dependencies().settings.storage_quota_bytes),
        descriptions=DescriptionCounts(
            waiting=kept.descriptions_waiting,
            done=kept.descriptions_done,
            failed=kept.descriptions_failed,
            missing=kept.descriptions_missing,
        ),
    )
    return json_response(account_out.model_dump(mode="json"))
