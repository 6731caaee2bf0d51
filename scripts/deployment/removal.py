"""Removing the stack from whatever state it is in, with what it keeps kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.deployment.keeping import Holdings, last_snapshot
from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.stack import Resource, Stack


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What is left of it."""

    holdings: Holdings
    snapshot: str


def remove(
    account: AwsAccount,
    stack: Stack,
    *,
    may_leave: Callable[[list[Resource]], bool],
    say: Callable[[str], None],
) -> Removed:
    """Delete the stack; what its template says to keep is kept.

    A deletion that fails is tried once more, since much that stands in its way goes by itself
    (network interfaces of functions). What does not go then is left behind if `may_leave` agrees.

    Raises:
        StartError: it could not be deleted; the message says what is in the way.
    """
    stacks = account.stacks()
    resources = stacks.resources(stack.stack_id) if stack.status else []
    holdings = Holdings.of(resources, stack.outputs)
    stacks.unprotect(stack)
    if holdings.database:
        account.unprotect_database(holdings.database)
    for _ in range(2):
        stack = stacks.delete(stack, force=False, say=say)
        if stack.kind == "new":
            return _removed(account, holdings)
        say("    Something did not go; trying once more ...")
    failed = [each for each in stacks.resources(stack.stack_id) if each.status == "DELETE_FAILED"]
    for each in failed:
        say(f"    {each.name} ({each.kind} {each.physical_id}): {each.reason}")
    if not failed or not may_leave(failed):
        raise StartError(
            f"The stack is {stack.status}: what is named above is in the way. Delete it in AWS's "
            "console, or wait (functions let go of their network within the hour), and run this "
            "again."
        )
    stack = stacks.delete(stack, force=True, say=say)
    if stack.kind != "new":
        raise StartError(f"The stack is {stack.status}; look in CloudFormation.")
    return _removed(account, holdings)


def _removed(account: AwsAccount, holdings: Holdings) -> Removed:
    snapshot = last_snapshot(account, holdings.database) if holdings.database else ""
    return Removed(holdings=holdings, snapshot=snapshot)
