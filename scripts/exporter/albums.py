"""Albums: a list in JSON for each, by its order, and folders of links if they are wanted."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.exports.file_names import JSON, MAX_NAME_BYTES
from app.text import split_extension
from scripts.exporter import files
from scripts.exporter.journal import Journal
from scripts.importer.client import Api, ApiError, Json

FOLDER = "Albums"
_NOT_FOUND = 404


def refresh_albums(api: Api, journal: Journal) -> None:
    """Learn which albums there are, and read those anew that have changed."""
    known = {row["id"]: dict(row) for row in journal.db.execute("SELECT * FROM albums")}
    seen: set[str] = set()
    for album in _listed(api):
        seen.add(album["id"])
        before = known.get(album["id"])
        if before and before["changed_at"] == album["changed_at"]:
            continue
        if before and before["title"] != album["title"]:
            journal.mark_due_by_album(album["id"])
        _note(journal, album, [*_images(api, album["id"])])
    for album_id in known.keys() - seen:
        if not _is_there(api, album_id):  # one that changed meanwhile may have been passed over
            journal.mark_due_by_album(album_id)
            _forget(journal, album_id)


def write_albums(journal: Journal, *, links: bool) -> int:
    """Write the lists; return how many. Run it once all images are in their places."""
    root = journal.folder
    names = files.Names(root)
    rows = journal.db.execute("SELECT * FROM albums ORDER BY id").fetchall()
    for row in rows:
        about = journal.get(f"album {row['id']}")
        path = row["path"]
        if path is None:
            path = names.take(FOLDER, row["title"])
            journal.db.execute("UPDATE albums SET path = ? WHERE id = ?", (path, row["id"]))
        images = journal.db.execute(
            "SELECT i.id, i.sha256, i.path FROM album_images a JOIN images i ON i.id = a.image_id"
            " WHERE a.album_id = ? AND i.path IS NOT NULL ORDER BY a.number",
            (row["id"],),
        ).fetchall()
        files.write(root / f"{path}{JSON}", files.as_json(_facts(about, images)))
        if links:
            _link(root, path, [each["path"] for each in images])
    return len(rows)


def _facts(about: str, images: list[Any]) -> Json:
    """As an export lists an album, with each file's place beside its SHA-256."""
    facts: Json = files.read_json(about)
    pictures = [
        {
            "id": each["id"],
            "name": each["path"].rpartition("/")[2],
            "sha256": each["sha256"],
            "file": each["path"],
        }
        for each in images
    ]
    return {**facts, "pictures": pictures}


def _link(root: Path, path: str, targets: list[str]) -> None:
    """Make a folder hold links to these files, and no others that were made here."""
    folder = root / path
    folder.mkdir(parents=True, exist_ok=True)
    width = len(str(len(targets)))
    wanted = {
        _short(f"{number:0{width}} {target.rpartition('/')[2]}"): os.path.relpath(
            root / target, folder
        )
        for number, target in enumerate(targets, start=1)
    }
    for found in folder.iterdir():
        if _is_ours(found) and wanted.get(found.name) != str(found.readlink()):
            found.unlink()
    for name, target in wanted.items():
        if not os.path.lexists(folder / name):
            (folder / name).symlink_to(target)


def _short(name: str) -> str:
    """Return a name that every file system takes, with its extension."""
    stem, extension = split_extension(name)
    room = MAX_NAME_BYTES - len(extension.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + extension


def _is_ours(path: Path) -> bool:
    """Whether it is a link to a file of the mirror, as they are made here."""
    return path.is_symlink() and str(path.readlink()).startswith("../../")


def _listed(api: Api) -> Iterator[Json]:
    cursor = ""
    while True:
        page = api.ask("GET", f"/api/albums?limit=500{cursor}")
        yield from page["albums"]
        if not page["next_cursor"]:
            return
        cursor = f"&cursor={page['next_cursor']}"


def _images(api: Api, album_id: str) -> Iterator[str]:
    cursor = ""
    while True:
        page = api.ask("GET", f"/api/albums/{album_id}/images{cursor}")
        yield from page["ids"]
        if not page["next_cursor"]:
            return
        cursor = f"?cursor={page['next_cursor']}"


def _is_there(api: Api, album_id: str) -> bool:
    try:
        api.ask("GET", f"/api/albums/{album_id}")
    except ApiError as error:
        if error.status != _NOT_FOUND:
            raise
        return False
    return True


def _note(journal: Journal, album: Json, ids: list[str]) -> None:
    kept = ("id", "title", "description", "order", "created_at")
    about = {name: album[name] for name in kept} | {"cover": (album["cover"] or {}).get("id")}
    journal.db.execute("BEGIN")
    row = journal.db.execute("SELECT * FROM albums WHERE id = ?", (album["id"],)).fetchone()
    is_renamed = row is not None and row["title"] != album["title"]
    if is_renamed and row["path"]:
        _remove(journal.folder, row["path"])
    path = None if row is None or is_renamed else row["path"]
    journal.db.execute(
        "INSERT OR REPLACE INTO albums VALUES (?, ?, ?, ?)",
        (album["id"], album["changed_at"], album["title"], path),
    )
    journal.set(f"album {album['id']}", files.dump(about))
    journal.db.execute("DELETE FROM album_images WHERE album_id = ?", (album["id"],))
    journal.db.executemany(
        "INSERT INTO album_images VALUES (?, ?, ?)",
        [(album["id"], number, image) for number, image in enumerate(ids)],
    )
    journal.db.execute("COMMIT")


def _forget(journal: Journal, album_id: str) -> None:
    """An album is a list: it goes when it is deleted, its images stay."""
    row = journal.db.execute("SELECT path FROM albums WHERE id = ?", (album_id,)).fetchone()
    if row and row["path"]:
        _remove(journal.folder, row["path"])
    journal.db.execute("BEGIN")
    journal.db.execute("DELETE FROM album_images WHERE album_id = ?", (album_id,))
    journal.db.execute("DELETE FROM albums WHERE id = ?", (album_id,))
    journal.db.execute("DELETE FROM about WHERE name = ?", (f"album {album_id}",))
    journal.db.execute("COMMIT")


def _remove(root: Path, path: str) -> None:
    (root / f"{path}{JSON}").unlink(missing_ok=True)
    if (root / path).is_dir():
        for found in (root / path).iterdir():
            if _is_ours(found):
                found.unlink()
        try:
            (root / path).rmdir()
        except OSError:  # a person put something there
            return
