"""Clean text of users: no control characters, no marks that reorder text."""

import unicodedata
from pathlib import PurePosixPath

# Line breaks and tabs, and the joiner that makes one emoji of several.
_KEPT_ALL_THE_SAME = "\n\t\u200d"
# Letters and a symbol that no font draws: the Hangul fillers and the blank Braille pattern.
_BLANK = "\u115f\u1160\u3164\uffa0\u2800"
# Longer ones are part of the name: "1. Our holiday by the sea" has no extension.
_MAX_EXTENSION = 20


def displayable(value: str) -> str:
    """Drop what has no place in text that people see, and write the rest in one form (NFC)."""
    kept = "".join(character for character in value if _is_displayable(character))
    return unicodedata.normalize("NFC", kept).strip()


def one_line(value: str) -> str:
    """The same, with all white space made single spaces: for names."""
    return " ".join(displayable(value).split())


def is_visible(value: str) -> bool:
    """Whether a person sees anything of it: neither space nor marks on nothing nor fillers."""
    return any(
        unicodedata.category(character)[0] not in "ZCM" and character not in _BLANK
        for character in value
    )


def split_extension(name: str) -> tuple[str, str]:
    """Split a file name before the dot of its extension, which may be empty."""
    path = PurePosixPath(name)
    # Of ".jpg" pathlib says that it has none.
    suffix = path.suffix or (name if name.startswith(".") and name.count(".") == 1 else "")
    if len(suffix) <= 1 or len(suffix) > _MAX_EXTENSION or " " in suffix:
        return name, ""
    return name.removesuffix(suffix), suffix


def _is_displayable(character: str) -> bool:
    if character in _KEPT_ALL_THE_SAME:
        return True
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE  # noqa: PLR2004 - Unicode, 23.7
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs"} and not is_noncharacter
