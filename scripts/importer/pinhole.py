"""Pinhole's own exports and its bucket: what the API knew of each picture, in the JSON beside it.

docs/exports.md says what is in them. They come back as they were: what a person set is set, and
what the file itself says is left to the file.
"""

import json
from datetime import datetime
from typing import Any

MAX_JSON = 16 * 1024 * 1024  # a list of an album of 100,000 pictures
# In a copy of the bucket each picture has a folder, with these two and what was made of the first.
ORIGINAL, SIDECAR = "original", "sidecar.json"
_GAP = 2**20  # between two pictures of an album that is ordered by hand


def parse(content: bytes) -> dict[str, Any] | None:
    """Tell what a JSON file is: {"own": facts}, {"own_album": album}, {"own_list": {}}, or None."""
    if b'"sha256"' not in content and b'"pictures"' not in content:
        return None
    try:
        return _parse(json.loads(content))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None


def _parse(said: dict[str, Any]) -> dict[str, Any] | None:
    if "timeline_at" in said and "corrected" in said:
        return {"own": _picture(said)}
    if "pictures" in said and "order" in said:
        return {"own_album": _album(said)}
    return {"own_list": {}} if "pictures" in said and "part" in said else None


def _picture(said: dict[str, Any]) -> dict[str, Any]:
    taken = datetime.fromisoformat(said["taken_at"] or said["timeline_at"])
    offset = taken.utcoffset()
    minutes = None if offset is None else int(offset.total_seconds() // 60)
    wall = taken.replace(tzinfo=None).isoformat()
    patch: dict[str, Any] = {}
    corrected = said["corrected"]
    if "taken" in corrected:
        patch["taken"] = {"at": wall, "offset_minutes": minutes}
    if "rating" in corrected:
        patch["rating"] = said["rating"] or 0
    if "location" in corrected:
        place = said["location"] or {"latitude": None, "longitude": None}
        patch["location"] = {name: place[name] for name in ("latitude", "longitude")}
    if "title" in corrected:
        patch["title"] = said["title"] or ""
    description = said["description"]
    if description and description["source"] == "person":
        names = ("alt_text", "text", "visible_text", "tags")
        patch["description"] = {name: description[name] for name in names}
    return {
        "sha256": said["sha256"],
        "name": said["name"],
        "taken": wall,
        "offset": minutes,
        "dated_by": said["dated_by"],
        "favourite": said["favourite"] is True,
        "archived": said["archived_at"] is not None,
        "deleted": said["deleted_at"] is not None,
        "tags": [tag["path"] for tag in said["tags"]],
        "patch": patch,
        # In an export and a mirror, albums are lists of their own: ids and titles at most are here.
        "content_type": said["content_type"],
        "albums": [_album_beside(album) for album in said.get("albums", []) if "order" in album],
    }


def _album_beside(said: dict[str, Any]) -> dict[str, Any]:
    names = ("title", "description", "order", "position")
    return {"key": album_key(said["id"])} | {name: said[name] for name in names}


def album_key(album_id: str) -> str:
    """Name an album in the plan."""
    return f"pinhole:{album_id}"


def _album(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": said["id"],
        "title": said["title"],
        "description": said["description"],
        "order": said["order"],
        "pictures": [picture["sha256"] for picture in said["pictures"]],
    }


def position(index: int) -> int:
    """Return where the picture of an index stands in an album that is ordered by hand."""
    return (index + 1) * _GAP


def facts_of(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of a picture, as the plan has it."""
    place = said["patch"].get("location")
    description = said["patch"].get("description") or {}
    is_said = "taken" in said["patch"]
    return {
        "taken": said["taken"],
        "offset": said["offset"],
        "dated": "Pinhole's export" if is_said else said["dated_by"],
        "is_said": is_said,
        "moment": None,
        "place": [place["latitude"], place["longitude"]] if place else None,
        "placed": "Pinhole's export" if place else "picture",
        "title": said["patch"].get("title", ""),
        "description": description.get("text", ""),
        "rating": said["patch"].get("rating"),
        "favourite": said["favourite"],
        "archived": said["archived"],
        "trashed": said["deleted"],
        "locked": False,
        "origin": "",
        "people": 0,
        "tags": said["tags"],
        "patch": said["patch"],
    }
