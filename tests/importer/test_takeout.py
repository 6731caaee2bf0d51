"""A Google Takeout with every known oddity, against the answer key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import pytest

from scripts.importer.takeout_names import match_sidecars
from tests.importer import takeout_answers, takeout_export
from tests.importer.planning import planned, rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importer.takeout_export import Expected


@pytest.fixture(scope="module")
def export() -> takeout_export.Export:
    return takeout_export.make()


@pytest.fixture(scope="module")
def plan(
    export: takeout_export.Export, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("takeout")
    with planned(folder / "journal.sqlite", *export.write(folder)) as journal:
        return rows(journal)


def test_every_answer_is_that_of_the_key(
    export: takeout_export.Export, plan: dict[str, dict[str, Any]]
) -> None:
    wrong = {}
    for path, expected in export.key.items():
        row = plan[normalize("NFC", path)]
        told, wanted = _told(row, expected), takeout_export.answer(path, expected)
        if told != wanted:
            wrong[path] = {
                name: (told[name], wanted[name]) for name in wanted if told[name] != wanted[name]
            }
    assert wrong == {}
    assert len(export.key) > 90


def test_the_front_end_has_the_same_key() -> None:
    assert takeout_answers.FILE.read_text(encoding="utf-8") == takeout_answers.answers(), (
        "run: .venv/bin/python -m tests.importer.takeout_answers"
    )


def test_of_the_same_bytes_one_is_uploaded(plan: dict[str, dict[str, Any]]) -> None:
    copies = sorted(row["outcome"] for path, row in plan.items() if path.endswith("/many.jpg"))
    assert copies == ["same"] * 8 + ["upload"]


def test_other_files_are_told_with_a_reason(plan: dict[str, dict[str, Any]]) -> None:
    left = {
        path: row["reason"]
        for path, row in plan.items()
        if row["outcome"] not in {"upload", "same", "read"}
    }
    assert all(left.values())
    assert left[f"{takeout_export.YEAR}/broken.jpg.json"] == "nothing about pictures"
    assert left[f"{takeout_export.YEAR}/binned.jpg"].startswith("in the trash there")
    assert left[f"{takeout_export.YEAR}/IMG_7.MP4"].startswith("a video")


def test_no_sidecar_of_a_picture_is_left_over(plan: dict[str, dict[str, Any]]) -> None:
    unused = [path for path, row in plan.items() if row["outcome"] == "unused"]
    assert sorted(path.rpartition("/")[2] for path in unused) == [
        "broken.jpg.json",
        "print-subscriptions.json",
        "shared_album_comments.json",
        "user-generated-memory-titles.json",
    ]


def test_choices_of_the_person(export: takeout_export.Export, tmp_path: Path) -> None:
    choices = {"people_as_tags": True, "with_trash": True, "with_locked": True, "own_only": True}
    with planned(tmp_path / "journal", *export.write(tmp_path), **choices) as journal:
        plan = rows(journal)
    year = takeout_export.YEAR
    assert plan[f"{year}/said.jpg"]["tags"] == ["people/Oma", "people/Opa"]
    assert plan[f"{year}/binned.jpg"]["outcome"] == "upload"
    assert plan[f"{year}/secret.jpg"]["archived"]
    assert plan[f"{year}/partner.jpg"]["reason"].startswith("somebody else's")


def test_ordinary_folders_named_like_the_trash_are_taken(tmp_path: Path) -> None:
    (tmp_path / "pictures/Bin").mkdir(parents=True)
    (tmp_path / "pictures/Bin/a.jpg").write_bytes(takeout_export.picture(1))
    with planned(tmp_path / "journal", tmp_path / "pictures") as journal:
        assert rows(journal)["Bin/a.jpg"]["outcome"] == "upload"


def test_two_pictures_never_get_each_others_sidecar() -> None:
    titles = {"a.jpg.json": "a.jpg", "a.jpg(1).json": "a.jpg", "a(1).jpg.json": "a(1).jpg"}
    matches = match_sidecars(["a.jpg", "a(1).jpg", "a(1)(1).jpg"], titles)
    assert matches["a.jpg"].sidecar == "a.jpg.json"
    assert matches["a(1).jpg"].sidecar == "a.jpg(1).json"


def test_name_clipped_by_utf16_units_is_found_without_its_title() -> None:
    name = "\U0001f600" * 15 + ".jpg"  # 34 units: 12 of the suffix are left
    sidecar = f"{name}.supplementa.json"
    assert match_sidecars([name], {sidecar: ""})[name].sidecar == sidecar


def test_two_requests_with_the_same_paths_keep_their_own_words(tmp_path: Path) -> None:
    paths = []
    for number in (1, 2):
        export = takeout_export.Export()
        path = f"{takeout_export.YEAR}/a.jpg"
        export.picture(path, takeout_export.Expected(), content=takeout_export.picture(number))
        export.sidecar(f"{path}.json", title="a.jpg", description=f"words {number}")
        (tmp_path / str(number)).mkdir()
        paths += export.write(tmp_path / str(number), parts=1)
    with planned(tmp_path / "journal", *paths) as journal:
        found = journal.db.execute(
            "SELECT e.container, json_extract(p.facts, '$.description') FROM entries e"
            " JOIN pictures p ON p.sha256 = e.sha256"
        ).fetchall()
    words = dict(found)
    assert words == {str(path): f"words {number}" for number, path in enumerate(paths, start=1)}


def _told(row: dict[str, Any], expected: Expected) -> dict[str, Any]:
    if expected.outcome == "not":
        return {"outcome": row["outcome"]}
    return {
        "outcome": "copy" if expected.outcome == "copy" else row["outcome"],
        "taken": row["taken"],
        "is_said": row["is_said"],
        "offset": row["offset"],
        "place": row["place"],
        "description": row["description"],
        "favourite": row["favourite"],
        "archived": row["archived"],
        "albums": sorted(row["albums"]),
        "tags": row["tags"],
        "name": row["name"],
    }
