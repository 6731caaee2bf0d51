"""Regions and zones of AWS, and what is not there.

tests/infrastructure/test_documents.py holds the regions to cfn-lint's schemas. The table
in docs/operations.md is made from the same run: `./scripts/generate regions`.
"""

from __future__ import annotations

# All of the partition "aws" for which cfn-lint has a schema.
COMMERCIAL = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1",
    "mx-central-1", "sa-east-1",
    "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1",
    "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "af-south-1",
    "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
    "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
)  # fmt: skip
# CloudFormation makes no budgets from here. (The service is of the whole account.)
WITHOUT_BUDGETS = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-3", "ap-south-2", "ap-southeast-3",
        "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1",
        "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1",
        "mx-central-1",
    }
)  # fmt: skip
_EVERY_SIZE = frozenset({"small", "production", "large"})
# Sizes that a region cannot have: it lacks a kind of resource or of instance, or the functions do
# not know its databases' authority.
SIZES_REFUSED: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "ca-west-1", "mx-central-1", "il-central-1", "ap-southeast-5", "ap-southeast-6",
            "ap-southeast-7", "ap-east-2",
        ),
        _EVERY_SIZE,
    ),
    **dict.fromkeys(
        ("me-central-1", "af-south-1", "ap-southeast-4", "eu-west-3"), frozenset({"large"})
    ),
}  # fmt: skip
# Zones in which functions or RDS Proxy cannot be, by ids: names differ from account to account.
ZONES_REFUSED = {"use1-az3": "Lambda and RDS Proxy"}
# Other old zones, which EKS, VPC Lattice and a few more services are not in, as AWS's guides say;
# in apne1-az3 those who have it could make no NAT gateway (EC2's "NotAvailableInZone"). Taken only
# where an account has no others.
ZONES_AVOIDED = frozenset({"apne1-az3", "cac1-az3", "usw1-az2"})
