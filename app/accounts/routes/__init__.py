"""The routes of accounts, a file for each thing that people do."""

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

BLUEPRINTS = (
    auth,
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
)
