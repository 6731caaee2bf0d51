"""Readers: they sign addresses of one person's pictures, many by one presigner."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.clients.aws.image_store import Part
from app.clients.aws.sigv4 import Presigner, SharedAddress


class PictureUrls(NamedTuple):
    """Where a picture's derived pictures are read; None where there are none."""

    thumbnail: str | None
    preview: str | None
    expire_at: datetime | None


class Reader:
    """Signs addresses of one person's derived pictures."""

    def __init__(
        self, presigner: Presigner, prefix: str, *, expires_at: datetime, is_relative: bool
    ) -> None:
        self._presigner = presigner
        self._prefix = prefix
        self._expires_at = expires_at
        self._is_relative = is_relative
        self._thumbnail = self._signing("thumbnail.webp")
        self._previews: dict[Part, Callable[[str], str]] = {}

    @property
    def expires_at(self) -> datetime:
        """Until when its addresses work."""
        return self._expires_at

    @property
    def shared(self) -> SharedAddress:
        """What relative addresses are to be completed with."""
        return self._presigner.shared(self._prefix)

    def __call__(self, image: str, preview: Part) -> PictureUrls:
        """Sign for a picture, by its id as 32 hexadecimal digits, and which part is its preview."""
        if preview not in self._previews:
            self._previews[preview] = self._signing(preview)
        return PictureUrls(self._thumbnail(image), self._previews[preview](image), self._expires_at)

    def _signing(self, part: Part) -> Callable[[str], str]:
        return self._presigner.between(self._prefix, f"/{part}", is_relative=self._is_relative)


class OriginalReader:
    """Signs relative addresses of one person's originals."""

    def __init__(self, presigner: Presigner, prefix: str, *, expires_at: datetime) -> None:
        self.expires_at = expires_at
        self.shared = presigner.shared(prefix)
        self._sign = presigner.between(prefix, "/original", is_relative=True)

    def __call__(self, image_id: UUID) -> str:
        """Sign for an image: what `shared` is completed with."""
        return self._sign(image_id.hex)
