"""Whether the account may use the regions that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infrastructure.regions import COMMERCIAL, SIZES_REFUSED
from scripts.deployment.preflight.finding import CLOUDFRONT_REGION, Finding

if TYPE_CHECKING:
    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


def look_at_region(account: AwsAccount, wanted: Wanted) -> Finding:
    """Look whether the region is switched on, and one that Pinhole supports in this size."""
    if wanted.size in SIZES_REFUSED.get(account.region, ()):
        able = (each for each in COMMERCIAL if wanted.size not in SIZES_REFUSED.get(each, ()))
        return Finding(
            name="Region",
            verdict="bad",
            words=f"{account.region} lacks what size {wanted.size} needs "
            '(docs/operations.md, "Regions")',
            advice=f"Take one of: {', '.join(able)}.",
        )
    ec2 = account.session.client("ec2", region_name=CLOUDFRONT_REGION)
    (region, *_others) = ec2.describe_regions(RegionNames=[account.region], AllRegions=True)[
        "Regions"
    ] or [{}]
    status = region.get("OptInStatus", "")
    if status == "not-opted-in":
        return Finding(
            name="Region",
            verdict="bad",
            words=f"{account.region} is not switched on in this account",
            advice="Account settings, AWS Regions: enable it (takes minutes), or take another.",
        )
    if account.region not in COMMERCIAL:
        return Finding(
            name="Region",
            verdict="bad",
            words=f"{account.region} is none that Pinhole is held against",
            advice=f"Take one of: {', '.join(COMMERCIAL)}.",
        )
    return Finding(name="Region", verdict="good", words=account.region)


def look_at_second_copy(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether the second copy's region is switched on."""
    region = wanted.context.get("replica")
    if not region:
        return None
    ec2 = account.session.client("ec2", region_name=CLOUDFRONT_REGION)
    names = {each["RegionName"]: each for each in ec2.describe_regions(AllRegions=True)["Regions"]}
    if region not in names or names[region].get("OptInStatus") == "not-opted-in":
        return Finding(
            name="Second copy",
            verdict="bad",
            words=f"{region} is not switched on in this account",
            advice="Account settings, AWS Regions: enable it (takes minutes), or take another.",
        )
    return Finding(name="Second copy", verdict="good", words=f"in {region}")
