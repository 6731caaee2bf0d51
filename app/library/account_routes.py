"""One's own account: storage in use, and consent to descriptions by a model."""

from flask import Response
from pydantic import ConfigDict, Field
from sqlalchemy import func, select, true

from app.accounts.models import User
from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_user, in_person
from app.accounts.sessions.schemas import UserOut
from app.database import db, now
from app.descriptions import versions as descriptions
from app.errors import DescriptionsUnavailableError
from app.http.blueprint import APIBlueprint
from app.http.dependencies import parts
from app.http.middleware import json_response
from app.http.schemas import BaseModel
from app.images.models import Image, ImageState, Storage

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

    descriptions_enabled: bool


@account.get("")
@in_person
@account.output(AccountOut)
def get_account() -> Response:
    """Show the account: how many pictures, how many bytes, how far descriptions have come."""
    return _account(current_user())


@account.patch("")
@in_person
@account.input(AccountPatch, location="json")
@account.output(AccountOut)
@account.doc(responses={409: "The operator has not switched AI descriptions on."})
def update_account(json_data: AccountPatch) -> Response:
    """Turn AI descriptions on or off. Off: no further picture is sent; descriptions stay."""
    user = current_user()
    if json_data.descriptions_enabled and parts().settings.model is None:
        raise DescriptionsUnavailableError
    take_seat(user.id)
    if json_data.descriptions_enabled != user.descriptions_enabled:
        user.descriptions_enabled_at = now() if json_data.descriptions_enabled else None
    db.session.commit()
    return _account(user)


def _account(user: User) -> Response:
    # What is stored is what is kept but not on its way: read off the count that a trigger keeps,
    # since counting a million pictures takes half a second.
    on_its_way = (
        select(
            func.count().label("pictures"),
            func.coalesce(func.sum(Image.byte_size), 0).label("bytes"),
        )
        .where(Image.owned_by(user), Image.state == ImageState.UPLOADING)
        .subquery()
    )
    kept = db.session.execute(
        select(
            Storage.bytes,
            (Storage.pictures - on_its_way.c.pictures).label("stored_pictures"),
            (Storage.bytes - on_its_way.c.bytes).label("stored_bytes"),
        )
        .join(on_its_way, true())  # one row of each
        .where(Storage.user_id == user.id)
    ).one_or_none()
    account_out = AccountOut(
        user=UserOut.of(user),
        pictures=kept.stored_pictures if kept else 0,
        bytes=int(kept.stored_bytes) if kept else 0,
        storage=StorageOut(
            bytes=kept.bytes if kept else 0,
            quota=parts().settings.storage_quota_bytes,
        ),
        descriptions=DescriptionCounts(**descriptions.counts(user)),
    )
    return json_response(account_out.model_dump(mode="json"))
