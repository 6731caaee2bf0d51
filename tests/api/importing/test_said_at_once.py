"""Dates and places of many pictures take few requests, and each picture has its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

from scripts.importer.apply import Applier
from scripts.importer.client import Api
from scripts.importer.journal import Journal
from scripts.importer.options import Options
from tests.support.images import png
from tests.support.importing import PATIENCE, Importer, on_the_site

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.importer.client import Json
    from tests.support.users import Person

PICTURES = 12
BEGAN = 1_563_105_600


class CountingApi(Api):
    """Notes what is asked."""

    asked: list[str]

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        action = (body or {}).get("action")
        self.asked.append(str(action) if action else f"{method} {path.partition('?')[0]}")
        return super().ask(method, path, body)


def test_dates_and_places_are_said_many_at_once(site: str, ada: Person, tmp_path: Path) -> None:
    folder = tmp_path / "Takeout/Google Photos/Photos from 2019"
    folder.mkdir(parents=True)
    for number in range(PICTURES):
        name = f"picture {number}.png"
        (folder / name).write_bytes(png(seed=8300 + number).content)
        sidecar = {
            "title": name,
            "description": "By the sea" if number == 0 else "",
            "photoTakenTime": {"timestamp": str(BEGAN + 60 * number)},
            "geoData": {"latitude": 10.0 + number, "longitude": -20.0, "altitude": 0.0},
        }
        (folder / f"{name}.json").write_text(json.dumps(sidecar))
    importer = Importer(site, ada, tmp_path)
    code, said = importer.run(tmp_path / "Takeout")
    assert code == 0, said
    found = {image["name"]: image for image in on_the_site(ada)}
    for number in range(PICTURES):
        image = found[f"picture {number}.png"]
        taken = datetime.fromisoformat(image["taken_at"]).astimezone(UTC).timestamp()
        assert taken == BEGAN + 60 * number
        assert image["location"]["latitude"] == 10.0 + number
        assert image["corrected"] == ["taken", "location"]
    assert found["picture 0.png"]["description"]["text"] == "By the sea"

    # Once more, as if nothing had been said yet.
    for action in ("reset_taken", "reset_location"):
        body = {"action": action, "images": {"ids": [image["id"] for image in found.values()]}}
        ada.http.post("/api/images/batch", json=body).raise_for_status()
    token = ada.http.post(
        "/api/account/tokens", json={"name": "more", "scope": "write", "days": 1}
    ).json()["token"]
    api = CountingApi(site, token, patience=PATIENCE, tell=lambda _: None)
    api.asked = []
    with Journal(importer.journal) as journal:
        journal.db.execute("UPDATE done SET applied = NULL")
        applier = Applier(api, journal, options=Options(zone=UTC), stop=Event())
        applier.run(patience=PATIENCE, tell=lambda *_: None)
    api.connections.close_all()
    assert applier.problems == []
    assert api.asked.count("restore_taken") == api.asked.count("restore_location") == 1
    again = {image["name"]: image for image in on_the_site(ada)}
    assert [again[name]["taken_at"] for name in again] == [
        found[name]["taken_at"] for name in again
    ]
    # Of the one that has more to be said, all is said at once.
    patched = [asked for asked in api.asked if asked.startswith("PATCH")]
    assert patched == [f"PATCH /api/images/{found['picture 0.png']['id']}"]
