"""The plan: what is to be brought, and with what; and what is not, and why."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import PurePosixPath

from . import photoprism
from .folder import FolderOf, Row
from .journal import Journal, dump
from .kinds import READ_SIDECARS
from .options import Accepted, Options
from .pinhole import album_key, position

_ENTE_SIDECARS = "metadata"  # a folder beside the pictures
# PhotoPrism keeps its files in a tree of the same shape beside that of the pictures.
_PHOTOPRISM_ORIGINALS = "originals"
_PHOTOPRISM_SIDECARS = ("storage/sidecar", "sidecar")
_MEGABYTE = 1024 * 1024
_WITHOUT_PLAN = """
DELETE FROM pictures;
DELETE FROM albums;
UPDATE entries SET outcome = NULL, reason = NULL;
CREATE TEMP TABLE IF NOT EXISTS said (url TEXT, title TEXT, taken INTEGER, sha256 TEXT);
CREATE TEMP TABLE IF NOT EXISTS lonely (
  entry INTEGER, album TEXT, url TEXT, title TEXT, taken INTEGER
);
CREATE TEMP TABLE IF NOT EXISTS uids (uid TEXT, sha256 TEXT);
CREATE INDEX IF NOT EXISTS temp.uids_of ON uids (uid);
CREATE INDEX IF NOT EXISTS temp.said_urls ON said (url);
CREATE INDEX IF NOT EXISTS temp.said_titles ON said (title, taken);
DELETE FROM said;
DELETE FROM lonely;
DELETE FROM uids;
"""


def make_plan(journal: Journal, *, options: Options, accepted: Accepted) -> None:
    """Make the plan anew, from what was read and what the site has. One folder at a time."""
    for statement in _WITHOUT_PLAN.split(";"):
        journal.db.execute(statement)
    journal.db.execute("BEGIN")
    planner = _Planner(journal, options=options, accepted=accepted)
    takeouts = _takeout_parents(journal)
    for path in _folders(journal):
        rows = _rows(journal, path)
        is_takeout = path.rpartition("/")[0] in takeouts
        planner.add(FolderOf(path=path, rows=rows, is_takeout=is_takeout))
    planner.add_lonely_to_albums()
    planner.add_icloud_albums()
    planner.add_own_albums()
    planner.add_photoprism_albums()
    _judge_others(journal)
    journal.db.execute("COMMIT")


def _folders(journal: Journal) -> list[str]:
    return [row[0] for row in journal.db.execute("SELECT DISTINCT folder FROM entries ORDER BY 1")]


def _takeout_parents(journal: Journal) -> set[str]:
    """Folders in which folders have Google's sidecars: trash and albums are named there."""
    rows = journal.db.execute(
        """SELECT DISTINCT folder FROM entries WHERE role = 'json' AND facts LIKE '{"picture"%'"""
    )
    return {row[0].rpartition("/")[0] for row in rows}


def _rows(journal: Journal, path: str) -> list[Row]:
    """What was read of a folder, and of sidecars that Ente and PhotoPrism keep elsewhere."""
    ente = f"{path}/{_ENTE_SIDECARS}" if path else _ENTE_SIDECARS
    trees = [_in_tree(path, tree) for tree in _PHOTOPRISM_SIDECARS]
    found = journal.db.execute(
        "SELECT id, container, path, name, size, modified, role, problem, sha256, type, own, facts"
        " FROM entries WHERE problem IS NULL AND"
        " (folder = ?1 AND NOT (role = 'json' AND ?2) OR folder = ?3 AND role = 'json'"
        " OR folder IN (?4, ?5) AND role = 'yaml') ORDER BY container, name",
        (path, path.rpartition("/")[2] == _ENTE_SIDECARS, ente, *trees),
    )
    return [_row(row) for row in found]


