"""The NAT instance: the small size's way out, at a fifth of what a NAT gateway costs.

[Note: Waited for] The CDK's own NAT instance has no public address where subnets give none
(aws-cdk issue 31711), installs its packages once, in a race with the network and with other runs
of dnf (aws-cdk issue 36717), and nobody waits for it: functions start, and time out, before there
is a way out. So a unit of systemd tries until the rules are there, at every boot, and tells
CloudFormation, which makes routes, and whatever needs them, only then.

[Note: Which image] The instance's launch template names AWS's public parameter for the newest
Amazon Linux 2023, which EC2 reads when it launches an instance and never again; a parameter of
CloudFormation's would be read at every deployment, and replace the instance under functions that
run. Renewing it is a decision: IMAGE_OF (settings.py) is part of the instance's logical id, so that
changing it, or saying `-c nat_image=` anything new, makes a new instance, waits for it, moves the
routes, and ends the old one.
"""

from __future__ import annotations

from hashlib import sha256

from aws_cdk import CfnCreationPolicy, CfnResourceSignal, Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

_IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
# On the 512 MB of a nano the kernel ends dnf for want of memory (amazon-linux-2023 issue 404).
INSTANCE_TYPE = "t4g.micro"
DISK_GB = 8
# A start takes two to five minutes at the baseline of its CPU.
_PATIENCE = "PT15M"

_USER_DATA = """\
#!/bin/bash
cat >/usr/local/sbin/pinhole-nat <<'END'
#!/bin/bash
set -eu
command -v nft >/dev/null || dnf install -y --setopt=install_weak_deps=False nftables
sysctl -q -w net.ipv4.ip_forward=1
nft -f - <<'RULES'
table ip pinhole
delete table ip pinhole
table ip pinhole {
  chain out {
    type nat hook postrouting priority srcnat;
    ip saddr @ADDRESSES@ ip daddr != @ADDRESSES@ masquerade
  }
}
RULES
END
chmod 755 /usr/local/sbin/pinhole-nat
cat >/etc/systemd/system/pinhole-nat.service <<'END'
[Unit]
Description=Network address translation for Pinhole's functions
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/pinhole-nat
Restart=on-failure
RestartSec=5
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable pinhole-nat
systemctl start --no-block pinhole-nat
until systemctl is-active --quiet pinhole-nat; do sleep 2; done
for attempt in $(seq 60); do
  /opt/aws/bin/cfn-signal --success true --stack ${AWS::StackId} --resource @NAME@ \\
    --region ${AWS::Region} && break
  sleep 5
done
"""


class NatInstance(Construct):
    """One instance with a public address, which sends on what comes from `addresses`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.Vpc,
        subnet: ec2.ISubnet,
        addresses: str,
        image_of: str,
    ) -> None:
        """Make it in a subnet with an internet gateway; `addresses` are a CIDR block.

        On `image_of` see [Note: Which image].
        """
        super().__init__(scope, construct_id)
        self.security_group = ec2.SecurityGroup(
            self,
            "Group",
            vpc=vpc,
            description="Pinhole NAT instance: from the functions to the internet",
            allow_all_outbound=True,
        )
        self.security_group.add_ingress_rule(
            ec2.Peer.ipv4(addresses), ec2.Port.tcp(443), "From the functions"
        )
        image = ec2.CfnLaunchTemplate(
            self,
            "Image",
            launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(
                image_id=_IMAGE,
                metadata_options=ec2.CfnLaunchTemplate.MetadataOptionsProperty(
                    http_tokens="required"
                ),
            ),
        )
        user_data = _USER_DATA.replace("@ADDRESSES@", addresses)
        # The name says all that a new instance must be made for.
        name = f"NatInstance{sha256((image_of + user_data).encode()).hexdigest()[:8].upper()}"
        self.instance = ec2.CfnInstance(
            self,
            "Instance",
            launch_template=ec2.CfnInstance.LaunchTemplateSpecificationProperty(
                launch_template_id=image.ref, version=image.attr_latest_version_number
            ),
            instance_type=INSTANCE_TYPE,
            # More than its baseline is slower, and never dearer.
            credit_specification=ec2.CfnInstance.CreditSpecificationProperty(
                cpu_credits="standard"
            ),
            source_dest_check=False,
            network_interfaces=[
                ec2.CfnInstance.NetworkInterfaceProperty(
                    device_index="0",
                    subnet_id=subnet.subnet_id,
                    group_set=[self.security_group.security_group_id],
                    associate_public_ip_address=True,
                    delete_on_termination=True,
                )
            ],
            block_device_mappings=[
                ec2.CfnInstance.BlockDeviceMappingProperty(
                    device_name="/dev/xvda",
                    ebs=ec2.CfnInstance.EbsProperty(
                        volume_size=DISK_GB,
                        volume_type="gp3",
                        encrypted=True,
                        delete_on_termination=True,
                    ),
                )
            ],
            user_data=Fn.base64(Fn.sub(user_data.replace("@NAME@", name))),
        )
        self.instance.override_logical_id(name)
        self.instance.cfn_options.creation_policy = CfnCreationPolicy(
            resource_signal=CfnResourceSignal(count=1, timeout=_PATIENCE)
        )
        # Packages come by it, and the signal leaves by it.
        self.instance.node.add_dependency(subnet.internet_connectivity_established)
