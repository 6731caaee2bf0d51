"""Which two availability zones the stack goes to, by the ids that every account has in common.

docs/decisions/0081-zones-and-names.md says why it is decided here and not by CloudFormation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infrastructure.regions import ZONES_AVOIDED, ZONES_REFUSED
from scripts.deployment.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


_NEEDED = 2
_OUTPUT = "Zones"  # infrastructure/stack.py says the same


def look_at_zones(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether two zones have what is needed, and give the stack these two.

    A stack that is there keeps its own, whatever AWS answers now: a database does not move.
    """
    said = wanted.context.get("zones", "")
    if not wanted.is_new:
        return _kept(said, has=wanted.stack.outputs.get(_OUTPUT, ""))
    ids = _zones_of(account)
    suitable = sorted(
        (name for name, zone in ids.items() if zone not in ZONES_REFUSED),
        key=lambda name: (ids[name] in ZONES_AVOIDED, name),
    )
    best = sorted(suitable[:_NEEDED])
    if said:
        return _said(said.split(","), ids, best=best)
    if len(best) < _NEEDED:
        return _bad(
            f"{account.region} has {len(best)} zones for this account that can be used, and "
            f"{_NEEDED} are needed{_why(ids)}",
            "Deploy to another region (AWS_REGION).",
        )
    passed_over = [name for name in ids if name < best[-1] and name not in best]
    return Finding(
        name="Zones",
        verdict="note" if passed_over else "good",
        words=_listed(best, ids) + _why({name: ids[name] for name in passed_over}),
        scale={"zones": ",".join(best)},
    )


def _kept(said: str, *, has: str) -> Finding | None:
    if said and said != has:
        # A release without this output, or `npx cdk deploy`, left the choice to CloudFormation.
        where = has or "the zones that CloudFormation chose"
        return _bad(
            f"the stack is in {where}, and its database does not move to {said}",
            "Leave -c zones= out.",
        )
    if not has:
        return None
    return Finding(name="Zones", verdict="good", words=f"{has}, as ever", scale={"zones": has})


def _said(said: list[str], ids: Mapping[str, str], *, best: list[str]) -> Finding:
    instead = f"Say -c zones={','.join(best)}" if len(best) == _NEEDED else "Take another region."
    if len(said) != _NEEDED or len(set(said)) != _NEEDED:
        return _bad("two different zones are needed", f"{instead}, or leave it out.")
    strange = [name for name in said if name not in ids]
    if strange:
        return _bad(f"this account has no zone {', '.join(strange)}", f"{instead}.")
    lacking = {name: ids[name] for name in said if ids[name] in ZONES_REFUSED}
    if lacking:
        return _bad(_listed(said, ids) + _why(lacking), f"{instead}, or leave it out.")
    return Finding(name="Zones", verdict="good", words=_listed(said, ids))


def _zones_of(account: AwsAccount) -> dict[str, str]:
    """Return the ids of the zones in which this account may make subnets, by their names."""
    found: list[dict[str, Any]] = account.session.client("ec2").describe_availability_zones()[
        "AvailabilityZones"
    ]
    return {
        each["ZoneName"]: each["ZoneId"]
        for each in sorted(found, key=lambda each: str(each["ZoneName"]))
        # Local and Wavelength Zones are listed too once they are switched on.
        if each.get("ZoneType", "availability-zone") == "availability-zone"
        and each.get("State", "available") == "available"
    }


def _listed(names: Iterable[str], ids: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({ids[name]})" for name in names)


def _why(ids: Mapping[str, str]) -> str:
    """Return what is wrong with zones; empty for those with which nothing is."""
    missing = {**dict.fromkeys(ZONES_AVOIDED, "some services"), **ZONES_REFUSED}
    return "".join(
        f"; {name} is {zone}, which lacks {missing[zone]}"
        for name, zone in ids.items()
        if zone in missing
    )


def _bad(words: str, advice: str) -> Finding:
    return Finding(name="Zones", verdict="bad", words=words, advice=advice)
