"""File names inside a zip: safe on every file system, and unique."""

import re
import unicodedata

from app.text import split_extension

# Of a name in bytes of UTF-8: ext4, APFS and NTFS take 255 (of NTFS, UTF-16 units, never more than
# the bytes are). Each picture has neighbours with these at the end of its name.
MAX_NAME_BYTES = 255
JSON = ".json"
# digiKam and darktable read IMG_1.JPG.xmp. Adobe's IMG_1.xmp would be one name for IMG_1.CR3 and
# IMG_1.JPG: docs/decisions/0109-xmp-sidecars.md.
SIDECAR = ".xmp"
_NEIGHBOURS = (JSON, SIDECAR)
_LONGEST_END = max(map(len, _NEIGHBOURS))
# Names with numbers of as many digits are cut at the same place. The first has none.
_NUMBERS = (range(1, 2), range(2, 10), *(range(10**n, 10 ** (n + 1)) for n in range(1, 9)))
# "Naming Files, Paths, and Namespaces" (learn.microsoft.com), for CONIN$ and CONOUT$ "Console
# Handles": devices whatever the extension is, and with spaces before it.
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE | re.DOTALL
)
_FORBIDDEN = frozenset('<>:"/\\|?*')
# HFS+ passes over such characters when it compares (Apple TN1150, "Case-Insensitive String
# Comparison"); variation selectors are marks without a place of their own.
_IGNORED = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


class ArchiveNames:
    """Hands out names for pictures in folders; no two of them, or of their neighbours, meet.

    [Note: Numbers of names] What is cut and numbered alike is counted together, also where the
    whole names differ: thousands of long names that are equal but for their ends all become
    "name (2)", "name (3)" and so on. No name is tried twice, so that n names take about n steps.
    """

    def __init__(self) -> None:
        """Begin with empty folders."""
        self._taken: set[str] = set()
        self._tried: dict[tuple[str, int], int] = {}
        self.steps = 0  # how many names were tried

    def take(self, folder: str, name: str) -> str:
        """Return `folder/name`, the name made safe, with a number where the name is taken.

        The same with `.json` and with `.xmp` at its end is taken too.
        """
        stem, extension = split_extension(_safe(name))
        for numbers in _NUMBERS:
            # All of these are cut alike: see [Note: Numbers of names].
            alike = _compared(f"{folder}/{_fitting(stem, numbers[0], extension)}"), numbers[0]
            for number in range(self._tried.get(alike, numbers[0] - 1) + 1, numbers[-1] + 1):
                self.steps += 1
                self._tried[alike] = number
                place = f"{folder}/{_fitting(stem, number, extension)}"
                names = {_compared(place + end) for end in ("", *_NEIGHBOURS)}
                if self._taken.isdisjoint(names):
                    self._taken |= names
                    return place
        raise OverflowError("No zip holds so many pictures of one name.")

    def hold(self, place: str) -> None:
        """Take a name that is there already; no other one will meet it."""
        self._taken |= {_compared(place + end) for end in ("", *_NEIGHBOURS)}


def _safe(name: str) -> str:
    """Return a name that every file system takes, however long."""
    valid = name.encode("utf-8", "replace").decode()
    plain = "".join("_" if c in _FORBIDDEN or _is_control(c) else c for c in valid)
    plain = plain.rstrip(" .").lstrip(" ")  # Windows leaves the former out
    if plain.startswith(".") or _DEVICE.fullmatch(plain):
        plain = f"_{plain}"  # no hidden files, and no devices
    return plain or "picture"


def _fitting(stem: str, count: int, extension: str) -> str:
    """Return the name, its stem cut so that it and its neighbours are short enough."""
    end = (f" ({count})" if count > 1 else "") + extension
    room = MAX_NAME_BYTES - len(end.encode()) - _LONGEST_END
    if len(stem.encode()) > room:
        stem = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .\u200d") or "picture"
    return stem + end


def _compared(path: str) -> str:
    """Return what is equal for two paths that are one to some file system.

    Without regard to case (as Windows, macOS and phones have it) and to how accents are written.
    """
    plain = _IGNORED.sub("", unicodedata.normalize("NFD", path))
    # Upper case first: it makes one of i with and without its dot, which casefold() does not.
    return unicodedata.normalize("NFD", plain.upper().casefold())


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}
