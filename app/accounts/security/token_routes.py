"""Personal access tokens: list, create and delete them."""

from datetime import timedelta
from uuid import UUID

from flask import Response
from sqlalchemy import delete, func, select

from app.accounts.audit.log import Event, record
from app.accounts.emails.outbox import commit_and_notify
from app.accounts.errors import TooManyTokensError
from app.accounts.mfa.policy import mail_of_change
from app.accounts.models import AccessToken
from app.accounts.rate_limits.limiter import take_each
from app.accounts.rate_limits.policies import NEW_TOKENS
from app.accounts.security.token_schemas import NewTokenOut, TokenIn, TokenRow, TokensOut
from app.accounts.sessions.api_tokens import MAX_TOKENS, make_access_token
from app.accounts.sessions.guards import (
    current_user,
    lock_current_user,
    recent_proof_required,
    session_required,
)
from app.database import db
from app.errors import NotFoundError
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

tokens = APIBlueprint(
    "tokens", __name__, url_prefix="/api/account/tokens", tag="Personal access tokens"
)


@tokens.get("")
@session_required
@tokens.output(TokensOut)
def list_tokens() -> Response:
    """List your tokens, newest first; those that expired too, until they are removed."""
    rows = db.session.scalars(
        select(AccessToken)
        .where(AccessToken.user_id == current_user().id)
        .order_by(AccessToken.created_at.desc(), AccessToken.id)
    )
    found = [TokenRow.of(row) for row in rows]
    return json_response(TokensOut(tokens=found).model_dump(mode="json"))


@tokens.post("")
@recent_proof_required
@tokens.input(TokenIn, location="json")
@tokens.output(NewTokenOut, status_code=201, description="The token; it is shown this once.")
@tokens.doc(
    responses={
        409: "You have as many tokens as you may.",
        429: "You made many: wait as long as `Retry-After` says.",
    }
)
def make_token(json_data: TokenIn) -> Response:
    """Make a token for a script, which sends it as `Authorization: Bearer pinhole_…`.

    It reaches pictures only: nothing of the account, and nothing that signs in.
    """
    counted = NEW_TOKENS, str(current_user().id)
    take_each(counted)
    user = lock_current_user(counted)
    count = db.session.scalar(
        select(func.count()).select_from(AccessToken).where(AccessToken.user_id == user.id)
    )
    if (count or 0) >= MAX_TOKENS:
        raise TooManyTokensError
    row, token = make_access_token(
        user.id,
        name=json_data.name,
        scope=json_data.scope,
        lifetime=timedelta(days=json_data.days),
    )
    record(Event.TOKEN_MADE, user_id=user.id, scope=json_data.scope, days=json_data.days)
    commit_and_notify(mail_of_change(user, "token_made"))
    made = TokenRow.of(row).model_dump()
    return json_response(NewTokenOut(token=token, **made).model_dump(mode="json"), status=201)


@tokens.delete("/<uuid:token_id>")
@session_required
@tokens.output({}, status_code=204, description="It is refused from now on, everywhere.")
@tokens.doc(responses={404: "There is no such token, or it is not yours."})
def remove_token(token_id: UUID) -> Response:
    """Remove a token."""
    user = lock_current_user()
    scope = db.session.scalar(
        delete(AccessToken)
        .where(AccessToken.id == token_id, AccessToken.user_id == user.id)
        .returning(AccessToken.scope)
    )
    if scope is None:
        raise NotFoundError
    record(Event.TOKEN_REMOVED, user_id=user.id, scope=scope)
    db.session.commit()
    return Response(status=204)
