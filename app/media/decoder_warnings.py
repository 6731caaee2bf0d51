"""Collect the warnings of decoders, and classify them."""

import logging
import re
import struct
import zlib

import pyvips  # type: ignore[import-untyped]

# What libjpeg only warns of although the picture shows it; other warnings are harmless, and a few
# bytes too many before a marker are common.
_JPEG_DAMAGE = re.compile(
    r"bad Huffman|premature end|instead of RST|Inconsistent progression|\d{3} extraneous"
)
_ENDS_EARLY = re.compile(r"premature end|unexpected end|end of file|read error", re.IGNORECASE)
# Not libheif's "Security limit exceeded" nor libtiff's "Out of memory reading of" some tag: those
# are files that lie about their sizes.
_OUT_OF_MEMORY = re.compile(
    r"out of memory(?! reading of)|unable to allocate|bad_alloc|memory alloc(?!.*ecurity limit)",
    re.IGNORECASE | re.DOTALL,
)
# What decoders say of files that are right, but of a kind that they were built without.
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|not configured|not implemented|no support|data precision|"
    r"unknown (compression|encoding)|cannot handle|not available",
    re.IGNORECASE,
)
# What decoders raise for files that are broken. Anything else is a fault of this program.
_OF_FILES = (pyvips.Error, ValueError, OSError, EOFError, SyntaxError, struct.error, zlib.error)
_MAX_HEARD = 4096  # a bad file may warn once a row

_log = logging.getLogger(__name__)


class _Warnings(logging.Handler):
    """What libvips says while it decodes and then carries on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.text) < _MAX_HEARD:
            self.text += record.getMessage() + "\n"


_warnings = _Warnings()


def listen() -> None:
    """Collect the warnings of libvips, once in a process."""
    logger = logging.getLogger("pyvips")
    logger.addHandler(_warnings)
    logger.setLevel(logging.WARNING)
    logger.propagate = False


def forget() -> None:
    """Forget what was said of other pictures."""
    _warnings.text = ""
    pyvips.vips_lib.vips_error_clear()


def heard() -> str:
    """Return what was warned of since."""
    return _warnings.text


def note(error: Exception) -> None:
    """Tell the operator what a decoder said; want of memory is the process's, not the picture's.

    Raises:
        MemoryError: when that is what the decoder meant.
    """
    if means_no_memory(error):
        raise MemoryError from error
    _log.info("decoding", exc_info=error)


def means_no_memory(error: Exception) -> bool:
    """Say whether a decoder failed for want of memory."""
    return isinstance(error, MemoryError) or _OUT_OF_MEMORY.search(str(error)) is not None


def means_damage(jpeg_warning: str) -> bool:
    """Say whether the picture shows what libjpeg warned of."""
    return _JPEG_DAMAGE.search(jpeg_warning) is not None


def blames_the_file(error: Exception) -> bool:
    """Say whether a picture is broken: not so when it is of a kind that is not decoded here.

    Nor when the exception is one that programs raise, such as KeyError and LookupError.
    """
    if not isinstance(error, _OF_FILES):
        return False
    return _UNSUPPORTED.search(f"{error}\n{_warnings.text}") is None


def means_an_early_end(error: Exception) -> bool:
    """Say whether decoding failed because the file ends early."""
    return _ENDS_EARLY.search(f"{error}\n{_warnings.text}") is not None
