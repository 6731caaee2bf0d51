"""Register, sign in, sign out, and who is signed in."""

from flask import Response, make_response, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.guards import current_session, public, signed_in
from app.accounts.models import User
from app.accounts.passwords import hash_password, is_right, needs_rehash, refuse_weak
from app.accounts.schemas import (
    DescriptionOffer,
    LoginIn,
    RegisterIn,
    SessionOut,
    UploadRules,
    UserOut,
)
from app.accounts.sessions import clear_cookie, end_session, set_cookie, start_session
from app.contract import APIBlueprint
from app.database import db
from app.errors import EmailTakenError, WrongCredentialsError
from app.parts import parts
from app.settings import PICTURE_TYPES
from app.web import json_response

auth = APIBlueprint("auth", __name__, url_prefix="/api/auth", tag="Accounts")


@auth.post("/register")
@public
@auth.input(RegisterIn, location="json")
@auth.output(SessionOut, status_code=201, description="The account was made and is signed in.")
@auth.doc(responses={409: "There is an account with this address."})
def register(json_data: RegisterIn) -> Response:
    """Make an account and sign in.

    The password needs 15 characters or more; spaces and any letters are welcome.
    """
    refuse_weak(json_data.password, email=json_data.email)
    user = User(email=json_data.email, password_hash=hash_password(json_data.password))
    db.session.add(user)
    try:
        db.session.flush()  # tells here, and not at the commit, whether the address is taken
    except IntegrityError as error:
        db.session.rollback()
        raise EmailTakenError from error
    return _sign_in(user, status=201)


@auth.post("/login")
@public
@auth.input(LoginIn, location="json")
@auth.output(SessionOut, description="Signed in.")
@auth.doc(responses={401: "Address or password is wrong."})
def login(json_data: LoginIn) -> Response:
    """Sign in."""
    user = db.session.scalar(select(User).where(User.email == json_data.email))
    known_hash = user.password_hash if user else None
    if not is_right(json_data.password, password_hash=known_hash) or user is None:
        raise WrongCredentialsError
    if needs_rehash(user.password_hash):
        user.password_hash = hash_password(json_data.password)
    return _sign_in(user, status=200)


@auth.post("/logout")
@signed_in
@auth.output({}, status_code=204, description="Signed out.")
def logout() -> Response:
    """Sign out of this browser, at once and everywhere this session is used."""
    if session := current_session():
        end_session(session.id)
        db.session.commit()
    response = Response(status=204)
    clear_cookie(response, https=parts().settings.site_is_https)
    # Whatever the browser kept of this person's pictures goes too.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@auth.get("/session")
@public
@auth.output(SessionOut)
def session() -> Response:
    """Who is signed in here (`user` is null: nobody), and what this site offers."""
    found = current_session()
    return json_response(_session_out(found.user if found else None).model_dump(mode="json"))


def _sign_in(user: User, *, status: int) -> Response:
    # A token that was in the browser before is ended, not taken over (session fixation).
    if earlier := current_session():
        end_session(earlier.id)
    token = start_session(user, user_agent=request.user_agent.string)
    db.session.commit()
    response = make_response(
        json_response(_session_out(user).model_dump(mode="json"), status=status)
    )
    set_cookie(response, token, https=parts().settings.site_is_https)
    return response


def _session_out(user: User | None) -> SessionOut:
    settings = parts().settings
    model = settings.model
    return SessionOut(
        user=UserOut.model_validate(user, from_attributes=True) if user else None,
        uploads=UploadRules(max_bytes=settings.max_upload_bytes, content_types=list(PICTURE_TYPES)),
        descriptions=DescriptionOffer(
            available=model is not None,
            demo=bool(model and model.is_demo),
            model=model.model if model else None,
            host=model.host if model else None,
        ),
    )
