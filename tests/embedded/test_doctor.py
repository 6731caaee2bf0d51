"""./scripts/doctor on this machine, as a person runs it while ./scripts/start does not."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.clients.aws.bucket_versions import Place
from scripts.embedded.options import ROOT
from scripts.embedded.stack import EmbeddedStack
from scripts.integrity_check.examine import tell
from scripts.integrity_check.options import parse
from tests.support.images import jpeg
from tests.support.library import library_on

if TYPE_CHECKING:
    from pathlib import Path


def doctor(data: Path, *words: str, answer: str = "") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.integrity_check.examine", "--data", str(data), *words],
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
            orphan = Place(user_id=ada, image_id=uuid4())
            library.put(orphan, jpeg(seed=2).content)

    status, said = doctor(data_folder)
    assert status == 1, said
    # The embedded S3 keeps no earlier versions beyond its end; tests/integrity has them.
    assert f"missing  lost       {deleted.key}" in said
    assert f"orphan   reported   {orphan.key}" in said
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


def finding(person: str, number: int, whose: str | None) -> dict[str, Any]:
    at = f"2026-11-22T18:{number:02}:00+00:00"
    return {
        "trouble": "missing",
        "outcome": "deleted" if whose else "lost",
        "key": f"users/{person}/{number:032x}/original",
        "tombstone": {"whose": whose, "at": at} if whose else None,
    }


@pytest.mark.parametrize(
    ("findings", "is_told"),
    [
        ([finding("a" * 32, n, "picture") for n in range(9)], False),
        ([finding("a" * 32, n, "picture") for n in range(10)], True),
        ([finding("a" * 32, 1, "picture"), finding("b" * 32, 2, "person")], True),
    ],
)
def test_tombstones_are_counted_and_doubted_where_they_are_many(
    capsys: pytest.CaptureFixture[str], findings: list[dict[str, Any]], *, is_told: bool
) -> None:
    lost = finding("c" * 32, 59, None)
    halves = [findings[:1], [*findings[1:], lost]]  # in two slices
    slices = [{"rows": 20, "objects": 0, "findings": half, "after": None} for half in halves]
    assert tell(slices) == 1
    said = capsys.readouterr().out
    people = {each["key"].split("/")[1] for each in findings}
    whole = sum(each["tombstone"]["whose"] == "person" for each in findings)
    counted = f"pictures {len(findings)}, of people {len(people)}; everything of people {whole}."
    assert f"Deleted by tombstone: {counted}" in said
    first, last = (findings[at]["tombstone"]["at"][:16] for at in (0, -1))
    assert f"from {first}:00Z to {last}:00Z" in said
    assert "1 missing: gone in every version" in said  # which is something else
    assert ("--distrust-tombstones-since" in said) is is_told
    assert (f"rows of these {len(findings)} are still in the database" in said) is is_told


@pytest.mark.parametrize(
    "words", [["--aws", "--data", "x"], ["--adopt-since", "yesterday"], ["--adopt-since", "12:00"]]
)
def test_what_cannot_be_meant_is_said(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parse(words)


def test_what_is_asked_for_is_passed_on() -> None:
    assert parse([]).request() == {
        "max_rows": 500,
        "read": False,
        "repair": False,
        "forget_lost": False,
        "distrust_tombstones_since": None,
        "adopt_since": None,
        "remove_orphans": False,
    }
    words = ["--read", "--repair", "--adopt-since", "2026-11-22T18:00Z"]
    words += ["--distrust-tombstones-since", "2026-11-22T18:30+01:00"]
    asked = parse(words).request()
    assert json.loads(json.dumps(asked)) == {
        "max_rows": 50,
        "read": True,
        "repair": True,
        "forget_lost": False,
        "distrust_tombstones_since": "2026-11-22T18:30:00+01:00",
        "adopt_since": "2026-11-22T18:00:00+00:00",
        "remove_orphans": False,
    }
