"""All routes of the API, as their decorators say them."""

from app.accounts.routes.activity import activity
from app.accounts.routes.confirming import confirming
from app.accounts.routes.factors import factors, password_check
from app.accounts.routes.joining import joining
from app.accounts.routes.openid import openid
from app.accounts.routes.own_address import own_address
from app.accounts.routes.passkeys import passkey_sign_in, passkeys
from app.accounts.routes.sessions import sessions
from app.accounts.routes.signing_in import auth
from app.accounts.routes.tokens import tokens
from app.accounts.routes.who_is_here import who_is_here
from app.administration.routes.activity import site_activity
from app.administration.routes.invites import invites
from app.administration.routes.people import people
from app.images.account_routes import account
from app.images.leaving_routes import leaving
from app.images.routes import images
from app.images.upload_routes import uploads
from app.system import system

BLUEPRINTS = (
    system,
    auth,
    who_is_here,
    joining,
    own_address,
    confirming,
    passkey_sign_in,
    password_check,
    openid,
    factors,
    passkeys,
    sessions,
    tokens,
    activity,
    account,
    images,
    uploads,
    leaving,
    people,
    invites,
    site_activity,
)
