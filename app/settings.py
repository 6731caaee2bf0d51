"""Settings, read from the environment once and frozen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, Self, cast
from urllib.parse import urlsplit

from app.model_prices import (
    FREE,
    PRICED_HOST,
    Price,
    UnreadablePriceError,
    parse_prices,
    price_of,
    to_nanos,
)


class MissingSettingsError(Exception):
    """Some variables that the product cannot run without are not set."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"These environment variables must be set: {', '.join(names)}")
        self.names = names


class InvalidSettingError(Exception):
    """A variable is set to something that cannot be meant."""


REQUIRED = (
    "DATABASE_URL",
    "SITE_ORIGIN",
    "PICTURE_BUCKET",
    "PICTURE_QUEUE_URL",
    "DESCRIPTION_QUEUE_URL",
    "EXPORT_QUEUE_URL",
    "MAIL_QUEUE_URL",
    "USER_ROLE_ARN",
    "AWS_REGION",
    "SECRET_KEY",
)

# A key of fewer characters is a password that somebody made up.
SHORTEST_SECRET_KEY = 32
# Guessed at by everybody who finds the site before its operator.
SHORTEST_SETUP_CODE = 32
# A page of the timeline takes two or three, and a picture on its way in two.
REQUESTS_PER_SECOND = 25
# S3 takes far more; one zip has to fit into the four minutes of a function.
EXPORT_ZIP_BYTES = 1024**3
# What stands in for S3 on one machine holds an object several times in memory, and answers nobody
# else meanwhile: docs/decisions/0105-size-of-a-zip.md.
EXPORT_ZIP_BYTES_OF_ONE_MACHINE = 100 * 1024**2
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_CLIENT = ("CLIENT_ID", "CLIENT_SECRET")
GOOGLE_DISCOVERY = "https://accounts.google.com/.well-known/openid-configuration"

Registration = Literal["open", "invite", "closed"]
# What descriptions may cost in a month if nobody says otherwise: of all together, of each person.
BUDGET_USD = "20"
PERSON_BUDGET_USD = "5"
_MAX_BUDGET_USD = Decimal(1_000_000)


