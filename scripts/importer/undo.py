"""Taking an import back: what it added goes to Recently deleted, and its albums go."""

from dataclasses import dataclass

from .apply import refresh
from .client import Api, ApiError
from .journal import Journal

_AT_ONCE = 1000
_NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class Undone:
    """How many pictures and albums were taken back."""

    pictures: int
    albums: int


def undo(api: Api, journal: Journal) -> Undone:
    """Take back what the journal says that this import added, as far as it is still there.

    Pictures that the site had before stay as they are now. Safe to repeat.

    Raises:
        ApiError: the site refuses.
        UnreachableError: it was away for too long.
    """
    refresh(api, journal)
    rows = journal.db.execute(
        "SELECT d.image_id FROM done d JOIN there t ON t.image_id = d.image_id"
        " WHERE d.is_new AND NOT t.deleted"
    ).fetchall()
    ids = [row["image_id"] for row in rows]
    for at in range(0, len(ids), _AT_ONCE):
        body = {"action": "delete", "images": {"ids": ids[at : at + _AT_ONCE]}}
        api.ask("POST", "/api/images/batch", body)
    albums = _delete_albums(api, journal)
    journal.db.execute("DELETE FROM done")
    refresh(api, journal)
    return Undone(pictures=len(ids), albums=albums)


def _delete_albums(api: Api, journal: Journal) -> int:
    """Delete the albums that were made, unless a person has put something into them since."""
    deleted = 0
    rows = journal.db.execute("SELECT album_id FROM made_albums WHERE is_new").fetchall()
    for row in rows:
        path = f"/api/albums/{row['album_id']}"
        try:
            if _holds_only_ours(api, journal, path):
                api.ask("DELETE", path)
                deleted += 1
        except ApiError as error:
            if error.status != _NOT_FOUND:
                raise
    journal.db.execute("DELETE FROM made_albums")
    return deleted


def _holds_only_ours(api: Api, journal: Journal, path: str) -> bool:
    """What is in Recently deleted is not listed: what is left was there before, or was added."""
    for image_id in api.ask("GET", f"{path}/images")["ids"]:
        row = journal.db.execute(
            "SELECT is_new FROM done WHERE image_id = ?", (image_id,)
        ).fetchone()
        if row is None:
            return False
    return True
