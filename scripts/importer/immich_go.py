"""immich-go's archives: the JSON beside each picture, `x.jpg.JSON`.

What is in it: internal/assets/metadata.go and internal/exif/sidecars/jsonsidecar/json.go there.
"""

import json
from datetime import datetime
from typing import Any

MAX_JSON = 1024 * 1024
SOURCE = "immich-go's sidecar"
_SOFTWARE = "immich-go"
_MAX_LATITUDE, _MAX_LONGITUDE = 90, 180
_RATINGS = range(1, 6)


def parse(content: bytes) -> dict[str, Any] | None:
    """Tell what a JSON file is: {"beside": facts}, or None if immich-go did not write it."""
    if b'"software"' not in content:
        return None
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not _text(said, "software").startswith(_SOFTWARE):
        return None
    taken = _moment(_text(said, "dateTaken"))
    rating = said.get("rating")
    return {
        "beside": {
            "source": SOURCE,
            "name": _text(said, "fileName").rpartition("/")[2],
            "claim": None if taken is None else {"moment": taken},
            "place": _place(said),
            "description": _text(said, "description"),
            "tags": [_text(tag, "value") for tag in _dicts(said, "tags") if _text(tag, "value")],
            "rating": rating if rating in _RATINGS else None,
            "favourite": said.get("favorited") is True,
            "archived": said.get("archived") is True,
            "trashed": said.get("trashed") is True,
            "origin": "fromPartnerSharing" if said.get("fromPartner") is True else "",
            "albums": [
                {"title": _text(album, "title"), "description": _text(album, "description")}
                for album in _dicts(said, "albums")
                if _text(album, "title").strip()
            ],
        }
    }


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _dicts(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = said.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _moment(text: str) -> int | None:
    """Seconds of UTC; the year 1 is Go's word for none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or moment.year == 1:
        return None
    return int(moment.timestamp())


def _place(said: dict[str, Any]) -> tuple[float, float] | None:
    """Both at 0 are none: numbers that are 0 are left out, and one alone may be."""
    latitude, longitude = said.get("latitude", 0), said.get("longitude", 0)
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if abs(latitude) > _MAX_LATITUDE or abs(longitude) > _MAX_LONGITUDE:
        return None
    return (float(latitude), float(longitude)) if latitude or longitude else None
