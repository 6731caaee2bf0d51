"""What an export says of pictures, said to the site: albums, flags, tags, dates, places, texts.

Everything here can be repeated: what is noted as done is not done again, and what was done without
being noted comes out the same when it is done again.
"""

import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Any

from .client import Api, ApiError, Json
from .dates import Claim, decide
from .exif import Own
from .journal import Journal
from .options import Options

_LISTED = 100  # pictures that the site lists at once
_ROUND = 500  # pictures at a time
_WRITERS = 3  # as many writes of one person the site does at once
_PAUSE = 2.0
_NOT_FOUND = 404
_MAX_ALT_TEXT, _MAX_TEXT = 300, 2000
_MAX_TAG_DEPTH, _MAX_TAG_NAME, _MAX_TAG_PATH = 6, 100, 300
_MAX_TITLE, _MAX_IMAGE_TITLE = 200, 300
_SETTLED = "('ready', 'damaged')"
# Pictures of the plan that the site has read, and to which not everything has been said.
_PENDING = f"""
  FROM pictures p JOIN done d ON d.sha256 = p.sha256 JOIN there t ON t.image_id = d.image_id
  WHERE p.outcome IN ('upload', 'here') AND NOT t.deleted AND t.state IN {_SETTLED}
  AND d.applied IS NOT p.facts
"""
_UNREAD = """
  FROM pictures p JOIN done d ON d.sha256 = p.sha256
  LEFT JOIN there t ON t.image_id = d.image_id
  WHERE p.outcome IN ('upload', 'here') AND NOT d.is_gone
  AND (t.state IS NULL OR t.state IN ('uploading', 'processing'))
"""


