"""Account, region and profile: resolved once, and handed to everything that is started.

boto3 and the CDK do not read a shell in the same way: boto3 knows nothing of AWS_REGION, and where
both keys and AWS_PROFILE are set, boto3 takes the keys and the CDK the profile. So it is settled
here, as the AWS command line would, and what the CDK is started with leaves it no choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Mapping

_REGION_NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION")  # in the order of AWS's newer tools
_PROFILE_NAMES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_ALWAYS_ON = "us-east-1"
_KEY_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True, kw_only=True)
class Whereto:
    """What a shell says of where to go and as whom; `notes` are to be shown."""

    region: str | None
    profile: str | None
    has_keys: bool
    notes: tuple[str, ...]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Whereto:
        """Read the variables that AWS's tools know."""
        regions = [environment[name] for name in _REGION_NAMES if environment.get(name)]
        profiles = [environment[name] for name in _PROFILE_NAMES if environment.get(name)]
        has_keys = all(environment.get(name) for name in _KEY_NAMES[:2])
        notes = []
        if len(set(regions)) > 1:
            notes.append(
                f"AWS_REGION says {regions[0]}, AWS_DEFAULT_REGION {regions[1]}: the first counts."
            )
        if has_keys and profiles:
            notes.append(
                f"There are keys in this shell and the profile {profiles[0]}: the keys count, as "
                "they do for the AWS command line. Unset AWS_ACCESS_KEY_ID to use the profile."
            )
        return cls(
            region=regions[0] if regions else None,
            profile=profiles[0] if profiles and not has_keys else None,
            has_keys=has_keys,
            notes=tuple(notes),
        )


def settled(
    environment: Mapping[str, str], *, region: str, profile: str | None, has_keys: bool
) -> dict[str, str]:
    """Return an environment in which every tool of AWS finds the same account and region."""
    unsettled = {*_REGION_NAMES, *_PROFILE_NAMES, *(() if has_keys else _KEY_NAMES)}
    kept = {name: value for name, value in environment.items() if name not in unsettled}
    kept |= dict.fromkeys(_REGION_NAMES, region)
    if profile and not has_keys:
        kept["AWS_PROFILE"] = profile
    return kept


def caller_of(session: Any) -> dict[str, str]:  # noqa: ANN401 - boto3's
    """Return who calls, as STS in the session's region says.

    STS refuses good credentials in a region that the account has not switched on, in the same words
    as wrong ones (re:Post, "AWS was not able to validate the provided access credentials"). So a
    region that is always on is asked too, and then whether the other one is.

    Raises:
        StartError: it is the region, and not the credentials.
        ClientError: it is the credentials.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - only now at hand

    try:
        found: dict[str, str] = session.client("sts").get_caller_identity()
    except ClientError as error:
        region = session.region_name
        if error.response["Error"]["Code"] != "InvalidClientTokenId" or region == _ALWAYS_ON:
            raise
        caller = session.client("sts", region_name=_ALWAYS_ON).get_caller_identity()
        raise StartError(_refused_in(session, region, caller["Account"])) from error
    return found


def _refused_in(session: Any, region: str, account: str) -> str:  # noqa: ANN401 - boto3's
    from botocore.exceptions import ClientError  # noqa: PLC0415 - only now at hand

    where = (
        "AWS's console, Account, AWS Regions: enable it (takes minutes), or take another region."
    )
    ec2 = session.client("ec2", region_name=_ALWAYS_ON)
    try:
        found = ec2.describe_regions(RegionNames=[region], AllRegions=True)["Regions"]
    except ClientError:
        found = []
    status = found[0].get("OptInStatus") if found else None
    if status == "not-opted-in":
        return f"{region} is not switched on in account {account}. {where}"
    if status:
        return (
            f"{region} is switched on in account {account} ({status}) and does not take this "
            "session token. Sign in anew; if that does not help: IAM, Account settings, "
            '"Session tokens from the STS endpoints", global endpoint, "Valid in all AWS Regions".'
        )
    return (
        f"{region} does not take these credentials, and {_ALWAYS_ON} does. Most likely it is not "
        f"switched on in account {account}. {where}"
    )


def no_region_error() -> StartError:
    """Say how to name a region."""
    return StartError(
        "Say where: export AWS_REGION=us-east-1, for example, or set a region in the profile."
    )
