"""The API as it is, but for signatures: addresses as long, put together and not signed.

Served by the bench only, to tell what signing costs: `granian tests.bench.listing.unsigned:app`.
"""

import os
from dataclasses import replace
from uuid import UUID

from flask import Flask

from app.api.app import create_app
from app.clients.aws.image_store import Part
from app.clients.aws.lightweight import Caller, SecurityTokenService
from app.clients.aws.presigned_urls import UserAccess, bucket_at
from app.clients.aws.readers import PictureUrls, Reader
from app.clients.aws.sigv4 import SharedAddress
from app.http.dependencies import build_parts
from app.lambda_handlers import start_collecting
from app.observability.logging import set_up_logging
from app.settings import Settings


class UnsignedAccess(UserAccess):
    """Gives addresses that nothing was worked out for."""

    def reader(self, user_id: UUID, *, is_relative: bool = False) -> Reader:
        """Return what puts addresses together."""
        return Unsigning(super().reader(user_id, is_relative=is_relative))


class Unsigning(Reader):
    """Puts addresses together like those of a reader, every signature the same."""

    def __init__(self, model: Reader) -> None:
        self._model = model
        digits = "0" * 32
        urls = model(digits, "preview.webp")
        self._around = [str(url).split(digits) for url in (urls.thumbnail, urls.preview)]
        self._expire_at = urls.expire_at

    @property
    def shared(self) -> SharedAddress:
        """What the model's addresses share."""
        return self._model.shared

    def __call__(self, image: str, preview: Part) -> PictureUrls:
        """Put a picture's two addresses together."""
        del preview
        thumbnail, full = (f"{before}{image}{after}" for before, after in self._around)
        return PictureUrls(thumbnail, full, self._expire_at)


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
