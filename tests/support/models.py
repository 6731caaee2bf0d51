"""Models of descriptions that stand in for real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from app.clients.openai_vision import GeneratedDescription
    from app.media.sandbox.decoder_time import DecoderTime


class Unasked:
    """A model, and a decoder pool, that nobody may ask."""

    def describe(self, preview: bytes, **_: object) -> GeneratedDescription:
        raise AssertionError(preview)

    def sketch(
        self,
        preview: bytes,
        *,
        owner: UUID | None = None,
        decoder_time: DecoderTime | None = None,
    ) -> bytes:
        raise AssertionError(preview, owner, decoder_time)
