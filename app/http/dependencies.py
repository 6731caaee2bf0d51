"""The dependencies of the API, built once and passed in. Tests pass others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

from app.clients.aws.boto import make_client, make_client_later
from app.clients.aws.presigned_urls import UserAccess, bucket_at
from app.clients.aws.sqs import Queue
from app.clients.lazy_client import LazyClient
from app.embeddings.encoder import Encoder, make_encoder
from app.settings import ProviderSettings, Settings

if TYPE_CHECKING:
    from app.clients.aws.multipart_uploads import PartUploads
    from app.clients.openid.client import OpenIDClient

EXTENSION = "pinhole"


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """What routes reach the outside through. The API has no other rights in AWS than these."""

    settings: Settings
    access: UserAccess
    uploads: "PartUploads"
    picture_queue: Queue
    description_queue: Queue
    export_queue: Queue
    mail_queue: Queue
    providers: Mapping[str, "OpenIDClient"]
    encoder: Encoder | None = None  # None: this site does not search by meaning


def build_parts(settings: Settings, *, sts: Any = None) -> Dependencies:  # noqa: ANN401 - boto3's
    """Build the real ones; `sts` instead of boto3's client, where a start must be quick."""
    sqs = make_client_later("sqs", settings)
    access = UserAccess(
        sts=sts or make_client("sts", settings),
        role_arn=settings.user_role_arn,
        bucket_name=settings.picture_bucket,
        bucket=bucket_at(
            name=settings.picture_bucket,
            region=settings.aws_region,
            endpoint_url=settings.aws_endpoint_url,
        ),
    )
    return Dependencies(
        settings=settings,
        access=access,
        uploads=_later(lambda: _make_uploads(access)),
        picture_queue=Queue(sqs=sqs, url=settings.picture_queue_url),
        description_queue=Queue(sqs=sqs, url=settings.description_queue_url),
        export_queue=Queue(sqs=sqs, url=settings.export_queue_url),
        mail_queue=Queue(sqs=sqs, url=settings.mail_queue_url),
        providers={
            each.name: _later(partial(_make_provider, each, settings.site_origin))
            for each in settings.providers
        },
        encoder=make_encoder(is_wanted=settings.search_by_meaning_is_wanted),
    )


def _later(make: Callable[[], Any]) -> Any:  # noqa: ANN401 - what it makes
    """Few requests upload in parts or sign in by a provider: a cold start need not import these."""
    return LazyClient(make)


def _make_uploads(access: UserAccess) -> "PartUploads":
    from app.clients.aws.multipart_uploads import PartUploads  # noqa: PLC0415 - see _later

    return PartUploads(access=access)


def _make_provider(provider: ProviderSettings, site_origin: str) -> "OpenIDClient":
    from app.clients.openid.client import OpenIDClient  # noqa: PLC0415 - see _later

    redirect_uri = f"{site_origin}/api/auth/openid/{provider.name}/callback"
    return OpenIDClient(provider, redirect_uri=redirect_uri)


def dependencies() -> Dependencies:
    """The collaborators of the app that is serving this request."""
    return cast("Dependencies", current_app.extensions[EXTENSION])
