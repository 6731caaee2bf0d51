"""Make the small copy of a preview that a model receives: pixels only. And its fingerprint."""

import pyvips  # type: ignore[import-untyped]

from app.media import decoder_warnings
from app.media.formats import sniff
from app.media.formats.bare_webp import MAX_SIDE
from app.media.formats.sniff import Bytes
from app.media.render.fingerprint import fingerprint
from app.media.results import Rejected, VisionInput

_QUALITY = 80
_EFFORT = 2


def render_vision_input(preview: Bytes) -> VisionInput | Rejected:
    """Make a WebP of at most MAX_SIDE a side, in the colours that are meant without a profile."""
    try:
        return _render_vision_input(preview)
    except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
        decoder_warnings.note(error)
        return Rejected(reason="unreadable", content_type=sniff.WEBP)


def _render_vision_input(preview: Bytes) -> VisionInput:
    is_jpeg = bytes(preview[:3]) == b"\xff\xd8\xff"
    load = pyvips.Image.jpegload_buffer if is_jpeg else pyvips.Image.webpload_buffer
    image = load(preview, fail_on="error")
    scale = MAX_SIDE / max(image.width, image.height)
    if scale < 1:
        image = image.resize(scale)
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True)
    image = image.copy_memory()
    found = fingerprint(image)
    return VisionInput(
        preview=bytes(image.webpsave_buffer(Q=_QUALITY, effort=_EFFORT, keep="none")),
        fingerprint=None if found is None else found.pack(),
    )
