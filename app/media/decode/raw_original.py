"""A raw original, shown by the JPEG that the camera embedded."""

import dataclasses

from app.media import decoder_warnings
from app.media.colour.management import Image
from app.media.decode.original import Original
from app.media.formats import sniff
from app.media.formats.raw_preview import find_embedded
from app.media.formats.sniff import Bytes
from app.media.metadata.reader import PictureMetadata, read_metadata
from app.media.results import DamageReason, Header


class RawOriginal(Original):
    """A raw photo: the JPEG in it, or else bare pixels, with what its container says."""

    def __init__(self, data: Bytes, content_type: str) -> None:
        self._embedded = find_embedded(data, content_type)
        self._picture = self._embedded.jpeg or self._embedded.bare
        kind = sniff.TIFF if self._embedded.jpeg is None else sniff.JPEG
        super().__init__(self._picture or b"", kind)
        self._raw_type = content_type
        self._orientation = self._embedded.orientation
        self._cut_short = self._embedded.is_cut_short

    def header(self) -> Header:
        """Read what the container says; the size is that of the picture in it, where there is one.

        Raises anything for bad bytes: where there is neither a picture, nor a size, nor a camera.
        """
        metadata = read_metadata(**self._embedded.blocks)
        if self._picture is not None:
            try:
                header = super().header()
            except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
                decoder_warnings.note(error)
                self._picture = None
            else:
                if metadata == PictureMetadata():
                    metadata = header.metadata
                return dataclasses.replace(header, content_type=self._raw_type, metadata=metadata)
        width, height = self._embedded.size
        if width * height == 0 and not (metadata.make or metadata.model):
            raise ValueError("neither a picture nor a size in it, and no camera")
        return Header(content_type=self._raw_type, width=width, height=height, metadata=metadata)

    def pixels(self) -> Image:
        """Decode the picture in it. Raises anything for bad bytes."""
        if self._picture is None:
            raise ValueError("no picture in it")
        return super().pixels()

    def reason_of(self, error: Exception) -> DamageReason:
        """Say what is wrong with a picture that did not decode."""
        if self._picture is None and not self._cut_short:
            return "undecodable"
        return super().reason_of(error)
