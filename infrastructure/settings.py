"""What whoever deploys decides: the size, a domain of their own, and who hears of trouble."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from infrastructure.kept import InvalidKeptError, Kept, read_kept
from infrastructure.regions import COMMERCIAL, WITHOUT_BUDGETS

ZONES = 2
# The release that the NAT instance's image is of; moved on with each. See nat.py.
IMAGE_OF = "2026-11"
SizeName = Literal["small", "production", "large"]
# What everything that costs is tagged with.
TAG, TAG_VALUE = "product", "pinhole"
BudgetOf = Literal["product", "account", "none"]
Egress = Literal["instance", "gateway", "ipv6"]
Registration = Literal["open", "invite", "closed"]
CLOUDFRONT_REGION = "us-east-1"


class InvalidContextError(Exception):
    """A `-c name=value` that cannot be meant."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """What differs between a family's library and one that may not fail with a building."""

    name: SizeName
    egress: Egress  # unless -c egress= says another
    database_instance: str
    database_storage_gb: int
    database_most_storage_gb: int
    database_in_two_zones: bool
    database_proxy: bool
    backup_days: int
    api_memory_mb: int
    worker_memory_mb: int
    # What the API lets through of one shard, which is to say of one network; see shards.py.
    requests_a_second: int
    worker_concurrency: int
    sweep_pages: int  # of 1,000 keys of the bucket, every five minutes
    tiers_pictures: bool  # S3 moves what nobody looks at to where it costs less
    log_days: int
    monthly_budget_usd: int


