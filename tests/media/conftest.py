"""Decoding in this very process, set up as a child of the decoder pool sets it up."""

from pathlib import Path

import pytest

from app.media.decode import decoder
from app.media.sandbox import pool
from tests.media.child_processes import file
from tests.media.child_program import Program, write_program
from tests.media.samples import EVERY_TYPE


@pytest.fixture(scope="session", autouse=True)
def decoders() -> None:
    decoder.prepare()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts another program in the place of the child; see Program."""

    def replace(
        code: str,
        *,
        said: str = "CONFINED",
        first: str = "",
        limits_itself: bool = False,
        is_ready: bool = True,
    ) -> Path:
        place = tmp_path / "child.py"
        write_program(
            place, code, said=said, first=first, limits_itself=limits_itself, is_ready=is_ready
        )
        monkeypatch.setattr(pool, "_PROGRAM", place)
        return place

    return replace


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return file(tmp_path, EVERY_TYPE["image/jpeg"])
