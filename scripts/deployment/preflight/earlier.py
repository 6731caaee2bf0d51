"""What is here already: the stack, and what an earlier one kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.deployment.aws_errors import code_of
from scripts.deployment.keeping import kept_by_earlier_stacks, region_of_bucket, way_back
from scripts.deployment.preflight.finding import Finding
from scripts.deployment.stack import STACK

if TYPE_CHECKING:
    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Verdict, Wanted


def look_at_stack(_: AwsAccount, wanted: Wanted) -> Finding:
    """Tell the stack's state."""
    if wanted.stack.status in {None, "DELETE_COMPLETE"}:
        return Finding(name="Stack", verdict="good", words=f"{STACK} is not here yet")
    verdict: Verdict = "good" if wanted.stack.kind == "ready" else "note"
    return Finding(name="Stack", verdict=verdict, words=f"{STACK} is {wanted.stack.status}")


def look_at_earlier_library(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Tell what an earlier stack kept; or, where it is taken back, whether it can be."""
    if not wanted.is_new:
        return None
    bucket, snapshot = wanted.context.get("bucket"), wanted.context.get("snapshot")
    if bucket and snapshot:
        return _taken_back(account, bucket, snapshot, own=wanted.stack.stack_id)
    buckets, snapshots = kept_by_earlier_stacks(account)
    if not buckets and not snapshots:
        return Finding(name="Earlier library", verdict="good", words="none was kept here")
    names = f"{len(buckets)} buckets and {len(snapshots)} snapshots were kept"
    if len(buckets) == 1 and len(snapshots) == 1:
        back = way_back(bucket=buckets[0], snapshot=snapshots[0], keys="")
        return Finding(
            name="Earlier library",
            verdict="note",
            words=f"{buckets[0]} was kept, and is left alone",
            advice=f"To come back with its pictures and accounts instead: {back}",
        )
    return Finding(
        name="Earlier library",
        verdict="note",
        words=f"{names}, and are left alone",
        advice="To come back with one: -c bucket=… -c snapshot=…; ./scripts/destroy lists them.",
    )


def _taken_back(account: AwsAccount, bucket: str, snapshot: str, *, own: str) -> Finding:
    def bad(words: str) -> Finding:
        return Finding(name="Earlier library", verdict="bad", words=words)

    s3, rds = account.session.client("s3"), account.session.client("rds")
    if bucket not in [each["Name"] for each in s3.list_buckets().get("Buckets", [])]:
        return bad(f"there is no bucket {bucket} in this account")
    where = region_of_bucket(account, bucket)
    if where != account.region:
        return bad(f"the bucket {bucket} is in {where}: deploy there")
    owner = _stack_of(account, bucket, but_not=own)
    if owner:
        return bad(f"the bucket {bucket} belongs to the stack {owner}")
    try:
        (found,) = rds.describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"]
    except rds.exceptions.DBSnapshotNotFoundFault:
        return bad(f"there is no snapshot {snapshot} in {account.region}")
    if found["Status"] != "available":
        return bad(f"the snapshot {snapshot} is {found['Status']}: wait until it is available")
    return Finding(
        name="Earlier library",
        verdict="good",
        words=f"{bucket} and {snapshot} are taken back",
    )


def _stack_of(account: AwsAccount, bucket: str, *, but_not: str) -> str:
    """Return the stack that a bucket belongs to; empty: none, or the one of the id `but_not`.

    That one failed, and is deleted before it is made anew: it lets go of the bucket then.
    """
    client = account.session.client("cloudformation")
    try:
        found = client.describe_stack_resources(PhysicalResourceId=bucket)["StackResources"]
    except client.exceptions.ClientError as error:
        if code_of(error) != "ValidationError":  # "Stack for … does not exist"
            raise
        return ""
    # The answer is not the bucket alone: it is the first 100 resources of the bucket's stack, which
    # has more. (By its id a stack that was deleted is found too.)
    if not found or found[0]["StackId"] == but_not:
        return ""
    has = any(
        each.physical_id == bucket and each.status != "DELETE_SKIPPED"
        for each in account.stacks().resources(found[0]["StackId"])
    )
    return str(found[0]["StackName"]) if has else ""
