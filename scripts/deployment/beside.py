"""Stacks in other regions that belong to this one: the firewall, and the second copy of pictures.

infrastructure/firewall.py says why they are there. The CDK deploys them with the main stack; what
is no longer asked for is deleted here, except for pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.deployment.aws_errors import code_of, is_denied
from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scripts.deployment.aws_account import AwsAccount

FIREWALL_REGION = "us-east-1"
_DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
_CAUSES = 3


def firewall_name(region: str) -> str:
    """Return the name of the firewall's stack, as infrastructure/firewall.py does."""
    return f"Pinhole-firewall-{region}"


def replica_name(region: str) -> str:
    """Return the name of the second copy's stack, as infrastructure/replica.py does."""
    return f"Pinhole-replica-of-{region}"


def unfinished(account: AwsAccount, context: Mapping[str, str]) -> list[str]:
    """Return what is wrong with stacks beside that were asked for; empty if nothing is.

    Args:
        account: where.
        context: what was said with `-c`.
    """
    asked = {
        firewall_name(account.region): FIREWALL_REGION if context.get("rate") else "",
        replica_name(account.region): context.get("replica", ""),
    }
    lines: list[str] = []
    for name, region in asked.items():
        if not region:
            continue
        stacks = account.stacks(region)
        stack = stacks.look(name)
        if stack.status in _DONE:
            continue
        lines.append(f"The stack {name} in {region} is {stack.status or 'not there'}.")
        if stack.stack_id:
            lines += [f"  {cause}" for cause in stacks.failures(stack.stack_id)[:_CAUSES]]
    return lines


def protect_second_copy(account: AwsAccount, context: Mapping[str, str]) -> None:
    """Protect the second copy's stack from deletion once it is there.

    Not by its template: a first creation that fails could not be deleted then, and nothing else
    can be done with it. The CDK takes the protection off at each deployment.
    """
    if region := context.get("replica"):
        stacks = account.stacks(region)
        stack = stacks.look(replica_name(account.region))
        if stack.kind == "ready":
            stacks.protect(stack)


def end_firewall(account: AwsAccount, *, say: Callable[[str], None]) -> None:
    """Delete the firewall's stack if there is one; CloudFront must not use it any more.

    Who may not look there has most likely none: an organization may keep its members to some
    regions. What comes after this, as the link for the first account, must not fail for it.

    Raises:
        StartError: it could not be deleted.
    """
    stacks = account.stacks(FIREWALL_REGION)
    name = firewall_name(account.region)
    try:
        stack = stacks.look(name)
    except Exception as error:
        if not is_denied(error):
            raise
        say(
            f"  Not looked for: a firewall of an earlier time, the stack {name} in "
            f"{FIREWALL_REGION} ({code_of(error)}). If there is one, delete it: it costs by the "
            "month."
        )
        return
    if stack.kind == "new":
        return
    say("  Deleting the firewall, which costs by the month ...")
    left = stacks.delete(stack, force=False, say=say)
    if left.kind != "new":
        raise StartError(
            f"The firewall's stack {name} in {FIREWALL_REGION} is "
            f"{left.status}: look in CloudFormation there, or run this again."
        )


def tell_of_replica(
    account: AwsAccount, before: Mapping[str, str], *, say: Callable[[str], None]
) -> None:
    """Say that the second copy stays, if the stack had one.

    Args:
        account: where.
        before: what the stack said of itself while it had one.
        say: takes each line.
    """
    if region := before.get("ReplicaRegion"):
        say(
            f"  The second copy in {region} gets nothing new and stays, in the stack "
            f'{replica_name(account.region)} there; docs/operations.md, "A second copy".'
        )