# The kinds of picture that are taken in: what uploads may declare and the decoder pool can open.
PICTURE_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/heif",
    "image/tiff",
    "image/jxl",
    # Raw photos, shown by the picture that the camera put into them.
    "image/x-adobe-dng",
    "image/x-nikon-nef",
    "image/x-canon-cr2",
    "image/x-canon-cr3",
    "image/x-sony-arw",
    "image/x-fuji-raf",
    "image/x-panasonic-rw2",
    "image/x-olympus-orf",
    "image/x-pentax-pef",
    "image/x-samsung-srw",
    "image/x-hasselblad-3fr",
    "image/x-epson-erf",
    "image/x-phaseone-iiq",
    "image/x-raw",
    # Videos, played as they are.
    "video/quicktime",
    "video/mp4",
)


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """Which model describes pictures, and where it answers."""

    api_key: str
    base_url: str | None
    model: str
    effort: str | None
    is_demo: bool
    price: Price | None = None  # None: nobody said what it costs, and so nothing is sent
    price_is_own: bool = False  # whether the operator said it, and not the table that ships
    takes_batches: bool = False  # whether the operator says that batches may be sent
    # What pictures may cost in a month, in nano-dollars; None: anything.
    budget: int | None = None  # of all together
    person_budget: int | None = None  # of each person

    @property
    def host(self) -> str:
        """The host that pictures are sent to, as people are told it."""
        return _host(self.base_url)


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """An OpenID provider that people may sign in with."""

    name: str  # in addresses: lower-case letters, digits and hyphens
    label: str
    client_id: str
    client_secret: str
    discovery_url: str
    is_demo: bool = False


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that differs between one deployment and another.

    AWS credentials are not here: boto3 finds them by its own rules.
    """

    database_url: str
    database_is_proxied: bool
    site_origin: str
    site_dir: Path | None
    picture_bucket: str
    picture_queue_url: str
    description_queue_url: str
    export_queue_url: str
    mail_queue_url: str
    user_role_arn: str
    aws_region: str
    aws_endpoint_url: str | None
    model: ModelSettings | None
    max_upload_bytes: int
    export_zip_bytes: int  # of one zip of an export; a single larger picture has one of its own
    storage_quota_bytes: int | None  # for each person; None: as much as the bucket takes
    secret_key: str  # seals what is kept to be read again; changing it loses authenticator apps
    setup_code: str | None  # what makes the first account; None: whoever comes first makes it
    registration: Registration
    share_links_are_allowed: bool  # whether people may share by links; those there are open no more
    mail_from: str | None  # None: this site sends no mail
    mailbox_dir: Path | None  # local mode only: where mails land and are read
    mailbox_key: str  # local mode only: who shows it reads them; empty: nobody does
    providers: tuple[ProviderSettings, ...]
    requests_per_second: int  # of one person, or one network where nobody is signed in; 0: any
    trusted_proxies: int  # how many entries of X-Forwarded-For our own front doors added
    # Whether to decode where the system calls of decoders cannot be limited; see seccomp.py.
    unconfined_decoders_are_allowed: bool
    # Whether to search by meaning where the model is installed; see app/embeddings/encoder.py.
    search_by_meaning_is_wanted: bool
    sweep_pages: int  # of 1,000 keys that a sweep looks through; see app/integrity/orphans.py
    log_level: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings, or name everything that is missing in one message.

        Raises:
            MissingSettingsError: one or more required variables are unset or empty.
            InvalidSettingError: a variable cannot be understood.
        """
        missing = [name for name in REQUIRED if not environment.get(name)]
        if missing:
            raise MissingSettingsError(missing)
        site_dir = environment.get("SITE_DIR")
        return cls(
            database_url=with_driver(environment["DATABASE_URL"]),
            database_is_proxied=environment.get("DATABASE_IS_PROXIED") == "1",
            site_origin=_origin(environment["SITE_ORIGIN"]),
            site_dir=Path(site_dir) if site_dir else None,
            picture_bucket=environment["PICTURE_BUCKET"],
            picture_queue_url=environment["PICTURE_QUEUE_URL"],
            description_queue_url=environment["DESCRIPTION_QUEUE_URL"],
            export_queue_url=environment["EXPORT_QUEUE_URL"],
            mail_queue_url=environment["MAIL_QUEUE_URL"],
            user_role_arn=environment["USER_ROLE_ARN"],
            aws_region=environment["AWS_REGION"],
            aws_endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
            model=_model(environment),
            max_upload_bytes=_positive(environment, "MAX_UPLOAD_BYTES", default=200 * 1024 * 1024),
            export_zip_bytes=_positive(
                environment,
                "EXPORT_ZIP_BYTES",
                default=EXPORT_ZIP_BYTES_OF_ONE_MACHINE
                if environment.get("AWS_ENDPOINT_URL")
                else EXPORT_ZIP_BYTES,
            ),
            storage_quota_bytes=_number(environment, "STORAGE_QUOTA_BYTES", default=0) or None,
            secret_key=_secret_key(environment["SECRET_KEY"]),
            setup_code=_setup_code(environment),
            registration=_registration(environment),
            share_links_are_allowed=_share_links_are_allowed(environment),
            mail_from=environment.get("MAIL_FROM") or None,
            mailbox_dir=Path(mailbox) if (mailbox := environment.get("MAILBOX_DIR")) else None,
            mailbox_key=environment.get("MAILBOX_KEY", ""),
            providers=_providers(environment),
            requests_per_second=_number(
                environment,
                "REQUESTS_PER_SECOND",
                default=0 if _is_loopback(environment["SITE_ORIGIN"]) else REQUESTS_PER_SECOND,
            ),
            trusted_proxies=_number(environment, "TRUSTED_PROXIES", default=0),
            unconfined_decoders_are_allowed=_unconfined_decoders_are_allowed(environment),
            search_by_meaning_is_wanted=_search_by_meaning_is_wanted(environment),
            sweep_pages=_positive(environment, "SWEEP_PAGES", default=2),
            log_level=environment.get("LOG_LEVEL") or "INFO",
        )

    @property
    def site_is_https(self) -> bool:
        """Whether cookies may carry the `__Host-` prefix and be Secure."""
        return self.site_origin.startswith("https://")

    @property
    def picture_origin(self) -> str:
        """The origin that pictures are read from and uploaded to, for the CSP."""
        if self.aws_endpoint_url:
            return self.aws_endpoint_url.rstrip("/")
        return f"https://{self.picture_bucket}.s3.{self.aws_region}.amazonaws.com"


