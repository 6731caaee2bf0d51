"""./scripts/doctor on this machine, as a person runs it while ./scripts/start does not."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from app.clients.archive import Place
from scripts.doctoring.options import parse
from scripts.embedded.options import ROOT
from scripts.embedded.stack import EmbeddedStack
from tests.images.library import library_on
from tests.pictures import jpeg

if TYPE_CHECKING:
    from pathlib import Path


def doctor(data: Path, *words: str, answer: str = "") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.doctoring.examine", "--data", str(data), *words],
        cwd=ROOT,
        input=answer,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_finds_and_repairs_what_lies_here(data_folder: Path) -> None:
    with EmbeddedStack(data=data_folder, site_origin="http://localhost:8000") as stack:
        status, said = doctor(data_folder)
        assert status == 2
        assert "already runs" in said
        with library_on(stack) as library:
            ada = library.person()
            library.add(ada)
            deleted = library.add(ada, jpeg(seed=1))
            library.delete(deleted)
            stray = Place(user_id=ada, image_id=uuid4())
            library.put(stray, jpeg(seed=2).content)

    status, said = doctor(data_folder)
    assert status == 1, said
    # The embedded S3 keeps no earlier versions beyond its end; tests/images has them while it runs.
    assert f"missing  lost       {deleted.key}" in said
    assert f"orphan   reported   {stray.key}" in said
    assert "2 left to do." in said

    status, said = doctor(data_folder, "--remove-orphans", answer="no\n")
    assert status == 2
    assert "Nothing was changed." in said

    ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    status, said = doctor(data_folder, "--adopt-since", ago, "--forget-lost", "--yes")
    assert status == 0
    assert "Nothing is left to do." in said

    status, said = doctor(data_folder, "--read")
    assert status == 0
    assert "2 rows, 4 objects" in said
    assert "Rows, objects and checksums agree." in said


def test_a_folder_without_pinhole_is_no_library(data_folder: Path) -> None:
    status, said = doctor(data_folder)
    assert status == 2
    assert "There is no Pinhole in" in said
    assert not data_folder.exists()


@pytest.mark.parametrize(
    "words", [["--aws", "--data", "x"], ["--adopt-since", "yesterday"], ["--adopt-since", "12:00"]]
)
def test_what_cannot_be_meant_is_said(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parse(words)


def test_what_is_asked_for_is_passed_on() -> None:
    assert parse([]).request() == {
        "most_rows": 500,
        "read": False,
        "repair": False,
        "forget_lost": False,
        "adopt_since": None,
        "remove_orphans": False,
    }
    asked = parse(["--read", "--repair", "--adopt-since", "2026-11-22T18:00Z"]).request()
    assert json.loads(json.dumps(asked)) == {
        "most_rows": 50,
        "read": True,
        "repair": True,
        "forget_lost": False,
        "adopt_since": "2026-11-22T18:00:00+00:00",
        "remove_orphans": False,
    }
