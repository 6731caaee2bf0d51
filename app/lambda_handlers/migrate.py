"""Migrations on AWS Lambda: each deployment runs them before new code serves requests."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.accounts.sessions.tokens import new_token
from app.cli.migrate import upgrade
from app.clients.aws.boto import make_client_in
from app.clients.aws.lightweight import SecretsManager
from app.clients.aws.rds_snapshots import Snapshots
from app.clients.aws.secrets_manager import keep_if_missing
from app.lambda_handlers import start_collecting
from app.lambda_handlers.config import function_config, runtime_credentials
from app.lambda_handlers.powertools import observe, trace
from app.observability.metrics import step
from app.runtime_role import make_runtime_role

_known = function_config()
logger = observe("migrate", level=_known.settings.log_level)
trace("migrate", _known.environment)
start_collecting()


def handler(event: Mapping[str, object], context: object) -> dict[str, Any]:
    """Bring the database to the newest schema, and the runtime role to its secret's password.

    The first time it makes the setup code, which the functions that serve read when they start.
    Safe to repeat; raises when anything is amiss.
    """
    del event, context
    keep_if_missing(
        make_client_in(_known.settings.aws_region, "secretsmanager"),
        _known.environment["KEYS_SECRET_ARN"],
        "setup_code",
        make=new_token,
    )
    database_url = _known.settings.database_url
    credentials = runtime_credentials(SecretsManager(_known.caller), _known.environment)
    make_runtime_role(database_url, credentials)
    snapshots = Snapshots(
        rds=make_client_in(_known.settings.aws_region, "rds"),
        instance=_known.environment["DATABASE_INSTANCE"],
    )
    with step("upgrade"):
        upgraded = upgrade(
            database_url,
            copy=snapshots.take,
            runtime_role=credentials.role,
        )
    logger.info("ran %s; copied to %s", ", ".join(upgraded.ran) or "nothing", upgraded.snapshot)
    return asdict(upgraded)