def with_driver(url: str) -> str:
    """`postgresql://` as operators write it, with the driver that SQLAlchemy wants named."""
    if url.startswith("postgresql://"):
        return url.replace("postgresql://", "postgresql+psycopg2://", 1)
    if url.startswith("postgresql+psycopg2://"):
        return url
    raise InvalidSettingError("DATABASE_URL must start with postgresql://")


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
        raise InvalidSettingError("SITE_ORIGIN must look like https://pictures.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _secret_key(value: str) -> str:
    if len(value) < SHORTEST_SECRET_KEY:
        raise InvalidSettingError(f"SECRET_KEY must have {SHORTEST_SECRET_KEY} characters or more")
    return value


def _is_loopback(site_origin: str) -> bool:
    return urlsplit(_origin(site_origin)).hostname in _LOOPBACK


def _setup_code(environment: Mapping[str, str]) -> str | None:
    """Nobody but this machine's own people reaches loopback; anywhere else a code is needed."""
    code = environment.get("SETUP_CODE")
    if code and len(code) < SHORTEST_SETUP_CODE:
        raise InvalidSettingError(f"SETUP_CODE must have {SHORTEST_SETUP_CODE} characters or more")
    if not code and not _is_loopback(environment["SITE_ORIGIN"]):
        raise MissingSettingsError(["SETUP_CODE"])
    return code or None


def _registration(environment: Mapping[str, str]) -> Registration:
    value = environment.get("REGISTRATION") or "invite"
    if value not in {"open", "invite", "closed"}:
        raise InvalidSettingError("REGISTRATION must be open, invite or closed")
    return cast("Registration", value)


def _providers(environment: Mapping[str, str]) -> tuple[ProviderSettings, ...]:
    """Google by its two keys; others by OIDC_PROVIDERS=NAME,… and OIDC_NAME_CLIENT_ID and so on."""
    providers = []
    if environment.get("GOOGLE_CLIENT_ID"):
        providers.append(_provider(environment, "google", prefix="GOOGLE_", label="Google"))
    for name in filter(None, environment.get("OIDC_PROVIDERS", "").lower().split(",")):
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
            raise InvalidSettingError("OIDC_PROVIDERS are names of letters, digits and hyphens")
        prefix = f"OIDC_{name.upper().replace('-', '_')}_"
        providers.append(_provider(environment, name, prefix=prefix, label=name.capitalize()))
    real = tuple(provider for provider in providers if not provider.is_demo)
    # A provider for trying out must never stand beside one that people trust.
    return real or tuple(providers)


def _provider(
    environment: Mapping[str, str], name: str, *, prefix: str, label: str
) -> ProviderSettings:
    discovery = environment.get(f"{prefix}DISCOVERY_URL") or (
        GOOGLE_DISCOVERY if name == "google" else ""
    )
    needed = {f"{prefix}{part}": environment.get(f"{prefix}{part}", "") for part in _CLIENT}
    needed[f"{prefix}DISCOVERY_URL"] = discovery
    if missing := [variable for variable, value in needed.items() if not value]:
        raise MissingSettingsError(missing)
    return ProviderSettings(
        name=name,
        label=environment.get(f"{prefix}LABEL") or label,
        client_id=needed[f"{prefix}CLIENT_ID"],
        client_secret=needed[f"{prefix}CLIENT_SECRET"],
        discovery_url=discovery,
        # Only local mode has a provider that lets anybody be anyone.
        is_demo=environment.get(f"{prefix}IS_DEMO") == "1" and bool(environment.get("MAILBOX_DIR")),
    )


def _number(environment: Mapping[str, str], name: str, *, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal():
        raise InvalidSettingError(f"{name} must be a whole number")
    return int(text)


def _unconfined_decoders_are_allowed(environment: Mapping[str, str]) -> bool:
    wanted = environment.get("UNCONFINED_DECODERS") or "refuse"
    if wanted not in {"refuse", "allow"}:
        raise InvalidSettingError("UNCONFINED_DECODERS must be refuse or allow")
    return wanted == "allow"


def _share_links_are_allowed(environment: Mapping[str, str]) -> bool:
    wanted = environment.get("SHARE_LINKS") or "allow"
    if wanted not in {"allow", "forbid"}:
        raise InvalidSettingError("SHARE_LINKS must be allow or forbid")
    return wanted == "allow"


def _search_by_meaning_is_wanted(environment: Mapping[str, str]) -> bool:
    wanted = environment.get("SEARCH_BY_MEANING") or "on"
    if wanted not in {"on", "off"}:
        raise InvalidSettingError("SEARCH_BY_MEANING must be on or off")
    return wanted == "on"


def _positive(environment: Mapping[str, str], name: str, *, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or int(text) == 0:
        raise InvalidSettingError(f"{name} must be a whole number above 0")
    return int(text)


def _host(base_url: str | None) -> str:
    return urlsplit(base_url).netloc if base_url else PRICED_HOST


def _model(environment: Mapping[str, str]) -> ModelSettings | None:
    api_key = environment.get("OPENAI_API_KEY")
    if not api_key:
        return None
    base_url = environment.get("OPENAI_BASE_URL") or None
    model = environment.get("OPENAI_MODEL") or "gpt-6-luna"
    is_demo = environment.get("VISION_IS_DEMO") == "1"
    try:
        own = parse_prices(environment.get("OPENAI_PRICES", ""))
    except UnreadablePriceError as error:
        raise InvalidSettingError(
            "OPENAI_PRICES must look like gpt-6-luna=0.10/0.50: US dollars for a million tokens of"
            " questions and of answers, several separated by commas"
        ) from error
    price = price_of(model, host=_host(base_url), own=own)
    return ModelSettings(
        api_key=api_key,
        base_url=base_url,
        model=model,
        # Set but empty means: do not send it (some models refuse the parameter).
        effort=environment.get("OPENAI_EFFORT", "none") or None,
        is_demo=is_demo,
        price=FREE if price is None and is_demo else price,
        price_is_own=model in own,
        takes_batches=_takes_batches(environment),
        budget=_budget(environment, "OPENAI_BUDGET_USD", default=BUDGET_USD),
        person_budget=_budget(environment, "OPENAI_PERSON_BUDGET_USD", default=PERSON_BUDGET_USD),
    )


def _takes_batches(environment: Mapping[str, str]) -> bool:
    wanted = environment.get("OPENAI_BATCH") or "off"
    if wanted not in {"on", "off"}:
        raise InvalidSettingError("OPENAI_BATCH must be on or off")
    return wanted == "on"


def _budget(environment: Mapping[str, str], name: str, *, default: str) -> int | None:
    """Read US dollars a month, in nano-dollars; None: `none` was said."""
    words = environment.get(name) or default
    if words == "none":
        return None
    try:
        usd = Decimal(words)
    except InvalidOperation:
        usd = Decimal(-1)
    if not (usd.is_finite() and 0 <= usd <= _MAX_BUDGET_USD):
        raise InvalidSettingError(f"{name} must be US dollars a month, as 20 or 2.50, or none")
    return to_nanos(usd)
