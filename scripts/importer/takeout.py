"""Google Takeout's JSON: of a picture, and of an album. Ente's sidecars have the same shape."""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

MAX_JSON = 1024 * 1024
_KEPT_ORIGINS = ("fromPartnerSharing", "fromSharedAlbum", "composition")
_MAX_LATITUDE, _MAX_LONGITUDE = 90, 180


@dataclass(kw_only=True)
class Facts:
    """What a sidecar says of a picture. Times are UTC."""

    title: str = ""
    description: str = ""
    taken: int | None = None
    place: tuple[float, float] | None = None
    favourite: bool = False
    archived: bool = False
    trashed: bool = False
    locked: bool = False
    people: list[str] = field(default_factory=list)
    url: str = ""
    origin: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As it is kept in the journal."""
        return asdict(self)


def parse(content: bytes) -> dict[str, Any] | None:
    """Tell what a JSON file of a Takeout is.

    Returns: {"picture": facts} or {"album": {"title", "description"}}; None of all others.
    """
    if len(content) > MAX_JSON:
        return None
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    if isinstance(said.get("photoTakenTime"), dict) or "geoDataExif" in said:
        return {"picture": _picture(said).as_dict()}
    album = said.get("albumData", said)
    if isinstance(album, dict) and isinstance(album.get("title"), str) and _is_album(album):
        return {"album": {"title": album["title"], "description": _text(album, "description")}}
    return None


def _is_album(said: dict[str, Any]) -> bool:
    """Albums have one of these at least; other files have a list as title."""
    return any(name in said for name in ("access", "date", "description", "location"))


def _picture(said: dict[str, Any]) -> Facts:
    people = said.get("people")
    names = [person.get("name") for person in people or [] if isinstance(person, dict)]
    return Facts(
        title=_text(said, "title"),
        description=_text(said, "description") or _text(said, "caption"),
        taken=_moment(said.get("photoTakenTime")),
        place=_place(said.get("geoData")) or _place(said.get("geoDataExif")),
        favourite=said.get("favorited") is True,
        archived=said.get("archived") is True,
        trashed=said.get("trashed") is True,
        locked=said.get("inLockedFolder") is True,
        people=[name for name in names if isinstance(name, str) and name.strip()],
        url=_text(said, "url"),
        origin=_origin(said.get("googlePhotosOrigin")),
    )


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _moment(value: object) -> int | None:
    if not isinstance(value, dict):
        return None
    try:
        seconds = int(value.get("timestamp", 0))
        datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return seconds or None  # "0" means none


def _place(value: object) -> tuple[float, float] | None:
    if not isinstance(value, dict):
        return None
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if abs(latitude) > _MAX_LATITUDE or abs(longitude) > _MAX_LONGITUDE:
        return None
    return (float(latitude), float(longitude)) if latitude or longitude else None


def _origin(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    return next((name for name in _KEPT_ORIGINS if name in value), "")