class Applier:
    """Says what is known of pictures to the site, as soon as it has read them."""

    def __init__(
        self, api: Api, journal: Journal, *, options: Options, stop: threading.Event
    ) -> None:
        """Begin with the albums that there are."""
        self._api = api
        self._journal = journal
        self._db = journal.db
        self._options = options
        self._stop = stop
        self._albums: dict[str, str] | None = None
        self.problems: list[str] = []

    def run(self, *, patience: float, tell: Callable[[int, int], None]) -> None:
        """Go on until everything is said, or nothing has been read for `patience` seconds.

        `tell` is called with how many pictures are ready, and how many are not read yet.

        Raises:
            ApiError: the site refuses everything.
            UnreachableError: it was away for too long.
        """
        self._adopt()
        # Pinhole's own exports have albums without pictures, too.
        for row in self._db.execute("SELECT key FROM albums WHERE key LIKE 'pinhole:%'").fetchall():
            self._album(row["key"])
        last, since = -1, monotonic()
        while not self._stop.is_set():
            refresh(self._api, self._journal)
            while rows := self._db.execute(
                "SELECT p.sha256, p.facts, d.image_id, d.is_new, d.applied"
                f" {_PENDING} LIMIT {_ROUND}"
            ).fetchall():
                self._say([dict(row) for row in rows])
                if self._stop.is_set():
                    return
            (unread,) = self._db.execute(f"SELECT count(*) {_UNREAD}").fetchone()
            (known,) = self._db.execute("SELECT count(*) FROM done").fetchone()
            tell(known - unread, unread)
            if unread != last:
                last, since = unread, monotonic()
            if not unread or monotonic() - since > patience:
                return
            self._stop.wait(_PAUSE)

    def _adopt(self) -> None:
        """Pictures that were on the site before are in the plan as well."""
        self._db.execute(
            "INSERT OR IGNORE INTO done (sha256, image_id, is_new)"
            " SELECT p.sha256, min(t.image_id), 0 FROM pictures p"
            " JOIN there t ON t.sha256 = p.sha256"
            " WHERE p.outcome = 'here' AND NOT t.deleted GROUP BY p.sha256"
        )

    def _say(self, rows: list[Json]) -> None:
        """Say everything of some pictures, and note that it was said."""
        for row in rows:
            row["said"] = json.loads(row["facts"])
        self._say_albums(rows)
        self._batch("favourite", [row["image_id"] for row in rows if row["said"]["favourite"]])
        self._batch(
            "archive",
            [row["image_id"] for row in rows if row["said"]["archived"] and row["is_new"]],
        )
        self._say_tags(rows)
        self._look_at_dates(rows)
        for row in rows:
            row["changes"] = self._changes(row)
        self._say_dates_and_places(rows)
        with ThreadPoolExecutor(_WRITERS) as writers:
            for problem in writers.map(self._correct, rows):
                if problem:
                    self.problems.append(problem)
        self._db.execute("BEGIN")
        self._db.executemany(
            "UPDATE done SET applied = ? WHERE sha256 = ?",
            [(row["facts"], row["sha256"]) for row in rows],
        )
        self._db.execute("COMMIT")

    def _say_albums(self, rows: list[Json]) -> None:
        by_album: dict[str, list[Json]] = {}
        for row in rows:
            for key in row["said"]["albums"]:
                by_album.setdefault(key, []).append(row)
        for key, members in by_album.items():
            album_id = self._album(key)
            if not album_id:
                continue
            # Those of an album by hand stand where they stood; each of them says where.
            stood = [row["said"].get("positions", {}).get(key) for row in members]
            ids = [row["image_id"] for row in members]
            if None in stood:
                self._batch("add_to_album", ids, album_id=album_id)
            else:
                said = _OfEach(stood, lambda positions: {"positions": positions})
                self._batch("add_to_album", ids, said, album_id=album_id)

    def _album(self, key: str) -> str | None:
        """Return the album of a key: one that was made before, one of that title, or a new one."""
        albums = self._known_albums()
        if key in albums:
            return albums[key]
        row = self._db.execute("SELECT * FROM albums WHERE key = ?", (key,)).fetchone()
        title = _one_line(row["title"])[:_MAX_TITLE] or "Album"
        album_id = self._album_titled(title, besides=set(albums.values()))
        is_new = album_id is None
        if is_new:
            body = {
                "title": title,
                "description": row["description"][:_MAX_TEXT],
                "order": row["sort"],
            }
            try:
                album_id = self._api.ask("POST", "/api/albums", body)["id"]
            except ApiError as error:
                self.problems.append(f"Album “{title}”: {error}")
                return None
        self._db.execute(
            "INSERT OR REPLACE INTO made_albums VALUES (?, ?, ?)", (key, album_id, int(is_new))
        )
        albums[key] = str(album_id)
        return albums[key]

    def _known_albums(self) -> dict[str, str]:
        """Albums of this import; those that were deleted since are made again."""
        if self._albums is None:
            there = {album["id"] for album in self._list_albums()}
            rows = self._db.execute("SELECT key, album_id FROM made_albums").fetchall()
            self._albums = {row["key"]: row["album_id"] for row in rows if row["album_id"] in there}
        return self._albums

    def _album_titled(self, title: str, *, besides: set[str]) -> str | None:
        """Return an album that has a title, which no other folder of this import is."""
        for album in self._list_albums():
            if album["title"] == title and album["id"] not in besides:
                return str(album["id"])
        return None

    def _list_albums(self) -> Iterable[Json]:
        cursor = ""
        while True:
            page = self._api.ask("GET", f"/api/albums?limit=500{cursor}")
            yield from page["albums"]
            if not page["next_cursor"]:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def _say_tags(self, rows: list[Json]) -> None:
        by_tag: dict[str, list[str]] = {}
        for row in rows:
            for tag in row["said"]["tags"]:
                if path := tag_path(tag):
                    by_tag.setdefault(path, []).append(row["image_id"])
        for path, ids in by_tag.items():
            self._batch("add_tag", ids, tag=path)

    def _say_dates_and_places(self, rows: list[Json]) -> None:
        """Say dates and places of new pictures many at once, where nothing else is to be said."""
        alone = [
            row for row in rows if _is_fresh(row) and row["changes"].keys() <= {"taken", "location"}
        ]
        for action, name, shape in (
            ("restore_taken", "taken", _taken_before),
            ("restore_location", "location", _location_before),
        ):
            dated = [row for row in alone if name in row["changes"]]
            said = _OfEach([row["changes"].pop(name) for row in dated], shape)
            self._batch(action, [row["image_id"] for row in dated], said)

    def _batch(
        self, action: str, ids: list[str], said: "_OfEach | None" = None, **more: str
    ) -> None:
        """Change many at once; of those that are not there any more, pass over.

        `said` is what is said of each of them.
        """
        if not ids:
            return
        try:
            body: Json = {"action": action, "images": {"ids": ids}, **more}
            if said is not None:
                body |= said.shape(said.values)
            self._api.ask("POST", "/api/images/batch", body)
        except ApiError as error:
            if len(ids) > 1:
                half = len(ids) // 2
                for part in (slice(half), slice(half, None)):
                    of_part = None if said is None else _OfEach(said.values[part], said.shape)
                    self._batch(action, ids[part], of_part, **more)
            elif error.status != _NOT_FOUND:
                self.problems.append(f"{action} of picture {ids[0]}: {error}")

    def _look_at_dates(self, rows: list[Json]) -> None:
        """Ask what the site has read, of those whose own date was not found here: 100 at a time."""
        asked = {
            row["image_id"]: row
            for row in rows
            if row["said"]["is_said"] and row["said"].get("moment") is not None
        }
        ids = list(asked)
        for at in range(0, len(ids), _LISTED):
            page = self._api.ask("GET", f"/api/images?ids={','.join(ids[at : at + _LISTED])}")
            for image in page["images"]:
                is_read = image["dated_by"] == "picture"
                asked[image["id"]]["taken_at"] = image["taken_at"] if is_read else None

    def _changes(self, row: Json) -> Json:
        """Return the dates, places, stars and texts that are to be said of one picture."""
        changes = _changes(row["said"])
        if "taken" in changes and row.get("taken_at"):
            date = self._decide_again(row["said"], row["taken_at"])
            changes = {**changes, "taken": date} if date else _without(changes, "taken")
        return changes

    def _correct(self, row: Json) -> str | None:
        """Say what is left to be said of one picture by itself; return what went wrong."""
        changes = row["changes"]
        path = f"/api/images/{row['image_id']}"
        try:
            # What was said before may have been changed on the site since.
            if changes and not _is_fresh(row):
                changes = _missing(changes, self._api.ask("GET", path))
            if changes:
                self._api.ask("PATCH", path, changes)
        except ApiError as error:
            if error.status != _NOT_FOUND:
                return f"Picture {row['image_id']}: {error}"
        return None

    def _decide_again(self, said: Json, taken_at: str) -> Json | None:
        """Choose between an export's date and the file's, now that the site has read the file."""
        clock = datetime.fromisoformat(taken_at)
        offset = clock.utcoffset()
        own = Own(
            taken=clock.replace(tzinfo=None),
            offset=None if offset is None else int(offset.total_seconds() // 60),
        )
        claim = Claim(source=said["dated"], moment=said["moment"])
        date = decide(own, claim, guess=None, modified=None, zone=self._options.zone)
        if not date.is_said or date.taken is None:
            return None
        return {"at": date.taken.isoformat(), "offset_minutes": date.offset}


@dataclass(frozen=True)
class _OfEach:
    """What is said of each of some pictures, and how the API wants it."""

    values: list[Any]
    shape: Callable[[list[Any]], Json]


def _taken_before(said: list[Json]) -> Json:
    columns = ("at", "offset_minutes")
    return {"taken_before": {name: [each[name] for each in said] for name in columns}}


def _location_before(said: list[Json]) -> Json:
    places = {name: [each[name] for each in said] for name in ("latitude", "longitude")}
    return {"location_before": {"corrected": [True] * len(said), **places}}


def _is_fresh(row: Json) -> bool:
    """Whether this import brought a picture, and nothing was said of it yet."""
    return bool(row["is_new"] and row["applied"] is None)


def _without(changes: Json, name: str) -> Json:
    return {other: value for other, value in changes.items() if other != name}


def _missing(changes: Json, shown: Json) -> Json:
    """Leave out what a person has said on the site already."""
    corrected = shown["corrected"]
    said = {
        "taken": "taken" in corrected,
        "location": "location" in corrected or shown["location"],
        "rating": "rating" in corrected or shown["rating"],
        "title": "title" in corrected or shown["title"],
        "description": shown["description"],
    }
    return {name: value for name, value in changes.items() if not said[name]}


def refresh(api: Api, journal: Journal) -> None:
    """Bring what is known of the site up to date."""
    since = journal.get("changed_until")
    try:
        for page in api.changes(since):
            journal.note_there(page)
    except ApiError as error:
        if error.code != "changes_forgotten":
            raise
        journal.forget_there()
        for page in api.changes(""):
            journal.note_there(page)


def tag_path(tag: str) -> str | None:
    """Return a path that the site takes; None where nothing is left of it."""
    names = [_one_line(name)[:_MAX_TAG_NAME] for name in tag.split("/")]
    path = "/".join(islice((name for name in names if name), _MAX_TAG_DEPTH))
    return path if 0 < len(path) <= _MAX_TAG_PATH else None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _changes(said: Json) -> Json:
    """What is said of one picture by itself."""
    if "patch" in said:  # of Pinhole's own export
        return dict(said["patch"])
    changes: dict[str, Any] = {}
    if said["is_said"]:
        changes["taken"] = {"at": said["taken"], "offset_minutes": said["offset"]}
    if said["place"]:
        latitude, longitude = said["place"]
        changes["location"] = {"latitude": latitude, "longitude": longitude}
    if said["rating"] is not None:
        changes["rating"] = said["rating"]
    if title := _one_line(said["title"])[:_MAX_IMAGE_TITLE]:
        changes["title"] = title
    if said["description"]:
        changes["description"] = {
            "alt_text": _one_line(said["description"])[:_MAX_ALT_TEXT],
            "text": said["description"][:_MAX_TEXT],
        }
    return changes
