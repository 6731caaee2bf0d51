"""Models of descriptions that stand in for real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.clients.openai_vision import GeneratedDescription

if TYPE_CHECKING:
    from uuid import UUID

    from app.media.sandbox.decoder_time import DecoderTime

# What the models of tests say, whatever the picture.
SEEN = GeneratedDescription(
    alt_text="What the model saw",
    text="",
    visible_text="",
    tags=("model",),
    model="a-model",
    prompt_version="1",
    input_tokens=1,
    output_tokens=1,
)


class Unasked:
    """A model, and a decoder pool, that nobody may ask."""

    def describe(self, preview: bytes, **_: object) -> GeneratedDescription:
        raise AssertionError(preview)

    def render_vision_input(
        self,
        preview: bytes,
        *,
        owner: UUID | None = None,
        decoder_time: DecoderTime | None = None,
    ) -> bytes:
        raise AssertionError(preview, owner, decoder_time)
