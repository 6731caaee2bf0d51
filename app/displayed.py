"""Text that people write and see: without controls, and without marks that reorder it."""

import unicodedata

# Line breaks and tabs, and the joiner that makes one emoji of several.
_KEPT_ALL_THE_SAME = "\n\t\u200d"


def displayable(value: str) -> str:
    """Drop what has no place in text that people see, and write the rest in one form (NFC)."""
    kept = "".join(character for character in value if _is_displayable(character))
    return unicodedata.normalize("NFC", kept).strip()


def one_line(value: str) -> str:
    """The same, with all white space made single spaces: for names."""
    return " ".join(displayable(value).split())


def _is_displayable(character: str) -> bool:
    if character in _KEPT_ALL_THE_SAME:
        return True
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE  # noqa: PLR2004 - Unicode, 23.7
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs"} and not is_noncharacter
