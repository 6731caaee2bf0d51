"""The API as it is, but for signatures: addresses as long, put together and not signed.

Served by the bench only, to tell what signing costs: `granian tests.bench.listing.unsigned:app`.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from flask import Flask

from app.clients.access import PictureUrls, UserAccess, bucket_at
from app.clients.calls import Caller, SecurityTokenService
from app.clients.storage import Part
from app.factory import create_app
from app.handlers import start_collecting
from app.logs import set_up_logging
from app.parts import build_parts
from app.settings import Settings


class UnsignedAccess(UserAccess):
    """Gives addresses that nothing was worked out for."""

    def reader(self, user_id: UUID) -> Callable[[str, Part], PictureUrls]:
        """Return a function that puts addresses together."""
        digits = "0" * 32
        model = super().reader(user_id)(digits, "preview.webp")
        (start, thumbnail), (_, preview) = (
            str(url).split(digits) for url in (model.thumbnail, model.preview)
        )
        return lambda image, _: PictureUrls(
            f"{start}{image}{thumbnail}", f"{start}{image}{preview}", model.expire_at
        )


def _app() -> Flask:
    settings = Settings.from_environment(os.environ)
    set_up_logging(settings.log_level)
    sts = SecurityTokenService(Caller.from_environment(os.environ))
    access = UnsignedAccess(
        sts=sts,
        role_arn=settings.user_role_arn,
        bucket_name=settings.picture_bucket,
        bucket=bucket_at(
            name=settings.picture_bucket,
            region=settings.aws_region,
            endpoint_url=settings.aws_endpoint_url,
        ),
    )
    return create_app(replace(build_parts(settings, sts=sts), access=access))


app = _app()
start_collecting()
