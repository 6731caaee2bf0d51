"""The whole product as one stack, and what it prints when it is there."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import App, CfnOutput, SecretValue, Stack, Tags
from constructs import Construct

from infrastructure.compute import Compute, Secrets
from infrastructure.database import Database
from infrastructure.firewall import FirewallStack
from infrastructure.grants import Grants
from infrastructure.network import Network
from infrastructure.observability import Observability
from infrastructure.package import Built
from infrastructure.pictures import Pictures
from infrastructure.replica import ReplicaStack
from infrastructure.settings import TAG, TAG_VALUE, Settings
from infrastructure.site import Site
from infrastructure.user_access import UserAccess

STACK_NAME = "Pinhole"


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Stacks of other regions. See [Note: A stack beside it] in firewall.py."""

    firewall: FirewallStack | None
    replica: ReplicaStack | None

    @property
    def every(self) -> list[Stack]:
        """Those that there are."""
        return [each for each in (self.firewall, self.replica) if each]


def make_stacks_beside(app: App, settings: Settings) -> Beside:
    """Make those that are asked for."""
    firewall = replica = None
    if settings.region and settings.requests_a_minute:
        firewall = FirewallStack(
            app, region=settings.region, requests_a_minute=settings.requests_a_minute
        )
    if settings.region and settings.replica_region:
        replica = ReplicaStack(app, region=settings.region, replica_region=settings.replica_region)
    return Beside(firewall=firewall, replica=replica)


class PinholeStack(Stack):
    """Network, database, pictures, user access, compute, site, observability."""

    def __init__(
        self, scope: Construct, *, settings: Settings, built: Built, beside: Beside
    ) -> None:
        super().__init__(
            scope,
            STACK_NAME,
            description="Pinhole: a private picture library",
            termination_protection=not settings.is_first,
        )
        self.settings = settings
        size = settings.size
        # The one resource that the CDK would tag and CloudFormation does not let be tagged.
        Tags.of(self).add(TAG, TAG_VALUE, exclude_resource_types=["AWS::RDS::DBProxyTargetGroup"])
        network = Network(self, "Network", settings=settings)
        database = Database(
            self,
            "Database",
            network=network,
            size=size,
            backup_days=settings.backup_days,
            snapshot=settings.kept.snapshot,
            is_first=settings.is_first,
        )
        site = Site(
            self,
            "Site",
            files=built.site,
            domain=settings.domain,
            kept_bucket=settings.kept.bucket,
            firewall_arn=beside.firewall.arn_elsewhere if beside.firewall else None,
        )
        pictures = Pictures(
            self,
            "Pictures",
            site_origin=site.origin,
            tiers=size.tiers_pictures,
            kept_bucket=settings.kept.bucket,
            is_first=settings.is_first,
            replica_arn=beside.replica.bucket_arn_elsewhere if beside.replica else None,
        )
        secrets = Secrets(
            self,
            "Secrets",
            bucket_name=pictures.bucket.bucket_name,
            kept_keys_arn=settings.kept.keys_arn,
        )
        compute = Compute(
            self,
            "Compute",
            built=built,
            network=network,
            database=database,
            pictures=pictures,
            secrets=secrets,
            site_origin=site.origin,
            settings=settings,
        )
        users = UserAccess(self, "UserAccess", api_role=compute.api.role)
        compute.grant_user_role(users.role)
        Grants(
            self,
            "Grants",
            compute=compute,
            pictures=pictures,
            database=database,
            secrets=secrets,
            users=users,
            mail_address=settings.mail_address,
        )
        site.serve_api(
            host=compute.http_api_host,
            door=SecretValue.secrets_manager(
                secrets.door.secret_arn, json_field="door"
            ).unsafe_unwrap(),
        )
        site.fill(after=compute.api.function)
        Observability(
            self,
            "Observability",
            compute=compute,
            database=database,
            pictures=pictures,
            settings=settings,
        )
        for name, value in {
            "Address": site.origin,
            "Health": f"{site.origin}/api/health",
            "PictureBucket": pictures.bucket.bucket_name,
            "KeysSecret": secrets.keys.secret_arn,
            "Distribution": site.distribution.distribution_id,
            "DoorSecret": secrets.door.secret_arn,
            "DatabaseInstance": database.instance.instance_identifier,
            "DatabaseSecret": database.secret.secret_arn,
            "DatabaseRuntimeSecret": database.runtime_secret.secret_arn,
            "Migrate": compute.migrate.function.function_name,
            "Doctor": compute.doctor.function.function_name,
            "Functions": ",".join(worker.function.function_name for worker in compute.every),
            "Size": size.name,
            **({"ReplicaRegion": settings.replica_region} if settings.replica_region else {}),
            # ./scripts/deploy says them again each time; scripts/deployment/preflight/zones.py
            **({"Zones": ",".join(settings.zones)} if settings.zones else {}),
            **settings.kept.outputs(),
        }.items():
            CfnOutput(self, name, value=value)
