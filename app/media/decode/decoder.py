"""Decode one original, and derive a thumbnail, a preview, a ThumbHash and metadata.

This runs in a decoder process, which a hostile file may crash (see pool.py). It imports only small
modules of this application. docs/decisions/0020-derived-sizes.md explains sizes and formats.
"""

from collections.abc import Callable
from dataclasses import replace

import pyvips  # type: ignore[import-untyped]

from app.media import decoder_warnings
from app.media.colour.management import Image, is_on_screen, to_screen
from app.media.decode import fallback_decoders
from app.media.decode.original import Original
from app.media.decode.raw_original import RawOriginal
from app.media.formats import sniff
from app.media.formats.motion_photo import Motion
from app.media.formats.sniff import Bytes
from app.media.formats.video import read_video
from app.media.formats.video_frame import first_frame
from app.media.metadata.reader import PictureMetadata
from app.media.render.derivatives import Derived, derived_pictures
from app.media.results import DamageReason, Header, Rejected, Rendered


def prepare() -> None:
    """Set libraries up, once in a process: nothing is cached, thumbnails inside are left alone."""
    decoder_warnings.listen()
    pyvips.cache_set_max(0)
    fallback_decoders.prepare()


def render(
    data: Bytes, *, announce: Callable[[Header], None] = lambda _: None
) -> Rendered | Rejected:
    """Process a file, whatever it is: any exception inside is an outcome.

    announce is told what the header says before pixels are decoded, so that it is known even if
    decoding ends this process.
    """
    detected = sniff.detect(data)
    if detected is None or not detected.supported:
        return _refused(detected)
    content_type = detected.content_type
    if content_type in sniff.VIDEOS:
        return _read_video(data, content_type, announce)
    try:
        kind = RawOriginal if content_type in sniff.RAW else Original
        original = kind(data, content_type)
        header = original.header()
        if max(header.width, header.height) > sniff.MAX_SIDE:
            raise ValueError("larger than any picture")  # noqa: TRY301 - refused as what raises is
    except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
        if content_type == sniff.WEBP and decoder_warnings.means_no_memory(error):
            return _too_large_to_open(data, announce)
        decoder_warnings.note(error)
        return Rejected(reason="unreadable", content_type=content_type, error=type(error).__name__)
    try:
        announce(header)
        return _derive(original, header)
    except MemoryError:
        return _shown_small(original, header)


def _refused(detected: sniff.Detected | None) -> Rejected:
    if detected is None:
        return Rejected(reason="not_a_picture")
    return Rejected(reason="unsupported_type", content_type=detected.content_type)


def _read_video(
    data: Bytes, content_type: str, announce: Callable[[Header], None]
) -> Rendered | Rejected:
    """Read what a video says, and show its first frame where that is coded as pictures are."""
    try:
        video = read_video(data)
    except Exception as error:  # noqa: BLE001 - whatever its boxes are
        return Rejected(reason="unreadable", content_type=content_type, error=type(error).__name__)
    header = Header(
        content_type=content_type,
        width=video.width,
        height=video.height,
        metadata=video.metadata,
    )
    # The video of a Live Photo has a still.
    poster = None if video.metadata.content_identifier else _poster(data)
    announce(replace(header, memory_bytes=poster[1].memory_bytes if poster else 0))
    derived = _derived_of_poster(*poster) if poster else Derived()
    reason: DamageReason | None = None if video.is_whole else "incomplete"
    shown = _developed(header, derived, reason, None, None)
    # It is alike no picture, whatever its first frame shows.
    return replace(shown, milliseconds=video.milliseconds, fingerprint=None)


def _poster(data: Bytes) -> tuple[Original, Header] | None:
    """Return the first frame, not decoded yet; None where it cannot be had: the video plays."""
    try:
        frame = first_frame(data)
        if frame is None:
            return None
        still = Original(frame.data, frame.content_type)
        return still, still.header()
    except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
        decoder_warnings.note(error)
        return None


def _derived_of_poster(still: Original, header: Header) -> Derived:
    try:
        if max(header.width, header.height) <= sniff.MAX_SIDE:
            return _derived(still, still.pixels())
    except Exception as error:  # noqa: BLE001 - the same
        decoder_warnings.note(error)
    return Derived()


def _too_large_to_open(data: Bytes, announce: Callable[[Header], None]) -> Rendered:
    """Keep a moving WebP whose canvas there is no room for: libwebp asks for it to say its size."""
    width, height = sniff.size_of_webp(bytes(data[: sniff.HEAD_BYTES]))
    header = Header(content_type=sniff.WEBP, width=width, height=height, metadata=PictureMetadata())
    announce(header)
    return _developed(header, Derived(), "out_of_memory", None, None)


def _derive(original: Original, header: Header) -> Rendered:
    raised: Exception | None = None
    try:
        pixels, reason = original.pixels(), original.complaint()
    except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
        decoder_warnings.note(error)
        pixels, reason = original.pixels_of_what_is_left(), original.reason_of(error)
        raised = error
    try:
        derived = _derived(original, pixels)
    except Exception as error:  # noqa: BLE001 - the same
        decoder_warnings.note(error)
        derived, reason = Derived(), reason or "undecodable"
        raised = raised or error
    return _developed(header, derived, reason, raised, original.motion())


def _shown_small(original: Original, header: Header) -> Rendered:
    """Show a picture that is too large for this machine by the small copy that it holds."""
    derived = Derived()
    try:
        small = original.small_copy()
        if small is not None:
            derived = _derived(original, small)
    except Exception as error:  # noqa: BLE001 - then there is none
        decoder_warnings.note(error)
    reason: DamageReason = "shown_small" if any(derived) else "out_of_memory"
    return _developed(header, derived, reason, None, original.motion())


def _derived(original: Original, pixels: Image | None) -> Derived:
    if pixels is None:
        return Derived()
    screen = to_screen(pixels, original.declared)
    if not (original.is_upright_in_memory and is_on_screen(pixels, original.declared)):
        screen = screen.copy_memory()
    is_photo = original.content_type not in sniff.DRAWN
    gain_map = original.gain_map(pixels) if is_photo else None
    return derived_pictures(screen, is_photo=is_photo, gain_map=gain_map)


def _developed(
    header: Header,
    derived: Derived,
    reason: DamageReason | None,
    error: Exception | None,
    motion: Motion | None,
) -> Rendered:
    return Rendered(
        outcome="ready" if reason is None else "damaged",
        reason=reason,
        content_type=header.content_type,
        width=header.width,
        height=header.height,
        thumbnail=derived.thumbnail,
        preview=derived.preview,
        thumbhash=derived.thumbhash,
        fingerprint=derived.fingerprint,
        metadata=header.metadata,
        is_animated=header.is_animated,
        error=type(error).__name__ if error else None,
        motion=motion,
    )
