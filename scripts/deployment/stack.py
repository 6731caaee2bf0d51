"""The stack as CloudFormation has it, in whatever state, and what each state lets one do.

    new          nothing is there, or the shell of a stack that was never made
    busy         somebody changes it right now
    ready        it serves, and can be updated
    failed       its first deployment failed: nothing of it ever served
    half_gone    its deletion failed
    stuck        an update failed, and so did going back
    half_updated an update failed and was not taken back

States are those of CloudFormation's API reference, "StackStatus".
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STACK = "Pinhole"
Kind = Literal["new", "busy", "ready", "failed", "half_gone", "stuck", "half_updated"]
_KINDS: dict[str, Kind] = {
    "REVIEW_IN_PROGRESS": "new",
    "DELETE_COMPLETE": "new",
    "CREATE_COMPLETE": "ready",
    "UPDATE_COMPLETE": "ready",
    "UPDATE_ROLLBACK_COMPLETE": "ready",
    "IMPORT_COMPLETE": "ready",
    "IMPORT_ROLLBACK_COMPLETE": "ready",
    "CREATE_FAILED": "failed",
    "ROLLBACK_COMPLETE": "failed",
    "ROLLBACK_FAILED": "failed",
    "DELETE_FAILED": "half_gone",
    "UPDATE_ROLLBACK_FAILED": "stuck",
    "IMPORT_ROLLBACK_FAILED": "stuck",
    "UPDATE_FAILED": "half_updated",
}
_LOOK_AGAIN_SECONDS = 5.0
_LONGEST_SECONDS = 3 * 3600  # what CloudFormation itself waits for at most is less
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled")
_ELSEWHERE = "DescribeEvents"  # the reason of an operation that never began names this call


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of the stack."""

    name: str
    kind: str
    physical_id: str
    status: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What was seen of the stack."""

    status: str | None  # None: there is none
    stack_id: str = ""
    is_protected: bool = False
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """Return what can be done with it."""
        if self.status is None:
            return "new"
        if self.status in _KINDS:
            return _KINDS[self.status]
        return "busy"

    @property
    def is_shell(self) -> bool:
        """Tell whether a change set was made for it that nobody carried out."""
        return self.status == "REVIEW_IN_PROGRESS"


class Stacks:
    """CloudFormation's side of the stack."""

    def __init__(
        self,
        session: Any,  # noqa: ANN401
        *,
        pause: Callable[[float], None] = time.sleep,
        region: str | None = None,
    ) -> None:
        """Look through a session of boto3; `pause` waits between two looks.

        Args:
            session: whose region is looked at, unless `region` is another one.
            pause: waits between two looks.
            region: where else to look.
        """
        self._client = session.client(
            "cloudformation", **({"region_name": region} if region else {})
        )
        self._pause = pause

    def look(self, name: str = STACK) -> Stack:
        """Return the stack as it is now."""
        try:
            (found,) = self._client.describe_stacks(StackName=name)["Stacks"]
        except self._client.exceptions.ClientError as error:
            if "does not exist" in str(error):
                return Stack(status=None)
            raise
        return Stack(
            status=found["StackStatus"],
            stack_id=found["StackId"],
            is_protected=found.get("EnableTerminationProtection", False),
            outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
        )

    def resources(self, name: str = STACK) -> list[Resource]:
        """Return all resources, however many: `DescribeStackResources` ends after 100."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=name)
        return [
            Resource(
                name=each["LogicalResourceId"],
                kind=each["ResourceType"],
                physical_id=each.get("PhysicalResourceId", ""),
                status=each["ResourceStatus"],
                reason=each.get("ResourceStatusReason", ""),
            )
            for page in pages
            for each in page["StackResourceSummaries"]
        ]

    def failures(self, name: str) -> list[str]:
        """Return why the last operation failed, the first cause first."""
        events = [
            event
            for event in reversed(list(self._events_of_last_operation(name)))
            if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason")
        ]
        # What CloudFormation finds before it begins is in no event of the stack.
        ahead = any(_ELSEWHERE in event["ResourceStatusReason"] for event in events)
        return [
            *(self._found_before_it_began(name) if ahead else []),
            *(
                f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"
                for event in events
                if event["ResourceType"] != "AWS::CloudFormation::Stack"
                and not (reason := event["ResourceStatusReason"]).startswith(_CANCELLED)
            ),
        ]

    def _found_before_it_began(self, name: str) -> list[str]:
        pages = self._client.get_paginator("describe_events").paginate(
            StackName=name, Filters={"FailedEvents": True}
        )
        return [
            f"{event['LogicalResourceId']} ({event['ResourceType']}): "
            f"{event['ValidationStatusReason']}"
            for page in pages
            for event in page["OperationEvents"]
            if event.get("EventType") == "VALIDATION_ERROR" and "ValidationStatusReason" in event
        ]

    def _events_of_last_operation(self, name: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=name)
        for page in pages:
            for event in page["StackEvents"]:
                yield event
                begins = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}
                if (
                    event["ResourceType"] == "AWS::CloudFormation::Stack"
                    and event["ResourceStatus"] in begins
                ):
                    return

    def wait(self, stack: Stack, *, say: Callable[[str], None]) -> Stack:
        """Wait until nobody changes it any more; by its id, so that a deleted one is found too."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        told = None
        while (stack := self.look(stack.stack_id)).kind == "busy":
            if stack.status != told:
                told = stack.status
                say(f"    {told} ...")
            if time.monotonic() > deadline:
                raise StartError(f"The stack is still {stack.status}; look in CloudFormation.")
            self._pause(_LOOK_AGAIN_SECONDS)
        return stack

    def unprotect(self, stack: Stack) -> None:
        """Let it be deleted."""
        if stack.is_protected:
            self._client.update_termination_protection(
                EnableTerminationProtection=False, StackName=stack.stack_id
            )

    def protect(self, stack: Stack) -> None:
        """Let it not be deleted."""
        if not stack.is_protected:
            self._client.update_termination_protection(
                EnableTerminationProtection=True, StackName=stack.stack_id
            )

    def delete(self, stack: Stack, *, force: bool, say: Callable[[str], None]) -> Stack:
        """Delete it, and return how that ended; `force` leaves behind what does not go."""
        mode = {"DeletionMode": "FORCE_DELETE_STACK"} if force else {}
        self._client.delete_stack(StackName=stack.stack_id, **mode)
        return self.wait(stack, say=say)

    def go_back(self, stack: Stack, *, say: Callable[[str], None]) -> Stack:
        """Take a failed update back, so that the stack can be updated again."""
        if stack.kind == "stuck":
            self._client.continue_update_rollback(StackName=stack.stack_id)
        else:
            self._client.rollback_stack(StackName=stack.stack_id)
        return self.wait(stack, say=say)

    def refuse_replacements(self, names: list[str]) -> None:
        """Let no update delete or replace these: what is in them would be gone from view."""
        policy = _POLICY.replace('"NAMES"', ", ".join(f'"LogicalResourceId/{n}"' for n in names))
        self._client.set_stack_policy(StackName=STACK, StackPolicyBody=policy)


_POLICY = """{"Statement": [
  {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
  {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*",
   "Resource": ["NAMES"]}
]}"""
