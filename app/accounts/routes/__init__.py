"""The routes of accounts, a file for each thing that people do."""

from app.accounts.routes.activity import activity
from app.accounts.routes.sessions import sessions
from app.accounts.routes.signing_in import auth
from app.accounts.routes.tokens import tokens

BLUEPRINTS = (
    auth,
    sessions,
    tokens,
    activity,
)
