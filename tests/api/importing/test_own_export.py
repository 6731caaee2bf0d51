"""Out of Pinhole and into it again: another account has the same library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2

from tests.api.conftest import until
from tests.support.importing import Importer
from tests.support.whole_library import albums, fill, library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.users import Person


def test_library_comes_back_as_it_was(site: str, ada: Person, bob: Person, tmp_path: Path) -> None:
    fill(ada)
    zips = download(ada, tmp_path)
    importer = Importer(site, bob, tmp_path)
    code, said = importer.run(*zips)
    assert code == 0, said
    assert library(bob) == library(ada)
    assert albums(bob) == albums(ada)


def download(person: Person, folder: Path) -> list[Path]:
    person.http.post("/api/account/exports").raise_for_status()
    paths = []
    for number, part in enumerate(until(lambda: _ready(person))["parts"]):
        paths.append(folder / f"part-{number}.zip")
        paths[-1].write_bytes(httpx2.get(part["url"]).content)
    return paths


def _ready(person: Person) -> dict[str, Any] | None:
    (export,) = person.http.get("/api/account/exports").json()["exports"]
    return export if export["state"] == "ready" else None