def _in_tree(path: str, tree: str) -> str | None:
    """Return the folder of PhotoPrism's sidecars for a folder of its originals."""
    names = path.split("/")
    if _PHOTOPRISM_ORIGINALS not in names:
        return None
    at = names.index(_PHOTOPRISM_ORIGINALS)
    return "/".join([*names[:at], tree, *names[at + 1 :]])


def _row(row: sqlite3.Row) -> Row:
    values = dict(row)
    values["own"] = json.loads(row["own"]) if row["own"] else {}
    values["facts"] = json.loads(row["facts"]) if row["facts"] else {}
    return values


class _Planner:
    """Adds folder by folder to the plan."""

    def __init__(self, journal: Journal, *, options: Options, accepted: Accepted) -> None:
        self._db = journal.db
        self._options = options
        self._accepted = accepted

    def add(self, folder: FolderOf) -> None:
        """Add the pictures of a folder."""
        album = folder.album_of(self._options)
        for row, facts in folder.facts_of_all(self._options):
            self._add_picture(row, facts)
        for row in folder.lonely_sidecars():
            said = row["facts"]["picture"]
            self._db.execute(
                "INSERT INTO lonely VALUES (?, ?, ?, ?, ?)",
                (
                    row["id"],
                    album["key"] if album else None,
                    said["url"],
                    said["title"],
                    said["taken"],
                ),
            )
        if album and (folder.media or folder.pictures_said):
            self._db.execute(
                "INSERT OR IGNORE INTO albums VALUES (?, ?, ?, 'oldest')",
                (album["key"], album["title"], album["description"]),
            )
        self._db.executemany(
            "INSERT OR IGNORE INTO albums VALUES (?, ?, ?, ?)", folder.albums_beside()
        )
        for row in folder.derived:
            self._judge(row["id"], "unused", "made from the original beside it")
        used = [*folder.used, *(row["id"] for row in folder.album_sidecars if folder.is_takeout)]
        self._db.executemany(
            "UPDATE entries SET outcome = 'read' WHERE id = ?", [(entry,) for entry in used]
        )

    def _add_picture(self, row: Row, facts: Row) -> None:
        if said := facts.pop("said"):
            self._db.execute("INSERT INTO said VALUES (?, ?, ?, ?)", (*said, row["sha256"]))
        if uid := facts.pop("uid", None):
            self._db.execute("INSERT INTO uids VALUES (?, ?)", (uid, row["sha256"]))
        reason = _refusal(row, self._accepted) or facts["skip"]
        if reason:
            self._judge(row["id"], "not", reason)
            return
        kept = self._db.execute(
            "SELECT facts, outcome FROM pictures WHERE sha256 = ?", (row["sha256"],)
        ).fetchone()
        if kept is not None:
            self._db.execute(
                "UPDATE pictures SET facts = ? WHERE sha256 = ?",
                (dump(_merge(json.loads(kept["facts"]), facts)), row["sha256"]),
            )
            self._judge(row["id"], "same", "the same bytes are in this import once more")
            return
        outcome, reason = self._outcome(row["sha256"])
        self._judge(row["id"], outcome, reason)
        self._db.execute(
            "INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                row["sha256"],
                row["id"],
                facts["name"],
                row["size"],
                row["type"],
                outcome,
                dump(facts),
            ),
        )  # fmt: skip

    def _outcome(self, sha256: str) -> tuple[str, str | None]:
        """Whether a picture is to be uploaded, by what the site has."""
        states = self._db.execute(
            "SELECT deleted FROM there WHERE sha256 = ? AND state <> 'rejected' ORDER BY deleted",
            (sha256,),
        ).fetchall()
        if not states:
            gone = "SELECT 1 FROM done WHERE sha256 = ? AND is_gone"
            if self._db.execute(gone, (sha256,)).fetchone():
                return "deleted", "it was deleted on the site; an import without --watch brings it"
            return "upload", None
        if not states[0]["deleted"]:
            return "here", "it is on the site already"
        if self._options.restores:
            return "upload", None
        return "deleted", "it is in Recently deleted on the site; --restore brings it back"

    def _judge(self, entry: int, outcome: str, reason: str | None) -> None:
        self._db.execute(
            "UPDATE entries SET outcome = ?, reason = ? WHERE id = ?", (outcome, reason, entry)
        )

    def add_lonely_to_albums(self) -> None:
        """Put pictures into albums that hold only their sidecar."""
        for row in self._db.execute("SELECT * FROM lonely").fetchall():
            found = self._find_said(row)
            if len(found) != 1:
                self._judge(row["entry"], "unused", "no picture of this sidecar is here")
                continue
            self._judge(row["entry"], "read", None)
            if row["album"]:
                self._add_to_album(found[0], row["album"])

    def _find_said(self, row: sqlite3.Row) -> list[str]:
        """Find a picture by its address at Google, else by title and time together."""
        if row["url"]:
            found = self._db.execute(
                "SELECT DISTINCT sha256 FROM said WHERE url = ?", (row["url"],)
            ).fetchall()
            if len(found) == 1:
                return [found[0]["sha256"]]
        found = self._db.execute(
            "SELECT DISTINCT sha256 FROM said WHERE title = ? AND taken = ?",
            (row["title"], row["taken"]),
        ).fetchall()
        return [each["sha256"] for each in found]

    def add_icloud_albums(self) -> None:
        """Albums that Apple writes as a list of names: first of the own zip, then of all."""
        rows = self._db.execute(
            """SELECT id, container, facts FROM entries WHERE role = 'csv'
               AND facts LIKE '{"album"%'"""
        ).fetchall()
        for row in rows:
            album = json.loads(row["facts"])["album"]
            key = f"icloud:{album['title']}"
            missing = 0
            for name in album["names"]:
                sha256 = self._find_named(name, row["container"])
                missing += sha256 is None
                if sha256:
                    self._add_to_album(sha256, key)
            self._db.execute(
                "INSERT OR IGNORE INTO albums VALUES (?, ?, '', 'oldest')", (key, album["title"])
            )
            reason = f"{missing} of its names are of no picture, or of several" if missing else None
            self._judge(row["id"], "read", reason)

    def add_own_albums(self) -> None:
        """Albums of Pinhole's own exports, which name their pictures by SHA-256."""
        rows = self._db.execute(
            """SELECT id, facts FROM entries WHERE role = 'json'
               AND facts LIKE '{"own\\_%' ESCAPE '\\'"""
        ).fetchall()
        for row in rows:
            self._judge(row["id"], "read", None)
            album = json.loads(row["facts"]).get("own_album")
            if album is None:
                continue
            key = album_key(album["id"])
            self._db.execute(
                "INSERT OR IGNORE INTO albums VALUES (?, ?, ?, ?)",
                (key, album["title"], album["description"], album["order"]),
            )
            for index, sha256 in enumerate(album["pictures"]):
                self._add_to_album(sha256, key, stands=position(index))

    def add_photoprism_albums(self) -> None:
        """Albums of PhotoPrism, which name their pictures by its own UIDs."""
        rows = self._db.execute(
            """SELECT id, facts FROM entries WHERE role = 'yaml'
               AND facts LIKE '{"photoprism\\_album"%' ESCAPE '\\'"""
        ).fetchall()
        for row in rows:
            album = json.loads(row["facts"])["photoprism_album"]
            key = f"photoprism:{album['uid']}"
            self._db.execute(
                "INSERT OR IGNORE INTO albums VALUES (?, ?, ?, ?)",
                (key, album["title"], album["description"], album["order"]),
            )
            missing = 0
            for uid in album["pictures"]:
                found = self._db.execute("SELECT sha256 FROM uids WHERE uid = ?", (uid,)).fetchall()
                missing += not found
                for each in found:  # a RAW and its JPEG are one picture there
                    self._add_to_album(each["sha256"], key)
            reason = f"{missing} of its pictures are not here" if missing else None
            self._judge(row["id"], "read", reason)

    def _find_named(self, name: str, container: str) -> str | None:
        """Find the one picture that has a name; in the same zip or folder, else anywhere."""
        for where in (container, None):
            found = self._db.execute(
                "SELECT DISTINCT sha256 FROM entries WHERE name = ?1 AND sha256 IS NOT NULL"
                " AND (?2 IS NULL OR container = ?2)",
                (name, where),
            ).fetchall()
            if len(found) == 1:
                return str(found[0][0])
            if found:
                return None
        return None

    def _add_to_album(self, sha256: str, album: str, *, stands: int | None = None) -> None:
        kept = self._db.execute("SELECT facts FROM pictures WHERE sha256 = ?", (sha256,)).fetchone()
        if kept is None:
            return
        facts = json.loads(kept["facts"])
        if album not in facts["albums"]:
            facts["albums"].append(album)
            if stands is not None:
                facts.setdefault("positions", {})[album] = stands
            self._db.execute(
                "UPDATE pictures SET facts = ? WHERE sha256 = ?", (dump(facts), sha256)
            )


