"""A mirror that is killed after it moved a file and before it noted that, and runs again."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from scripts.exporter.journal import Journal
from scripts.exporter.mirror import Mirror, Outcome, refresh
from scripts.importer.client import Api
from tests.api.conftest import until
from tests.support.exporting import PATIENCE
from tests.support.images import png

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.support.users import Person


class KilledJournal(Journal):
    """A journal whose process ends when something was moved."""

    def note_moved(self, image_id: str, **_: Any) -> None:
        raise KeyboardInterrupt(image_id)


@pytest.fixture
def run(site: str, ada: Person, tmp_path: Path) -> Iterator[Callable[..., Outcome]]:
    """Mirror Ada's library once; with `journal`, another one than of old."""
    asked = {"name": "export", "scope": "read", "days": 1}
    token = ada.http.post("/api/account/tokens", json=asked).json()["token"]
    api = Api(site, token, patience=PATIENCE, tell=print)

    def once(*, of: type[Journal] = Journal, deletes: bool = False) -> Outcome:
        with of(tmp_path / "library") as journal:
            refresh(api, journal)
            tell: Any = lambda _: None  # noqa: E731
            return Mirror(api, journal, parallel=1, deletes=deletes, tell=tell, stop=Event()).run()

    yield once
    api.connections.close_all()


def files_in(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and ".pinhole" not in path.parts
    )


def test_what_was_moved_is_found_where_it_is(
    run: Callable[..., Outcome], ada: Person, tmp_path: Path
) -> None:
    (image,) = ada.upload(png(seed=6_901))
    until(lambda: ada.settled(image))
    assert run().downloaded == 1
    taken = {"at": "2019-07-14T12:00:00", "offset_minutes": None}
    change = {"taken": taken, "name": "IMG_1.png"}
    ada.http.patch(f"/api/images/{image}", json=change).raise_for_status()
    with pytest.raises(KeyboardInterrupt):
        run(of=KilledJournal)
    outcome = run()
    assert (outcome.downloaded, outcome.problems) == (0, [])
    folder = tmp_path / "library"
    beside = [f"2019/07/IMG_1.png{end}" for end in ("", ".json", ".xmp")]
    assert files_in(folder) == beside


@pytest.mark.parametrize("deletes", [False, True])
def test_what_was_moved_out_is_known(
    run: Callable[..., Outcome], ada: Person, tmp_path: Path, database: Engine, *, deletes: bool
) -> None:
    (image,) = ada.upload(png(seed=6_902, name="IMG_2.png"))
    until(lambda: ada.settled(image))
    run()
    with database.begin() as rows:
        rows.execute(text("DELETE FROM images WHERE id = :id"), {"id": image})
    with pytest.raises(KeyboardInterrupt):
        run(of=KilledJournal)
    assert run(deletes=deletes).problems == []
    kept = ["Recently deleted/IMG_2.png", "Recently deleted/IMG_2.png.json"]
    assert files_in(tmp_path / "library") == ([] if deletes else kept)
