"""Clean text from files: bounded, and without hidden characters."""

import unicodedata

# Of names: camera, lens. A caption may be long, and have lines.
LONGEST_NAME = 64
LONGEST_CAPTION = 2000
LONGEST_TITLE = 300
_MAX_LINES = 100


def decoded(raw: bytes) -> str:
    """Text up to its first NUL: UTF-8, or what old cameras and programs wrote instead."""
    raw = raw.split(b"\0", 1)[0]
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def clean_text(text: str, *, longest: int) -> str | None:
    """Drop what has no place in a name (controls, marks that reorder text); None when empty."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 4 * longest])
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:longest].strip() or None


def clean_name(text: str) -> str | None:
    """Clean the name of a thing."""
    return clean_text(text, longest=LONGEST_NAME)


def clean_title(text: str) -> str | None:
    """Clean what a picture is called: one line."""
    return clean_text(text, longest=LONGEST_TITLE)


def clean_caption(text: str) -> str | None:
    """Clean a text of several lines; lines stay lines, and empty ones go."""
    lines = text[: 4 * LONGEST_CAPTION].splitlines()[:_MAX_LINES]
    cleaned = (clean_text(line, longest=LONGEST_CAPTION) for line in lines)
    whole = "\n".join(line for line in cleaned if line)
    return whole[:LONGEST_CAPTION].strip() or None
