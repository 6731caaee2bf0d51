"""Settings of a Lambda function: its environment and Secrets Manager.

They are read once, when an execution environment starts. Only new environments see a changed
secret; `./scripts/deploy secret` starts them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from secrets import token_urlsafe
from urllib.parse import quote

from app.clients.aws.lightweight import Caller, SecretsManager
from app.clients.aws.secrets_manager import read_secret
from app.runtime_role import Credentials
from app.settings import Settings

# The key that was made at deployment and those of the operator, by the name of the setting.
_FROM_KEYS = {
    "SECRET_KEY": "session_key",
    "GOOGLE_CLIENT_ID": "google_client_id",
    "GOOGLE_CLIENT_SECRET": "google_client_secret",
    "OPENAI_API_KEY": "openai_api_key",
    "OPENAI_BASE_URL": "openai_base_url",
    "OPENAI_MODEL": "openai_model",
    "OPENAI_PRICES": "openai_prices",
    "OPENAI_BATCH": "openai_batch",
    "OPENAI_BUDGET_USD": "openai_budget_usd",
    "OPENAI_PERSON_BUDGET_USD": "openai_person_budget_usd",
}
# Other providers are wholly the operator's: OIDC_PROVIDERS=work, OIDC_WORK_CLIENT_ID and so on.
_OTHER_PROVIDERS = "oidc_"
# An address that everything of AWS is reached at is the clients' business, for whoever emulates
# AWS; addresses for browsers name AWS itself all the same.
_NOT_TAKEN_OVER = ("AWS_ENDPOINT_URL",)


@dataclass(frozen=True, kw_only=True)
class FunctionConfig:
    """What a function knows when it starts."""

    settings: Settings
    environment: Mapping[str, str]
    caller: Caller


@cache
def function_config() -> FunctionConfig:
    """Read the settings, once."""
    environment = os.environ
    caller = Caller.from_environment(environment)
    secrets_manager = SecretsManager(caller)
    taken = {name: value for name, value in environment.items() if name not in _NOT_TAKEN_OVER}
    keys = read_secret(secrets_manager, environment["KEYS_SECRET_ARN"])
    return FunctionConfig(
        settings=Settings.from_environment(
            taken
            | {setting: keys.get(name, "") for setting, name in _FROM_KEYS.items()}
            | {
                name.upper(): value
                for name, value in keys.items()
                if name.startswith(_OTHER_PROVIDERS)
            }
            # Where there is none yet, one that nobody has: see [Note: The setup code].
            | {"SETUP_CODE": keys.get("setup_code") or token_urlsafe(32)}
            | {"DATABASE_URL": database_url(secrets_manager, environment)}
        ),
        environment=environment,
        caller=caller,
    )


def max_leases(environment: Mapping[str, str]) -> int | None:
    """Return how many of one person's pictures the worker's functions have in hand; None: any.

    All but one, so that whoever comes finds one. WORKER_CONCURRENCY is how many there are at most.
    """
    concurrency = environment.get("WORKER_CONCURRENCY")
    return max(1, int(concurrency) - 1) if concurrency else None


def database_url(secrets_manager: SecretsManager, environment: Mapping[str, str]) -> str:
    """Return the database's address, as the role that this function is there.

    See [Note: Two roles] in app/runtime_role.py: only migrations are given the owner's secret.
    """
    secret = read_secret(secrets_manager, environment["DATABASE_SECRET_ARN"])
    role, password = quote(secret["username"], safe=""), quote(secret["password"], safe="")
    host = environment["DATABASE_HOST"]
    # RDS writes the port into the owner's secret only; the runtime role's is made by the template.
    port = secret.get("port") or environment.get("DATABASE_PORT") or "5432"
    return f"postgresql://{role}:{password}@{host}:{port}/{environment['DATABASE_NAME']}"


def runtime_credentials(
    secrets_manager: SecretsManager, environment: Mapping[str, str]
) -> Credentials:
    """Return what the other functions sign in to the database with, as it is at this moment.

    Read at each call, since `./scripts/deploy rotate database` changes it and calls at once.
    """
    secret = read_secret(secrets_manager, environment["DATABASE_RUNTIME_SECRET_ARN"])
    return Credentials(role=secret["username"], password=secret["password"])
