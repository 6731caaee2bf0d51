"""What the plan is and what came of it: tables on the terminal, and every file in a CSV."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from .journal import Journal

_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_THOUSAND = 1000
_MAX_ALBUMS = 20  # that a screen has room for
_COLUMNS = (
    "path", "container", "bytes", "sha256", "outcome", "reason", "name", "taken", "taken_from",
    "latitude", "longitude", "place_from", "albums", "tags", "favourite", "archived", "rating",
    "title", "description",
)  # fmt: skip
_OUTCOMES = {
    "upload": "to upload",
    "same": "the same bytes again",
    "here": "on the site already",
    "deleted": "in Recently deleted on the site",
}


def size_in_words(count: int) -> str:
    """Write a number of bytes."""
    size, unit = float(count), 0
    while size >= _THOUSAND and unit < len(_UNITS) - 1:
        size, unit = size / _THOUSAND, unit + 1
    return f"{size:,.0f} {_UNITS[unit]}" if unit in {0, 1} else f"{size:,.1f} {_UNITS[unit]}"


def plan_lines(journal: Journal) -> Iterator[str]:
    """Yield the plan, a line at a time."""
    db = journal.db
    yield "Pictures"
    for outcome, words in _OUTCOMES.items():
        count, size = db.execute(
            "SELECT count(*), ifnull(sum(size), 0) FROM entries WHERE outcome = ?", (outcome,)
        ).fetchone()
        if count or outcome == "upload":
            yield _line(words, count, size)
    yield ""
    yield "Dates of what is to upload"
    for row in db.execute(
        "SELECT json_extract(facts, '$.dated') AS source, count(*) AS count FROM pictures"
        " WHERE outcome = 'upload' GROUP BY 1 ORDER BY 2 DESC"
    ):
        yield _line(f"from: {row['source']}", row["count"])
    yield ""
    yield "What comes with them"
    yield from _said_lines(journal)
    albums = db.execute(
        "SELECT a.title, count(*) AS count FROM pictures p, json_each(p.facts, '$.albums') j"
        " JOIN albums a ON a.key = j.value WHERE p.outcome IN ('upload', 'here')"
        " GROUP BY a.key ORDER BY count(*) DESC, a.title"
    ).fetchall()
    yield _line("albums", len(albums))
    yield from (f"    {row['title']} ({row['count']:,})" for row in albums[:_MAX_ALBUMS])
    if len(albums) > _MAX_ALBUMS:
        yield f"    and {len(albums) - _MAX_ALBUMS:,} more"
    yield from _left_lines(journal)


def _said_lines(journal: Journal) -> Iterator[str]:
    for words, condition in (
        ("places from sidecars", "json_extract(facts, '$.place') IS NOT NULL"),
        ("titles", "json_extract(facts, '$.title') <> ''"),
        ("descriptions", "json_extract(facts, '$.description') <> ''"),
        (
            "descriptions over 2,000 characters, which are cut",
            "length(json_extract(facts, '$.description')) > 2000",
        ),
        ("favourites", "json_extract(facts, '$.favourite')"),
        ("into the archive", "json_extract(facts, '$.archived')"),
        ("stars", "json_extract(facts, '$.rating') IS NOT NULL"),
        ("with tags", "json_array_length(facts, '$.tags') > 0"),
        (
            "with people's names, which --people makes tags",
            "json_extract(facts, '$.people') > 0",
        ),
    ):
        (count,) = journal.db.execute(
            f"SELECT count(*) FROM pictures WHERE outcome IN ('upload', 'here') AND {condition}"  # noqa: S608 - texts of our own
        ).fetchone()
        if count:
            yield _line(words, count)


def _left_lines(journal: Journal) -> Iterator[str]:
    rows = journal.db.execute(
        "SELECT outcome, CASE outcome WHEN 'broken' THEN 'cannot be read' ELSE reason END AS why,"
        " count(*) AS count, sum(size) AS size FROM entries"
        " WHERE outcome IN ('not', 'broken', 'unused', 'failed') GROUP BY 1, 2 ORDER BY 3 DESC"
    ).fetchall()
    if rows:
        yield ""
        yield "Not taken"
        for row in rows:
            yield _line(row["why"], row["count"], row["size"])


def _line(words: str, count: int, size: int | None = None) -> str:
    text = f"  {count:>9,}  {words}"
    return f"{text}, {size_in_words(size)}" if size else text


def write_csv(journal: Journal, path: Path) -> None:
    """Write a line for each file that was found."""
    rows = journal.db.execute(
        "SELECT e.*, p.facts AS said, p.name AS shown FROM entries e"
        " LEFT JOIN pictures p ON p.sha256 = e.sha256 AND e.outcome NOT IN ('not', 'broken')"
        " ORDER BY e.container, e.path"
    )
    titles = {row["key"]: row["title"] for row in journal.db.execute("SELECT * FROM albums")}
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for row in rows:
            said = json.loads(row["said"]) if row["said"] else {}
            place = said.get("place") or ["", ""]
            table.writerow(
                [
                    _safe(str(value))
                    for value in (
                        row["path"], row["container"], row["size"], row["sha256"] or "",
                        row["outcome"], row["reason"] or "", row["shown"] or "",
                        said.get("taken") or "", said.get("dated") or "", place[0], place[1],
                        said.get("placed") or "",
                        "; ".join(titles.get(key, key) for key in said.get("albums", [])),
                        "; ".join(said.get("tags", [])), said.get("favourite") or "",
                        said.get("archived") or "", said.get("rating") or "",
                        said.get("title") or "", said.get("description") or "",
                    )
                ]
            )  # fmt: skip


def _safe(text: str) -> str:
    """Spreadsheets run what begins like this (OWASP, "CSV Injection"); numbers stay numbers."""
    if text[:1] not in {"=", "+", "-", "@", "\t", "\r"}:
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text
