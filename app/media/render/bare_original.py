"""Say which bytes of an original are no metadata."""

from app.media import decoder_warnings
from app.media.formats import sniff
from app.media.formats.sniff import Bytes
from app.media.formats.without_metadata import bare_pieces
from app.media.results import Bare


def find_bare(original: Bytes) -> Bare:
    """Return what stays of an original; no pieces where that is not known. Never raises."""
    try:
        detected = sniff.detect(original)
        pieces = bare_pieces(original, detected.content_type) if detected else None
    except Exception as error:  # noqa: BLE001 - of bad bytes nobody knows
        decoder_warnings.note(error)
        pieces = None
    return Bare(pieces=None if pieces is None else tuple(pieces))