SMALL = Size(
    name="small",
    egress="instance",
    database_instance="t4g.micro",
    database_storage_gb=20,
    database_most_storage_gb=100,
    database_in_two_zones=False,
    database_proxy=False,
    backup_days=7,
    api_memory_mb=1024,
    worker_memory_mb=2048,
    requests_a_second=50,
    worker_concurrency=4,
    sweep_pages=2,
    tiers_pictures=False,
    log_days=30,
    monthly_budget_usd=40,
)
PRODUCTION = Size(
    name="production",
    egress="gateway",
    database_instance="t4g.medium",
    database_storage_gb=50,
    database_most_storage_gb=500,
    database_in_two_zones=True,
    database_proxy=True,
    backup_days=30,
    api_memory_mb=1769,  # one whole core (AWS Lambda, "Configure memory")
    worker_memory_mb=3008,  # the most that every account may ask for
    requests_a_second=100,
    worker_concurrency=20,
    sweep_pages=20,
    tiers_pictures=False,
    log_days=180,
    monthly_budget_usd=400,
)
# For 10,000 people and 100 million pictures; docs/scale.md has the arithmetic.
LARGE = Size(
    name="large",
    egress="gateway",
    database_instance="r7g.2xlarge",
    # From 400 GB on, gp3 is four volumes: 12,000 operations a second (RDS, "gp3 storage").
    database_storage_gb=500,
    database_most_storage_gb=4000,
    database_in_two_zones=True,
    database_proxy=True,
    backup_days=35,
    api_memory_mb=1769,
    worker_memory_mb=3008,
    requests_a_second=500,
    worker_concurrency=200,
    sweep_pages=300,
    tiers_pictures=True,
    log_days=180,
    monthly_budget_usd=10_000,
)
SIZES: dict[str, Size] = {size.name: size for size in (SMALL, PRODUCTION, LARGE)}


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A domain of one's own, whose zone is in Route 53."""

    name: str
    zone_id: str
    # Of a certificate in us-east-1; None: made by the stack, which must then be there itself.
    certificate_arn: str | None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that whoever deploys decides."""

    size: Size
    region: str | None  # where the stack will go, as far as it is known
    egress: Egress
    nat_image: str  # see [Note: Which image] in nat.py
    zones: tuple[str, ...]  # two availability zones by name; none: the first two of the region
    backup_days: int
    budget: BudgetOf  # see [Note: What a budget counts] in observability.py
    domain: Domain | None
    alarm_address: str | None
    mail_address: str | None  # who sends, an identity of SES; None: this site sends no mail
    registration: Registration
    share_links: Literal["allow", "forbid"]
    quota_gb: int | None  # how much each person may keep; None: no limit
    kept: Kept
    # Nothing is protected from deletion yet, so that a first deployment that fails is rolled back
    # whole; ./scripts/deploy says `-c first=true`, and deploys once more without it.
    is_first: bool
    worker_concurrency: int  # of each queue
    # Whether decoders open pictures where Lambda does not let their system calls be limited. An
    # alarm tells; see docs/decisions/0048-decoder-processes.md.
    unconfined_decoders: Literal["refuse", "allow"]
    # What one network address may ask for in a minute; None: no firewall. See firewall.py.
    requests_a_minute: int | None
    replica_region: str | None  # where S3 keeps a second copy; see replica.py

    @property
    def has_budget(self) -> bool:
        """Tell whether a budget is wanted, and CloudFormation can make one from the region."""
        return self.budget != "none" and self.region not in WITHOUT_BUDGETS


_HOST_NAME = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z")
# Nothing that would mean more in a header or a policy than the address itself.
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
_ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-\d[a-z]\Z")
# A page with its files is some 60 requests, and an upload of 2,000 files makes 220 in its first
# minute; docs/decisions/0058-limits-by-address.md.
_MIN_RATE = 600
_MAX_RATE = 1_000_000
_MAX_BACKUP_DAYS = 35  # RDS's own
_MAX_QUOTA_GB = 1_000_000
_BUDGETS: dict[str, BudgetOf] = {"product": "product", "account": "account", "none": "none"}
_EGRESSES: dict[str, Egress] = {"instance": "instance", "gateway": "gateway", "ipv6": "ipv6"}
_REGISTRATIONS: dict[str, Registration] = {"invite": "invite", "open": "open", "closed": "closed"}


def read_settings(context: Callable[[str], object], *, region: str | None) -> Settings:
    """Read the settings from CDK's context.

    Args:
        context: returns the value of `-c name=value`, or None.
        region: where the stack will go, as far as it is known.

    Raises:
        InvalidContextError: a value cannot be meant; the message says what to write.
    """
    size_name = str(context("size") or "small")
    if size_name not in SIZES:
        raise InvalidContextError(f"-c size= takes {' or '.join(SIZES)}, not {size_name!r}")
    registration = str(context("registration") or "invite")
    if registration not in _REGISTRATIONS:
        raise InvalidContextError(
            f"-c registration= takes {', '.join(_REGISTRATIONS)}, not {registration!r}"
        )
    share_links = str(context("share_links") or "allow")
    if share_links not in {"allow", "forbid"}:
        raise InvalidContextError(f"-c share_links= takes allow or forbid, not {share_links!r}")
    size = SIZES[size_name]
    try:
        kept = read_kept(context)
    except InvalidKeptError as error:
        raise InvalidContextError(str(error)) from error
    return Settings(
        size=size,
        region=region,
        egress=_egress(context, size),
        nat_image=str(context("nat_image") or IMAGE_OF),
        zones=_zones(context, region=region),
        backup_days=_number(context, "backups", most=_MAX_BACKUP_DAYS) or size.backup_days,
        budget=_budget(context),
        domain=_domain(context, region=region),
        alarm_address=_address(context, "alarms"),
        mail_address=_address(context, "mail"),
        registration=_REGISTRATIONS[registration],
        share_links="forbid" if share_links == "forbid" else "allow",
        quota_gb=_number(context, "quota", most=_MAX_QUOTA_GB),
        kept=kept,
        is_first=str(context("first") or "") == "true",
        worker_concurrency=_worker_concurrency(context, SIZES[size_name]),
        unconfined_decoders="refuse" if context("unconfined_decoders") == "refuse" else "allow",
        requests_a_minute=_rate(context, region=region),
        replica_region=_replica(context, region=region),
    )


def _rate(context: Callable[[str], object], *, region: str | None) -> int | None:
    rate = _number(context, "rate", most=_MAX_RATE)
    if rate is None:
        return None
    if rate < _MIN_RATE:
        raise InvalidContextError(
            f"-c rate= takes {_MIN_RATE} or more: with {rate} requests a minute, a family behind "
            "one address would be refused"
        )
    if region is None:
        raise InvalidContextError("-c rate= needs to know the region: set AWS_REGION")
    return rate


def _replica(context: Callable[[str], object], *, region: str | None) -> str | None:
    replica = context("replica")
    if not replica:
        return None
    if replica not in COMMERCIAL:
        raise InvalidContextError(f"-c replica= takes a region, as eu-west-1; not {replica!r}")
    if region is None:
        raise InvalidContextError("-c replica= needs to know the region: set AWS_REGION")
    if replica == region:
        raise InvalidContextError(
            f"-c replica= takes another region than {region}, where Pinhole itself is"
        )
    return str(replica)


def _egress(context: Callable[[str], object], size: Size) -> Egress:
    egress = str(context("egress") or size.egress)
    if egress not in _EGRESSES:
        raise InvalidContextError(
            f"-c egress= takes instance, gateway or ipv6 (how functions reach out), not {egress!r}"
        )
    return _EGRESSES[egress]


def _budget(context: Callable[[str], object]) -> BudgetOf:
    said = str(context("budget") or "product")
    if said not in _BUDGETS:
        raise InvalidContextError(f"-c budget= takes {', '.join(_BUDGETS)}, not {said!r}")
    return _BUDGETS[said]


def _zones(context: Callable[[str], object], *, region: str | None) -> tuple[str, ...]:
    said = str(context("zones") or "")
    if not said:
        return ()
    zones = tuple(said.split(","))
    if len(set(zones)) != ZONES or not all(_ZONE.match(zone) for zone in zones):
        raise InvalidContextError(
            f"-c zones= takes two availability zones, as us-east-1a,us-east-1b; not {said!r}"
        )
    strange = [zone for zone in zones if region and not zone.startswith(region)]
    if strange:
        raise InvalidContextError(f"{strange[0]} of -c zones= is not in {region}")
    return zones


def _number(context: Callable[[str], object], name: str, *, most: int) -> int | None:
    said = context(name)
    if not said:
        return None
    if not re.fullmatch(r"[1-9]\d{0,6}", str(said)) or int(str(said)) > most:
        raise InvalidContextError(f"-c {name}= takes a number from 1 to {most}, not {said!r}")
    return int(str(said))


def _worker_concurrency(context: Callable[[str], object], size: Size) -> int:
    """Share out what the account may run at once: a fifth for each queue, the rest for people.

    Nothing is reserved: AWS refuses that where fewer than 100 would be left (Lambda, "Reserved
    concurrency"), and new accounts have 10 in all. An SQS event source takes 2 at least: so four
    queues take 8 of 10 while all of them are full.
    """
    allowed = _number(context, "executions", most=1_000_000)
    if allowed is None:
        return size.worker_concurrency
    return max(2, min(size.worker_concurrency, allowed * 6 // 10 // 3))


def _address(context: Callable[[str], object], name: str) -> str | None:
    value = context(name)
    if value and not _ADDRESS.match(str(value)):
        raise InvalidContextError(f"-c {name}= takes an e-mail address, not {value!r}")
    return str(value) if value else None


def _domain(context: Callable[[str], object], *, region: str | None) -> Domain | None:
    name, zone, certificate = context("domain"), context("zone"), context("certificate")
    if not name:
        return None
    if not _HOST_NAME.match(str(name)):
        raise InvalidContextError(f"-c domain= takes a host name in lower case, not {name!r}")
    if not zone:
        raise InvalidContextError("-c domain= needs -c zone= too: the id of its Route 53 zone")
    if not certificate and region and region != CLOUDFRONT_REGION:
        raise InvalidContextError(
            f"CloudFront takes certificates from {CLOUDFRONT_REGION} only, and this stack goes to "
            f"{region}: make one there and say -c certificate=ARN"
        )
    return Domain(
        name=str(name),
        zone_id=str(zone),
        certificate_arn=str(certificate) if certificate else None,
    )
