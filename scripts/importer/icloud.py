"""Apple's iCloud download: CSV files with what is known of pictures, and with albums."""

import csv
import io
import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

MAX_CSV = 16 * 1024 * 1024
_NAMES = ("imgname", "imagename", "images")
_DETAILS = "originalcreationdate"
# "Saturday June 4,2022 12:11 PM GMT": minutes only, UTC. Names are in English in all accounts seen.
_DATE = re.compile(r"^\w+ (\w+ \d{1,2}),\s?(\d{4}) (\d{1,2}:\d\d [AP]M) GMT$")


def parse(content: bytes, path: str) -> dict[str, Any] | None:
    """Tell what a CSV is.

    Returns: {"details": {name: facts}}, {"album": {"title", "names"}}, or None of all others.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        return None
    if not rows:
        return None
    header = [name.strip().lower() for name in rows[0]]
    if _DETAILS in header and header[0] in _NAMES:
        return {
            "details": {
                row[0]: _facts(dict(zip(header, row, strict=False))) for row in rows[1:] if row
            }
        }
    if len(header) == 1 and header[0] in _NAMES:
        names = [row[0].strip() for row in rows[1:] if row and row[0].strip()]
        return {"album": {"title": PurePosixPath(path).stem, "names": names}}
    return None


def _facts(row: dict[str, str]) -> dict[str, Any]:
    return {
        "taken": _moment(row.get(_DETAILS, "")),
        "favourite": _yes(row, "favorite"),
        "hidden": _yes(row, "hidden"),
        "deleted": _yes(row, "deleted"),
    }


def _yes(row: dict[str, str], name: str) -> bool:
    return row.get(name, "").strip().lower() == "yes"


def _moment(text: str) -> int | None:
    found = _DATE.match(text.strip())
    if not found:
        return None
    try:
        clock = datetime.strptime(f"{found[1]} {found[2]} {found[3]} +0000", "%B %d %Y %I:%M %p %z")
    except ValueError:
        return None
    return int(clock.timestamp())
