"""A second copy of all pictures in another region, by S3's own replication.

Only with `-c replica=REGION`. Its bucket is in a stack of its own there; see [Note: A stack beside
it] in firewall.py. What is deleted here is hidden there too, by a delete marker, and its bytes go
there by the same rule as here; a version that somebody deletes here, however, stays there. The
stack and its bucket are kept when Pinhole is removed.
"""

from __future__ import annotations

from aws_cdk import (
    CfnOutput,
    Environment,
    Fn,
    LegacyStackSynthesizer,
    RemovalPolicy,
    Stack,
    Tags,
)
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infrastructure.private_bucket import make_private_bucket
from infrastructure.settings import TAG, TAG_VALUE

# Read within milliseconds and at a sixth of the price: nobody reads it until the first is lost.
STORAGE_CLASS = "GLACIER_IR"
_ARN = "BucketArn"


def replica_stack_name(region: str) -> str:
    """Return the name of the second copy's stack for the Pinhole of a region."""
    return f"Pinhole-replica-of-{region}"


class ReplicaStack(Stack):
    """One bucket, that nobody but S3 writes to."""

    def __init__(self, scope: Construct, *, region: str, replica_region: str) -> None:
        super().__init__(
            scope,
            replica_stack_name(region),
            description=f"Pinhole in {region}: the second copy of its pictures",
            env=Environment(region=replica_region),
            synthesizer=LegacyStackSynthesizer(),
        )
        self._name, self._region = replica_stack_name(region), replica_region
        Tags.of(self).add(TAG, TAG_VALUE)
        self.bucket = make_private_bucket(self, "Pictures", removal_policy=RemovalPolicy.RETAIN)
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="VersionsGoByLifecycle",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:DeleteObjectVersion"],
                resources=[self.bucket.arn_for_objects("*")],
            )
        )
        CfnOutput(self, _ARN, value=self.bucket.bucket_arn)
        CfnOutput(self, "Bucket", value=self.bucket.bucket_name)

    @property
    def bucket_arn_elsewhere(self) -> str:
        """Return the bucket's ARN for a stack of any region."""
        return Fn.get_stack_output(self._name, _ARN, self._region)


def replicate(bucket: s3.Bucket, *, to: str, role: iam.IRole) -> None:
    """Have S3 copy everything that is stored in a bucket from now on.

    Set on the bucket itself: the CDK's own way gives rights that grants.py does not know of.

    Args:
        bucket: from where.
        to: the other bucket's ARN.
        role: what S3 acts as; grants.py gives it its rights.
    """
    resource = bucket.node.default_child
    if not isinstance(resource, s3.CfnBucket):
        raise TypeError("a bucket is made of a CfnBucket")
    resource.replication_configuration = s3.CfnBucket.ReplicationConfigurationProperty(
        role=role.role_arn,
        rules=[
            s3.CfnBucket.ReplicationRuleProperty(
                id="second-copy",
                priority=1,
                status="Enabled",
                filter=s3.CfnBucket.ReplicationRuleFilterProperty(prefix="users/"),
                delete_marker_replication=s3.CfnBucket.DeleteMarkerReplicationProperty(
                    status="Enabled"
                ),
                destination=s3.CfnBucket.ReplicationDestinationProperty(
                    bucket=to, storage_class=STORAGE_CLASS
                ),
            )
        ],
    )
