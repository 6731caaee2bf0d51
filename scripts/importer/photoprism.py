"""PhotoPrism's YAML files: one for each picture in `storage/sidecar`, one for each album.

Fields: `Photo` and `Details` in internal/entity there. Each has a source beside it. What PhotoPrism
read in the file or guessed is left: the site reads the file itself. What a person set is taken.
"""

import math
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

try:
    import yaml
except ImportError:  # ./scripts/import runs with nothing but Python; the package brings it
    yaml = None

MAX_YAML = 4 * 1024 * 1024  # a list of an album of 50,000 pictures
SOURCE = "PhotoPrism's sidecar"
MISSING = "a YAML file: reading PhotoPrism's needs the Python package PyYAML"
# Sources that mean a person, or a sidecar that a person's program wrote.
_PERSON = frozenset({"manual", "batch", "admin", "xmp"})
_WITHOUT_ZONE = frozenset({"", "Local"})
_ORDERS = {"oldest": "oldest", "newest": "newest"}


def is_able() -> bool:
    """Whether YAML can be read here."""
    return isinstance(yaml, ModuleType)


def parse(content: bytes) -> dict[str, Any] | None:
    """Tell what a YAML file is.

    Returns: {"beside": facts} of a picture, {"photoprism_album": {"uid", "title", "description",
        "order", "pictures": UIDs}}, or None of all others.
    """
    try:
        # Without the resolver of dates: it drops the zone, and refuses years that are none.
        said = yaml.load(content, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("UID"), str):
        return None
    if isinstance(said.get("Photos"), list) and _text(said, "Type") == "album":
        return {"photoprism_album": _album(said)}
    return {"beside": _picture(said)} if "TakenAt" in said else None


def _album(said: dict[str, Any]) -> dict[str, Any]:
    photos = [each for each in said["Photos"] if isinstance(each, dict)]
    return {
        "uid": said["UID"],
        "title": _text(said, "Title").strip() or _text(said, "Slug") or said["UID"],
        "description": _text(said, "Description"),
        "order": _ORDERS.get(_text(said, "Order"), "oldest"),
        # Hidden: taken out of the album, and remembered so that it does not come back.
        "pictures": [
            _text(each, "UID") for each in photos if _text(each, "Hidden").lower() != "true"
        ],
    }


def _picture(said: dict[str, Any]) -> dict[str, Any]:
    details = said.get("Details")
    details = details if isinstance(details, dict) else {}
    return {
        "source": SOURCE,
        "uid": said["UID"],
        "stem": _text(said, "OriginalName").rpartition("/")[2],
        "claim": _claim(said) if _is_set(said, "TakenSrc") else None,
        "place": _place(said) if _is_set(said, "PlaceSrc") else None,
        "title": _text(said, "Title") if _is_set(said, "TitleSrc") else "",
        "description": _set(said, "Caption") or _set(said, "Description"),
        "tags": _listed(_set(details, "Keywords")),
        "people": _listed(_set(details, "Subject")),
        "favourite": _text(said, "Favorite").lower() == "true",
        # What is archived there, its database calls deleted.
        "archived": bool(_text(said, "DeletedAt")),
    }


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _is_set(said: dict[str, Any], name: str) -> bool:
    return _text(said, name) in _PERSON


def _set(said: dict[str, Any], name: str) -> str:
    return _text(said, name) if _is_set(said, f"{name}Src") else ""


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _claim(said: dict[str, Any]) -> dict[str, Any] | None:
    """The clock of the place. Versions without TakenAtLocal say UTC and the zone's name.

    Where they know no zone, TakenAt is the clock of the place itself.
    """
    moment = _clock(_text(said, "TakenAt"))
    if moment is None:
        return None
    if (wall := _clock(_text(said, "TakenAtLocal"))) is not None:
        return {"wall": wall.isoformat(), "offset": _minutes(wall - moment, said)}
    zone = _text(said, "TimeZone")
    if zone in _WITHOUT_ZONE:
        return {"wall": moment.isoformat(), "offset": None}
    try:
        shown = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError, OverflowError):
        return {"wall": moment.isoformat(), "offset": None}
    wall = shown.replace(tzinfo=None)
    return {"wall": wall.isoformat(), "offset": _minutes(wall - moment, said)}


def _clock(text: str) -> datetime | None:
    try:
        clock = datetime.fromisoformat(text)
    except ValueError:
        return None
    return clock.replace(tzinfo=None, microsecond=0) if clock.year > 1 else None


def _minutes(apart: timedelta, said: dict[str, Any]) -> int | None:
    """Minutes from UTC; None where the zone is not known."""
    if _text(said, "TimeZone") in _WITHOUT_ZONE:
        return None
    minutes = apart / timedelta(minutes=1)
    return int(minutes) if minutes.is_integer() else None


def _place(said: dict[str, Any]) -> tuple[float, float] | None:
    try:
        latitude, longitude = (float(_text(said, name) or "0") for name in ("Lat", "Lng"))
    except ValueError:
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - degrees
        return None
    return (latitude, longitude) if latitude or longitude else None