def _refusal(row: Row, accepted: Accepted) -> str | None:
    """Say why the site would not take a file."""
    if row["type"] not in accepted.types:
        if row["type"].startswith("video/"):
            return f"a video of a kind that the site does not take: {row['type']}"
        return f"of a kind that the site does not take: {row['type']}"
    if row["size"] > accepted.max_bytes:
        return f"larger than {accepted.max_bytes // _MEGABYTE} MB, the most that the site takes"
    return None if row["size"] else "empty"


def _merge(kept: Row, more: Row) -> Row:
    """Put together what is said of the same bytes in two places.

    A date or place that an export says counts before one that only the picture, its name or its
    file says: an album's copy may have a sidecar, and the year's copy none.
    """
    merged = dict(kept)
    if more["is_said"] and not kept["is_said"]:
        for name in ("taken", "offset", "dated", "is_said", "moment"):
            merged[name] = more[name]
    if kept["place"] is None and more["place"] is not None:
        merged |= {"place": more["place"], "placed": more["placed"]}
    for name in ("title", "description", "rating"):
        merged[name] = kept[name] or more[name]
    if patch := kept.get("patch") or more.get("patch"):
        merged["patch"] = patch
    for name in ("favourite", "archived"):
        merged[name] = kept[name] or more[name]
    for name in ("albums", "tags"):
        merged[name] = list(dict.fromkeys([*kept[name], *more[name]]))
    return merged


def _judge_others(journal: Journal) -> None:
    """Say of every file that is not in the plan yet why not."""
    reasons = _reasons(journal)
    journal.db.executemany(
        "UPDATE entries SET outcome = ?, reason = ? WHERE id = ?",
        [(outcome, reason, entry) for entry, outcome, reason in reasons],
    )


def _reasons(journal: Journal) -> Iterator[tuple[int, str, str]]:
    rows = journal.db.execute(
        "SELECT id, name, role, problem, facts FROM entries WHERE outcome IS NULL"
    ).fetchall()
    for row in rows:
        if row["problem"]:
            yield row["id"], "broken", row["problem"]
        elif row["role"] == "yaml" and row["facts"] is None:
            yield row["id"], "unused", photoprism.MISSING
        elif row["role"] in READ_SIDECARS:
            known = row["facts"] not in {None, "{}"}
            what = "no picture of this sidecar is here" if known else "nothing about pictures"
            yield row["id"], "unused", what
        elif row["role"] == "aae":
            yield row["id"], "unused", "an edit that only Apple's programs can apply"
        else:
            kind = PurePosixPath(row["name"]).suffix or "without extension"
            yield row["id"], "not", f"no picture ({kind.lower()})"
