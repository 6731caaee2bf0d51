"""The collaborators of the API, built once and handed in: tests build the app with others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from app.clients.access import UserAccess, bucket_at
from app.clients.aws import make_client, make_client_later
from app.clients.openid import OpenIDClient
from app.clients.queue import Queue
from app.clients.uploads import PartUploads
from app.settings import Settings

EXTENSION = "pinhole"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What routes reach the outside through. The API has no other rights in AWS than these."""

    settings: Settings
    access: UserAccess
    uploads: PartUploads
    picture_queue: Queue
    description_queue: Queue
    export_queue: Queue
    letter_queue: Queue
    providers: Mapping[str, OpenIDClient]


def build_parts(settings: Settings, *, sts: Any = None) -> Parts:  # noqa: ANN401 - boto3's
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
    return Parts(
        settings=settings,
        access=access,
        uploads=PartUploads(access=access),
        picture_queue=Queue(sqs=sqs, url=settings.picture_queue_url),
        description_queue=Queue(sqs=sqs, url=settings.description_queue_url),
        export_queue=Queue(sqs=sqs, url=settings.export_queue_url),
        letter_queue=Queue(sqs=sqs, url=settings.letter_queue_url),
        providers={
            each.name: OpenIDClient(
                each,
                redirect_uri=f"{settings.site_origin}/api/auth/openid/{each.name}/callback",
            )
            for each in settings.providers
        },
    )


def parts() -> Parts:
    """The collaborators of the app that is serving this request."""
    return cast("Parts", current_app.extensions[EXTENSION])
