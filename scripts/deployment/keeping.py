"""What a stack keeps when it goes, and finding it again for the next one.

See [Note: Taken back] in infrastructure/kept.py, and docs/decisions/0036.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.stack import Resource

BUCKET_TAG = "pinhole:bucket"  # infrastructure/kept.py says the same, and these
OUTPUTS = {"bucket": "KeptBucket", "snapshot": "KeptSnapshot", "keys": "KeptKeys"}
_BUCKETS = "pinhole-pictures-"  # infrastructure/names.py says the same, and the next
_DATABASES = re.compile(r"pinhole-[0-9a-f]{12}")  # and the end of the stack's id
_BEFORE_MIGRATIONS = "pinhole-before-"  # app/lambda_handlers/migrate.py


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What of a stack is worth keeping, by the names that AWS knows it by; empty: not there."""

    bucket: str = ""
    database: str = ""
    keys: str = ""

    @classmethod
    def of(cls, resources: list[Resource], outputs: Mapping[str, str]) -> Holdings:
        """Find them among a stack's resources; keys that it took back are no resource of it."""
        found = {
            each.kind: each.physical_id
            for each in resources
            if each.name.startswith(("PicturesBucket", "DatabaseInstance", "SecretsKeys"))
            and each.physical_id
            and each.status != "DELETE_COMPLETE"
        }
        return cls(
            bucket=found.get("AWS::S3::Bucket", ""),
            database=found.get("AWS::RDS::DBInstance", ""),
            keys=found.get("AWS::SecretsManager::Secret", outputs.get(OUTPUTS["keys"], "")),
        )


def way_back(*, bucket: str, snapshot: str, keys: str) -> str:
    """Return the command that takes what was kept into a new stack."""
    said = {"bucket": bucket, "snapshot": snapshot, "keys": keys}
    return " ".join(["./scripts/deploy", *(f"-c {name}={it}" for name, it in said.items() if it)])


def last_snapshot(account: AwsAccount, database: str) -> str:
    """Return the newest snapshot of a database that is gone; empty: there is none."""
    pages = account.session.client("rds").get_paginator("describe_db_snapshots")
    found = [
        (each.get("SnapshotCreateTime"), each["DBSnapshotIdentifier"])
        for page in pages.paginate(DBInstanceIdentifier=database, SnapshotType="manual")
        for each in page["DBSnapshots"]
    ]
    return max(found, key=lambda each: str(each[0]), default=(None, ""))[1]


def kept_by_earlier_stacks(
    account: AwsAccount, *, but_not: str = ""
) -> tuple[list[str], list[str]]:
    """Return picture buckets and last snapshots in this region that no stack has any more."""
    s3 = account.session.client("s3")
    buckets = [
        each["Name"]
        for each in s3.list_buckets().get("Buckets", [])
        if each["Name"].startswith(_BUCKETS)
        and each["Name"] != but_not
        and region_of_bucket(account, each["Name"]) == account.region
    ]
    pages = account.session.client("rds").get_paginator("describe_db_snapshots")
    snapshots = [
        each["DBSnapshotIdentifier"]
        for page in pages.paginate(SnapshotType="manual")
        for each in page["DBSnapshots"]
        if _DATABASES.fullmatch(each["DBInstanceIdentifier"])
        and not each["DBSnapshotIdentifier"].startswith(_BEFORE_MIGRATIONS)
    ]
    return buckets, snapshots


def region_of_bucket(account: AwsAccount, bucket: str) -> str:
    """Return where a bucket is; S3 says nothing for us-east-1."""
    where = account.session.client("s3").get_bucket_location(Bucket=bucket)
    return where.get("LocationConstraint") or "us-east-1"


def keys_of_bucket(account: AwsAccount, bucket: str) -> str:
    """Return the secret whose session key belongs to a bucket's library; empty: none is there."""
    pages = account.session.client("secretsmanager").get_paginator("list_secrets")
    filters = [{"Key": "tag-key", "Values": [BUCKET_TAG]}]
    for page in pages.paginate(Filters=filters):
        for secret in page["SecretList"]:
            tags = {each["Key"]: each["Value"] for each in secret.get("Tags", [])}
            # The filter takes beginnings of values too, so the whole value is compared here.
            if tags.get(BUCKET_TAG) == bucket and "DeletedDate" not in secret:
                return str(secret["ARN"])
    return ""


def taken_back(
    account: AwsAccount, context: Mapping[str, str], outputs: Mapping[str, str]
) -> dict[str, str]:
    """Return the bucket, snapshot and keys that the stack is to have, said again or found.

    Args:
        account: where they are.
        context: what was said with `-c`.
        outputs: what the stack that is there says that it took back.

    Raises:
        StartError: only a part was said, or another than the stack has.
    """
    said = {name: context[name] for name in OUTPUTS if context.get(name)}
    known = {name: outputs[key] for name, key in OUTPUTS.items() if outputs.get(key)}
    if outputs:
        wrong = [name for name in said if said[name] != known.get(name)]
        if wrong:
            raise StartError(
                f"-c {wrong[0]}={said[wrong[0]]} can only be said for a stack that is made anew; "
                f"this one has {known.get(wrong[0]) or 'its own'}. ./scripts/destroy first."
            )
        return known
    if not said:
        return {}
    if ("bucket" in said) != ("snapshot" in said):
        missing = "snapshot" if "bucket" in said else "bucket"
        raise StartError(
            f"-c {missing}= is missing: pictures and database are taken back together, or "
            "rows and pictures would not agree. ./scripts/destroy named both when it ended."
        )
    if "keys" not in said:
        keys = keys_of_bucket(account, said["bucket"])
        if not keys:
            raise StartError(
                f"No secret is tagged {BUCKET_TAG}={said['bucket']}. Its session key opens what "
                "the database holds sealed (authenticator apps). If it is elsewhere, say "
                "-c keys=ARN; if it is lost, say -c keys=new, and people set those up anew."
            )
        said["keys"] = keys
    if said["keys"] == "new":
        del said["keys"]
    return said
