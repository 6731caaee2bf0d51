"""Account, region and profile: resolved once, and handed to everything that is started.

boto3 and the CDK do not read a shell in the same way: boto3 knows nothing of AWS_REGION, and where
both keys and AWS_PROFILE are set, boto3 takes the keys and the CDK the profile. So it is settled
here, as the AWS command line would, and what the CDK is started with leaves it no choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Mapping

_REGION_NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION")  # in the order of AWS's newer tools
_PROFILE_NAMES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
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


def no_region_error() -> StartError:
    """Say how to name a region."""
    return StartError(
        "Say where: export AWS_REGION=us-east-1, for example, or set a region in the profile."
    )
