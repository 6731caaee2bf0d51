"""What the bucket of the pictures and its second copy have in common: both are private."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

# Whatever is deleted or overwritten can be brought back for so long, and stays no longer: together
# with the week in which people may change their mind about leaving, less than the month that the
# law gives for it. See docs/decisions/0057-versions.md.
OLD_VERSIONS_KEPT = Duration.days(14)


def make_private_bucket(
    scope: Construct,
    construct_id: str,
    *,
    more_rules: tuple[s3.LifecycleRule, ...] = (),
    **options: Any,  # noqa: ANN401 - the CDK's own, each with a type of its own
) -> s3.Bucket:
    """Make a bucket that keeps versions, and that nobody reaches but by rights of their own.

    Args:
        scope: where it is made.
        construct_id: its name there.
        more_rules: of its lifecycle, beside those for old versions and unfinished uploads.
        options: of `s3.Bucket`, beside those that are set here.
    """
    return s3.Bucket(
        scope,
        construct_id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        encryption=s3.BucketEncryption.S3_MANAGED,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="old-versions",
                noncurrent_version_expiration=OLD_VERSIONS_KEPT,
                expired_object_delete_marker=True,
            ),
            s3.LifecycleRule(
                id="unfinished-uploads",
                abort_incomplete_multipart_upload_after=Duration.days(1),
            ),
            *more_rules,
        ],
        **options,
    )
