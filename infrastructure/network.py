"""A private network over two zones: the functions reach out, nothing reaches in.

Three ways out (`-c egress=`): a NAT instance (nat.py), NAT gateways, or IPv6 alone, which costs
nothing. See [Note: IPv6 alone].
"""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from infrastructure.logs import make_log_group
from infrastructure.nat import NatInstance
from infrastructure.settings import ZONES, Settings

ADDRESSES = "10.20.0.0/16"


class Network(Construct):
    """Subnets for the way out (public), the functions (private) and the database (isolated)."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        # [Note: IPv6 alone] An egress-only gateway is free, and carries IPv6. The functions'
        # subnets have addresses of both kinds: the database and S3 (by its gateway endpoint) are
        # reached by IPv4 as ever, everything outside by IPv6, for which AWS's services have other
        # names (AWS_USE_DUALSTACK_ENDPOINT; app/clients/aws/lightweight.py). A host without an IPv6
        # address cannot be reached: ./scripts/deploy looks the hosts up before it takes this
        # option.
        self.is_ipv6 = settings.egress == "ipv6"
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(ADDRESSES),
            ip_protocol=ec2.IpProtocol.DUAL_STACK if self.is_ipv6 else ec2.IpProtocol.IPV4_ONLY,
            max_azs=None if settings.zones else ZONES,
            availability_zones=list(settings.zones) or None,
            nat_gateways=ZONES if settings.egress == "gateway" else 0,
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
        if settings.egress == "instance":
            self._route_through_instance(image_of=settings.nat_image)
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
        if self.is_ipv6:
            self.functions_group.add_egress_rule(
                ec2.Peer.any_ipv6(), ec2.Port.tcp(443), "AWS, the model, sign-in providers"
            )

    def _route_through_instance(self, *, image_of: str) -> None:
        nat = NatInstance(
            self,
            "Nat",
            vpc=self.vpc,
            subnet=self.vpc.public_subnets[0],
            addresses=ADDRESSES,
            image_of=image_of,
        )
        for subnet in self.vpc.private_subnets:
            if not isinstance(subnet, ec2.Subnet):
                raise TypeError("subnets of a network made here are of ours")
            # The id is that of the CDK's routes to NAT gateways. Under another one, a change of the
            # way out makes the new route before it deletes the old, and EC2 says AlreadyExists.
            subnet.add_route(
                "DefaultRoute",
                router_type=ec2.RouterType.INSTANCE,
                router_id=nat.instance.ref,
                enables_internet_connectivity=True,
            )

    @property
    def functions_subnets(self) -> ec2.SubnetSelection:
        """Where the functions are."""
        return ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)

    @property
    def database_subnets(self) -> ec2.SubnetSelection:
        """Where the database is."""
        return ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
