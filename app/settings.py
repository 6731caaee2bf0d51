"""What an operator decides, read from the environment once and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit


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
    "USER_ROLE_ARN",
    "AWS_REGION",
)


# The kinds of picture that are taken in: what uploads may declare and the darkroom can open.
PICTURE_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/heif",
    "image/tiff",
)


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """Which model describes pictures, and where it answers."""

    api_key: str
    base_url: str | None
    model: str
    effort: str | None
    is_demo: bool

    @property
    def host(self) -> str:
        """The host that pictures are sent to, as people are told it."""
        return urlsplit(self.base_url).netloc if self.base_url else "api.openai.com"


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
    user_role_arn: str
    aws_region: str
    aws_endpoint_url: str | None
    model: ModelSettings | None
    max_upload_bytes: int
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
            user_role_arn=environment["USER_ROLE_ARN"],
            aws_region=environment["AWS_REGION"],
            aws_endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
            model=_model(environment),
            max_upload_bytes=_positive(environment, "MAX_UPLOAD_BYTES", default=100 * 1024 * 1024),
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


def _positive(environment: Mapping[str, str], name: str, *, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal() or int(text) == 0:
        raise InvalidSettingError(f"{name} must be a whole number above 0")
    return int(text)


def _model(environment: Mapping[str, str]) -> ModelSettings | None:
    api_key = environment.get("OPENAI_API_KEY")
    if not api_key:
        return None
    return ModelSettings(
        api_key=api_key,
        base_url=environment.get("OPENAI_BASE_URL") or None,
        model=environment.get("OPENAI_MODEL") or "gpt-6-luna",
        # Set but empty means: do not send it (some models refuse the parameter).
        effort=environment.get("OPENAI_EFFORT", "none") or None,
        is_demo=environment.get("VISION_IS_DEMO") == "1",
    )
