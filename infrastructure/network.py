"""A private network over two zones: the functions reach out, nothing reaches in."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from infrastructure.logs import make_log_group
from infrastructure.settings import Size

_ADDRESSES = "10.20.0.0/16"


class Network(Construct):
    """Subnets for the way out (public), the functions (private) and the database (isolated)."""

    def __init__(self, scope: Construct, construct_id: str, *, size: Size) -> None:
        super().__init__(scope, construct_id)
        nat_instance = _nat_instance() if size.nat == "instance" else None
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(_ADDRESSES),
            max_azs=2,
            nat_gateways=size.nat_gateways,
            nat_gateway_provider=nat_instance,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="public",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=24,
                    map_public_ip_on_launch=False,
                ),
                ec2.SubnetConfiguration(
                    name="functions",
                    subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS,
                    cidr_mask=20,
                ),
                ec2.SubnetConfiguration(
                    name="database", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
                ),
            ],
        )
        if nat_instance:
            nat_instance.security_group.add_ingress_rule(
                ec2.Peer.ipv4(_ADDRESSES), ec2.Port.all_traffic(), "From the functions"
            )
        # Pictures take this way: free, and not through the NAT.
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        self.vpc.add_flow_log(
            "Refused",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                make_log_group(self, "RefusedLogs", retention=logs.RetentionDays.ONE_MONTH)
            ),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        self.functions_group = ec2.SecurityGroup(
            self,
            "Functions",
            vpc=self.vpc,
            description="Pinhole functions: out by HTTPS and to the database",
            allow_all_outbound=False,
        )
        self.functions_group.add_egress_rule(
            ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS, the model, sign-in providers"
        )

    @property
    def functions_subnets(self) -> ec2.SubnetSelection:
        """Where the functions are."""
        return ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)

    @property
    def database_subnets(self) -> ec2.SubnetSelection:
        """Where the database is."""
        return ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)


def _nat_instance() -> ec2.NatInstanceProviderV2:
    return ec2.NatProvider.instance_v2(
        instance_type=ec2.InstanceType("t4g.nano"),
        machine_image=ec2.MachineImage.latest_amazon_linux2023(
            cpu_type=ec2.AmazonLinuxCpuType.ARM_64
        ),
        default_allowed_traffic=ec2.NatTrafficDirection.OUTBOUND_ONLY,
    )
