"""What the plan looks like on the terminal and as CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from scripts.importer.progress import time_in_words
from scripts.importer.report import plan_lines, size_in_words, write_csv
from tests.importer import takeout_export
from tests.importer.planning import planned

if TYPE_CHECKING:
    from pathlib import Path


def test_csv_has_a_line_for_every_file(tmp_path: Path) -> None:
    export = takeout_export.make()
    paths = export.write(tmp_path)
    with planned(tmp_path / "journal", *paths) as journal:
        write_csv(journal, tmp_path / "plan.csv")
    with (tmp_path / "plan.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(export.files) + len(export.twice)
    by_path = {row["path"]: row for row in rows}
    paris = by_path[f"{takeout_export.YEAR}/paris.jpg"]
    assert (paris["outcome"], paris["taken"]) == ("upload", takeout_export.BERLIN_NOON)
    assert (paris["latitude"], paris["place_from"]) == ("48.8566", "Google's sidecar")
    assert paris["sha256"] == export.sha256(f"{takeout_export.YEAR}/paris.jpg")
    assert by_path[f"{takeout_export.ROOT}/Spread/spread0.jpg"]["albums"] == "Spread: all of it"
    assert all(row["reason"] for row in rows if row["outcome"] in {"not", "unused", "same"})


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@x"])
def test_csv_runs_nothing_in_a_spreadsheet(tmp_path: Path, text: str) -> None:
    export = takeout_export.Export()
    path = f"{takeout_export.YEAR}/{text}.jpg"
    export.picture(path, takeout_export.Expected())
    export.sidecar(f"{path}.json", title=f"{text}.jpg", description=text, place=(-33.5, -70.0))
    with planned(tmp_path / "journal", *export.write(tmp_path, parts=1)) as journal:
        write_csv(journal, tmp_path / "plan.csv")
    with (tmp_path / "plan.csv").open(newline="", encoding="utf-8") as file:
        (row,) = (row for row in csv.DictReader(file) if row["outcome"] == "upload")
    assert (row["description"], row["name"]) == (f"'{text}", f"'{text}.jpg")
    assert row["latitude"] == "-33.5"


def test_plan_on_the_terminal(tmp_path: Path) -> None:
    paths = takeout_export.make().write(tmp_path)
    with planned(tmp_path / "journal", *paths) as journal:
        lines = [" ".join(line.split()) for line in plan_lines(journal)]
    assert "77 to upload, 52 KB" in lines
    assert "9 the same bytes again, 6 KB" in lines
    assert "2 from: picture" in lines
    assert "12 albums" in lines
    assert "Spread: all of it (3)" in lines
    assert "3 in the trash there; --trash takes it, 2 KB" in lines


def test_numbers_in_words() -> None:
    assert [size_in_words(size) for size in (0, 999, 1000, 2_340_000, 5_000_000_000)] == [
        "0 bytes", "999 bytes", "1 KB", "2.3 MB", "5.0 GB",
    ]  # fmt: skip
    assert [time_in_words(seconds) for seconds in (5, 90, 5400)] == ["5 s", "2 min", "1.5 h"]
