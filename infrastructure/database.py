"""The one database: PostgreSQL, encrypted, reachable by the functions only, hard to lose."""

from __future__ import annotations

import json
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infrastructure.logs import make_log_group, retention_of
from infrastructure.names import own_name
from infrastructure.network import Network
from infrastructure.settings import Size

# Pinned: an upgrade is a change of this line, seen in `cdk diff` and preceded by a snapshot.
VERSION = rds.PostgresEngineVersion.VER_18_3
# Statements come with their values in them, which are people's data, and RDS hands the log on to
# CloudWatch. The embedded PostgreSQL is started with the same, where a test looks for values in its
# log (tests/embedded/test_database_log.py). See docs/decisions/0041-database-roles.md.
LOG_PARAMETERS: dict[str, str] = json.loads(
    Path(__file__).with_name("database_log.json").read_text()
)
FAMILY_PARAMETERS = {"rds.force_ssl": "1", **LOG_PARAMETERS}
NAME = "pinhole"
OWNER = "pinhole"
RUNTIME_ROLE = "pinhole_runtime"  # app/runtime_role.py makes it
# What app/database.py sets for each session otherwise: the proxy takes no options at connecting.
_PROXY_INIT_QUERY = "SET statement_timeout=20000; SET lock_timeout=10000; SET timezone='UTC'"


class Database(Construct):
    """RDS PostgreSQL; in the larger size in two zones and behind RDS Proxy."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        network: Network,
        size: Size,
        backup_days: int,
        snapshot: str | None,
        is_first: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        group = ec2.SecurityGroup(
            self,
            "Group",
            vpc=network.vpc,
            description="Pinhole database: from the functions only",
            allow_all_outbound=False,
        )
        # Named, so that its log group can be made before RDS makes one that never ends; and so that
        # CloudFormation, which cannot make two of one name, never replaces it by an empty one.
        name = own_name(self, "pinhole")
        log_group = make_log_group(
            self,
            "Logs",
            retention=retention_of(size.log_days),
            name=f"/aws/rds/instance/{name}/postgresql",
        )
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=name,
            engine=rds.DatabaseInstanceEngine.postgres(version=VERSION),
            instance_type=ec2.InstanceType(size.database_instance),
            vpc=network.vpc,
            vpc_subnets=network.database_subnets,
            security_groups=[group],
            database_name=NAME,
            credentials=rds.Credentials.from_generated_secret(OWNER),
            allocated_storage=size.database_storage_gb,
            max_allocated_storage=size.database_most_storage_gb,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            multi_az=size.database_in_two_zones,
            backup_retention=Duration.days(backup_days),
            delete_automated_backups=False,
            copy_tags_to_snapshot=True,
            deletion_protection=not is_first,
            removal_policy=RemovalPolicy.DESTROY if is_first else RemovalPolicy.SNAPSHOT,
            auto_minor_version_upgrade=False,
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
            cloudwatch_logs_exports=["postgresql"],
            parameters=FAMILY_PARAMETERS,
            publicly_accessible=False,
        )
        self.instance.node.add_dependency(log_group)
        if snapshot:
            self._restore(snapshot)
        if not self.instance.secret:
            raise TypeError("generated credentials bring a secret")
        self.secret: secretsmanager.ISecret = self.instance.secret
        self.runtime_secret = secretsmanager.Secret(
            self,
            "Runtime",
            description="Pinhole: the database role that functions are, which only has rows",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({"username": RUNTIME_ROLE}),
                generate_string_key="password",
                password_length=48,
                exclude_punctuation=True,
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.address = self.instance.db_instance_endpoint_address
        self.direct_address = self.address
        self.proxy: DatabaseProxy | None = None
        entrance = group
        if size.database_proxy:
            self.proxy = self._make_proxy(network)
            entrance = self.proxy.group
            self.address = self.proxy.address
        self._let_in(entrance, network)
        if size.database_proxy:  # migrations go past the proxy
            self._let_in(group, network)

    @property
    def needed_by_migrations(self) -> list[Construct]:
        """Everything but the proxy, which they go past; see [Note: The proxy's first sign-in]."""
        proxy = self.proxy.node.path if self.proxy else None
        needed: list[Construct] = []
        for child in self.node.children:
            if not isinstance(child, Construct):
                raise TypeError("what is in a construct made here is one")
            if child.node.path != proxy:
                needed.append(child)
        return needed

    def _restore(self, snapshot: str) -> None:
        """Make it from a snapshot: with a new password, and otherwise what the snapshot says.

        See [Note: Taken back] in kept.py. A construct of its own kind would get another id, and so
        replace the database, when the snapshot is no longer named.
        """
        resource = self.instance.node.default_child
        if not isinstance(resource, rds.CfnDBInstance):
            raise TypeError("an instance is made of a CfnDBInstance")
        resource.db_snapshot_identifier = snapshot
        # CloudFormation takes none of these with a snapshot, or less storage than is in it.
        for name in ("DBName", "MasterUsername", "StorageEncrypted", "AllocatedStorage"):
            resource.add_property_deletion_override(name)

    def _let_in(self, entrance: ec2.SecurityGroup, network: Network) -> None:
        port = ec2.Port.tcp(5432)
        entrance.add_ingress_rule(network.functions_group, port, "From the functions")
        network.functions_group.add_egress_rule(entrance, port, "To the database")

    def _make_proxy(self, network: Network) -> DatabaseProxy:
        return DatabaseProxy(
            self, "Proxy", instance=self.instance, secret=self.runtime_secret, network=network
        )


class DatabaseProxy(Construct):
    """RDS Proxy: shares few connections among many functions, and rides out a change of zone.

    [Note: The proxy's first sign-in] CloudFormation takes the target group for made once the proxy
    has signed in to the database by its secret, and gives up after 20 minutes (the resource's
    public handler, aws-cloudformation-resource-providers-rds-proxy). That secret is the runtime
    role's, which migrations make. So the target group comes after the migrations, and what asks the
    proxy after the target group.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        instance: rds.DatabaseInstance,
        secret: secretsmanager.ISecret,
        network: Network,
    ) -> None:
        super().__init__(scope, construct_id)
        self.group = ec2.SecurityGroup(
            self,
            "Group",
            vpc=network.vpc,
            description="Pinhole database proxy: from the functions to the database",
            allow_all_outbound=False,
        )
        # Its target makes the rules between its group and the database's: EC2 refuses them twice.
        proxy = rds.DatabaseProxy(
            self,
            "Proxy",
            proxy_target=rds.ProxyTarget.from_instance(instance),
            vpc=network.vpc,
            vpc_subnets=network.database_subnets,
            security_groups=[self.group],
            secrets=[secret],
            require_tls=True,
            iam_auth=False,
            client_password_auth_type=rds.ClientPasswordAuthType.POSTGRES_SCRAM_SHA_256,
            init_query=_PROXY_INIT_QUERY,
            borrow_timeout=Duration.seconds(10),
        )
        self.address = proxy.endpoint
        self.target_group = proxy.node.find_child("ProxyTargetGroup")
