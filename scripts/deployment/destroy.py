"""Taking the product out of an account, without losing anybody's pictures by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.deployment import beside
from scripts.deployment.aws_account import AwsAccount
from scripts.deployment.aws_errors import told_plainly
from scripts.deployment.build import ToolsInstaller
from scripts.deployment.deploy import become_deployment_python
from scripts.deployment.keeping import Holdings, kept_by_earlier_stacks, way_back
from scripts.deployment.removal import remove
from scripts.deployment.stack import STACK
from scripts.embedded.errors import StartError
from scripts.embedded.install import stop_on_signals
from scripts.embedded.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scripts.deployment.stack import Resource, Stack

_WHAT_STAYS = """
  This takes Pinhole out of account {number}, region {region}. It keeps:

    the pictures      {bucket}
    the database      {database}
    the session key   {keys}
    CDK's own         bucket and roles (the stack CDKToolkit), and logs of its functions
                      (CloudWatch, /aws/lambda/Pinhole-…)

  They go on costing what they take up. At the end it says how to come back with them;
  docs/operations.md, "Delete everything", how to delete them too.
"""
_STATES = {
    "ready": "It serves.",
    "failed": "Its first deployment failed ({status}): nobody has used it.",
    "half_gone": "An earlier deletion stopped half-way ({status}): this goes on with it.",
    "stuck": "An update failed, and so did going back ({status}). It is deleted from there.",
    "half_updated": "An update failed and was not taken back ({status}). It is deleted from there.",
    "new": "It was never made ({status}): only an empty stack is there.",
}


def main(words: Sequence[str]) -> int:
    """Say what stays, ask, and delete the stack."""
    stop_on_signals()
    progress = Progress()
    try:
        ToolsInstaller(requirements=[], progress=progress).run()
        become_deployment_python()
        with told_plainly():
            account = AwsAccount.of_this_shell(say=progress.say)
            destroy(account, asks="--yes" not in words, say=progress.say)
    except StartError as error:
        progress.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        progress.say("\nStopped. What CloudFormation had begun goes on: run this again.")
        return 130
    return 0


def destroy(account: AwsAccount, *, asks: bool, say: Callable[[str], None]) -> None:
    """Delete the stack in whatever state it is.

    Raises:
        StartError: it was not agreed to, or something does not go.
    """
    stacks = account.stacks()
    stack = stacks.look()
    if stack.kind == "busy":
        say(f"  Somebody is changing the stack ({stack.status}). Waiting until that is done ...")
        stack = stacks.wait(stack, say=say)
    if stack.status in {None, "DELETE_COMPLETE"}:
        say(f"  There is no Pinhole in account {account.number}, region {account.region}.")
        _say_what_earlier_ones_kept(account, say)
        # A first deployment that failed may have made it, and it costs by the month.
        beside.end_firewall(account, say=say)
        return
    _say_what_stays(account, stack, say)
    if asks:
        _insist()
    removed = remove(
        account,
        stack,
        may_leave=lambda left: _may_leave(left, asks=asks),
        say=say,
    )
    say("\n  Pinhole is gone from this account.")
    beside.tell_of_replica(account, stack.outputs, say=say)
    # Said before anything else can fail: it is in no other place.
    kept, snapshot = removed.holdings, removed.snapshot
    if kept.bucket and snapshot:
        back = way_back(bucket=kept.bucket, snapshot=snapshot, keys=kept.keys)
        say(f"  To come back with all pictures and accounts:\n\n    {back}\n")
    beside.end_firewall(account, say=say)


def _say_what_stays(account: AwsAccount, stack: Stack, say: Callable[[str], None]) -> None:
    holdings = Holdings.of(account.stacks().resources(stack.stack_id), stack.outputs)
    say(f"\n  {_STATES[stack.kind].format(status=stack.status)}")
    say(
        _WHAT_STAYS.format(
            number=account.number,
            region=account.region,
            bucket=f"in the bucket {holdings.bucket}" if holdings.bucket else "there are none",
            database=f"as a last snapshot of {holdings.database}, in RDS, beside\n"
            "                      copies from before migrations (pinhole-before-…); and its\n"
            "                      automated backups, until they run out"
            if holdings.database
            else "there is none",
            keys=f"in the secret {holdings.keys}" if holdings.keys else "there is none",
        )
    )


def _say_what_earlier_ones_kept(account: AwsAccount, say: Callable[[str], None]) -> None:
    buckets, snapshots = kept_by_earlier_stacks(account)
    if buckets or snapshots:
        say("  Earlier ones kept, which goes on costing what it takes up:\n")
        for bucket in buckets:
            say(f"    bucket    {bucket}")
        for snapshot in snapshots:
            say(f"    snapshot  {snapshot}")
        say(
            '\n  docs/operations.md, "Coming back" and "Delete everything", say what to do with it.'
        )


def _insist() -> None:
    if input(f"  Type {STACK} to go on: ").strip() != STACK:
        raise StartError("Nothing was changed.")


def _may_leave(left: list[Resource], *, asks: bool) -> bool:
    if not asks:
        return False
    names = ", ".join(each.name for each in left)
    answer = input(f"  Delete the stack all the same, and leave these behind: {names}? [y/N] ")
    return answer.strip().lower() in {"y", "yes"}
