"""The routes of accounts, a file for each thing that people do."""

from app.accounts.routes.signing_in import auth

BLUEPRINTS = (auth,)
