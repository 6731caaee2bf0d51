"""Taking the product out of an account, without losing anybody's pictures by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.deployment.aws_account import STACK, AwsAccount
from scripts.deployment.build import Builder, read_architecture
from scripts.deployment.deploy import become_deployment_python, run_cdk
from scripts.embedded.errors import StartError
from scripts.embedded.install import stop_on_signals
from scripts.embedded.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHAT_STAYS = """
  This takes Pinhole out of account {number}, region {region}. It keeps:

    the pictures      in the bucket {bucket}
    the database      as a last snapshot of {database}, in RDS
    access logs       in their bucket, for a month
    CDK's own         bucket and roles (the stack CDKToolkit)

  They go on costing what they take up. docs/operations.md, "Restore", says how to come back, and
  "Away with everything" how to delete them.
"""


def main(words: Sequence[str]) -> int:
    """Say what stays, ask, and delete the stack."""
    stop_on_signals()
    progress = Progress()
    try:
        Builder(architecture=read_architecture(), progress=progress).run()
        become_deployment_python()
        account = AwsAccount.of_this_shell()
        outputs = account.outputs()
        progress.say(
            _WHAT_STAYS.format(
                number=account.number,
                region=account.region,
                bucket=outputs["PictureBucket"],
                database=outputs["DatabaseInstance"],
            )
        )
        if "--yes" not in words:
            _insist()
        account.leave_open()
        run_cdk("destroy", STACK, "--force")
    except StartError as error:
        progress.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _insist() -> None:
    if input(f"  Type {STACK} to go on: ").strip() != STACK:
        raise StartError("Nothing was changed.")
