"""What was read once is not read again, unless it has changed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from scripts.importer.journal import Journal, JournalBusyError
from scripts.importer.scan import scan
from tests.importer.planning import planned, read, rows
from tests.importer.takeout_export import picture

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}.jpg").write_bytes(picture(number))
    return folder


def test_second_run_reads_nothing(pictures: Path, tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        assert len(read(journal, pictures)) == 20
        assert read(journal, pictures) == []


def test_changed_file_is_read_again_and_missing_one_forgotten(
    pictures: Path, tmp_path: Path
) -> None:
    with Journal(tmp_path / "journal") as journal:
        read(journal, pictures)
        (pictures / "03.jpg").write_bytes(picture(99))
        (pictures / "04.jpg").unlink()
        assert read(journal, pictures) == ["03.jpg"]
        (count,) = journal.db.execute("SELECT count(DISTINCT sha256) FROM entries").fetchone()
        assert count == 19


def test_stopped_scan_goes_on_where_it_was(pictures: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def tell(count: int, _total: int, _path: str) -> None:
        if count == 5:
            stop.set()

    with Journal(tmp_path / "journal") as journal:
        scan([pictures], journal, tell=tell, stop=stop)
        assert len(read(journal, pictures)) == 15


def test_journal_is_for_one_import_at_a_time(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal"), pytest.raises(JournalBusyError):
        Journal(tmp_path / "journal")
    Journal(tmp_path / "journal").close()


def test_another_token_forgets_what_was_done(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        journal.belongs_to("one")
        journal.db.execute(
            "INSERT INTO done (sha256, image_id, is_new, applied) VALUES ('aa', 'id', 1, NULL)"
        )
        journal.belongs_to("one")
        assert journal.db.execute("SELECT count(*) FROM done").fetchone()[0] == 1
        journal.belongs_to("other")
        assert journal.db.execute("SELECT count(*) FROM done").fetchone()[0] == 0


def test_duplicates_within_the_import_and_on_the_site(pictures: Path, tmp_path: Path) -> None:
    (pictures / "copy.jpg").write_bytes(picture(0))
    with Journal(tmp_path / "journal") as journal:
        read(journal, pictures)
        hashes = dict(journal.db.execute("SELECT name, sha256 FROM entries").fetchall())
        images = [
            {"id": "1", "sha256": hashes["01.jpg"], "state": "ready", "deleted_at": None},
            {"id": "2", "sha256": hashes["02.jpg"], "state": "ready", "deleted_at": "2026-01-01"},
            {"id": "3", "sha256": hashes["03.jpg"], "state": "rejected", "deleted_at": None},
        ]
        journal.note_there({"images": images, "removed": [], "changed_until": "x"})
    with planned(tmp_path / "journal", pictures) as journal:
        plan = rows(journal)
        outcomes = {name: row["outcome"] for name, row in plan.items()}
    assert [outcomes[f"0{number}.jpg"] for number in range(4)] == [
        "upload",
        "here",
        "deleted",
        "upload",
    ]
    assert outcomes["copy.jpg"] == "same"
    with planned(tmp_path / "journal", pictures, restores=True) as journal:
        assert rows(journal)["02.jpg"]["outcome"] == "upload"


def test_what_the_site_does_not_take_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    files = {
        "a.mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
        "b.bmp": b"BM123456",
        "c.jpg": picture(1) + b"\0" * 2**20,
        "d.jpg": b"",
        "e.txt": b"text",
        "f.aae": b"<plist>",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with planned(tmp_path / "journal", folder) as journal:
        reasons = {path: row["reason"] for path, row in rows(journal).items()}
    assert reasons == {
        "a.mp4": "a video of a kind that the site does not take: video/mp4",
        "b.bmp": "of a kind that the site does not take: image/bmp",
        "c.jpg": "larger than 1 MB, the most that the site takes",
        "d.jpg": "no picture (.jpg)",
        "e.txt": "no picture (.txt)",
        "f.aae": "an edit that only Apple's programs can apply",
    }
