"""Changing secrets that two sides must know, without either refusing the other meanwhile."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scripts.deployment.aws_account import AwsAccount

DOOR_HEADER = "x-pinhole-door"  # app/lambda_handlers/api.py and infrastructure/site.py say the same


def rotate(account: AwsAccount, names: Sequence[str], *, say: Callable[[str], None]) -> None:
    """Change a secret for one that was just made up.

    Raises:
        StartError: it is not one that can be changed, or AWS did not follow.
    """
    ways = {"door": _rotate_door, "database": _rotate_database}
    if len(names) != 1 or names[0] not in ways:
        raise StartError(f"./scripts/deploy rotate takes one of: {', '.join(ways)}")
    ways[names[0]](account, say)


def _rotate_door(account: AwsAccount, say: Callable[[str], None]) -> None:
    """First the API takes both, then CloudFront shows the new one, then the old one is forgotten.

    One that was interrupted is taken up where it was: the secret tells.
    """
    secret = account.outputs()["DoorSecret"]
    known = account.read_secret(secret)
    if "door_before" not in known:
        new = secrets.token_urlsafe(36)
        account.change_secret(secret, {"door": new, "door_before": known["door"]})
    account.restart()
    say("  The API takes the old door and the new one. CloudFront changes: a few minutes ...")
    account.show_at_the_door(DOOR_HEADER, account.read_secret(secret)["door"])
    account.change_secret(secret, {"door_before": None})
    account.restart()
    say("  The door is another one; the old one is closed.")


def _rotate_database(account: AwsAccount, say: Callable[[str], None]) -> None:
    """Change the owner's, which only migrations use; then that of the functions' own role.

    Connections stay; new ones fail for the seconds between the second role's change and the
    functions' new start. One that was interrupted is begun anew.
    """
    outputs = account.outputs()
    password = secrets.token_urlsafe(36)
    say("  The database's owner takes a new password ...")
    account.change_secret(outputs["DatabaseSecret"], {"password": password})
    account.change_database_password(password)
    account.restart()
    say("  So do the functions: new connections may fail for a few seconds ...")
    runtime = outputs["DatabaseRuntimeSecret"]
    account.change_secret(runtime, {"password": secrets.token_urlsafe(36)})
    account.migrate()
    account.restart()
    say("  The database has other passwords, and the functions know them.")
