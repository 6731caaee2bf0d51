"""`./scripts/export` against the product: the folder is the library, and stays it."""

from __future__ import annotations

import json
import os
import random
import shutil
from base64 import urlsafe_b64encode
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from scripts.exporter.files import Names
from scripts.exporter.journal import Journal
from scripts.exporter.mirror import Mirror, refresh
from scripts.importer.client import Api
from tests.api.conftest import until
from tests.importer import takeout_export
from tests.media.live_samples import movie, still
from tests.support.albums import add_to, make_album
from tests.support.exporting import PATIENCE, Exporter
from tests.support.images import Picture, png
from tests.support.importing import Importer
from tests.support.whole_library import albums, fill, library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from scripts.importer.client import Json
    from tests.support.users import Person


@pytest.fixture
def exporter(site: str, ada: Person, tmp_path: Path) -> Exporter:
    return Exporter(site, ada, tmp_path / "library")


def upload(person: Person, *pictures: Picture) -> list[str]:
    """Upload, and wait until all are ready."""
    ids = person.upload(*pictures)
    for image_id in ids:
        until(lambda: person.settled(image_id))  # noqa: B023 - called at once
    return ids


def change(person: Person, image_id: str, **fields: Any) -> None:
    person.http.patch(f"/api/images/{image_id}", json=fields).raise_for_status()


def dated(person: Person, image_id: str, at: str) -> None:
    change(person, image_id, taken={"at": at, "offset_minutes": None})


def batch(person: Person, action: str, ids: list[str], **more: Any) -> None:
    body = {"action": action, "images": {"ids": ids}, **more}
    person.http.post("/api/images/batch", json=body).raise_for_status()


def test_a_live_photo_has_its_video_beside_it(exporter: Exporter) -> None:
    ada = exporter.person
    video, image = upload(
        ada,
        Picture(name="IMG_1.MOV", content_type="video/quicktime", content=movie()),
        Picture(name="IMG_1.HEIC", content_type="image/jpeg", content=still()),
    )
    until(lambda: ada.detail(video)["state"] == "joined")
    code, said = exporter.run("--verify")
    assert (code, "Everything is here." in said) == (0, True), said
    folder = exporter.folder / "2024/05"
    assert (folder / "IMG_1.MOV").read_bytes() == movie()
    assert (folder / "IMG_1.HEIC").read_bytes() == still()
    assert json.loads((folder / "IMG_1.HEIC.json").read_text())["moving_part_id"] == video
    # Deleted, both move.
    ada.http.delete(f"/api/images/{image}").raise_for_status()
    assert exporter.run()[0] == 0
    assert {path.name for path in (exporter.folder / "Recently deleted").iterdir()} >= {
        "IMG_1.MOV",
        "IMG_1.HEIC",
    }


def test_library_is_mirrored_with_what_is_known_and_its_albums(exporter: Exporter) -> None:
    ada = exporter.person
    pictures = [png(seed=seed) for seed in range(600, 604)]
    ids = upload(ada, *pictures)
    for image_id in ids:
        dated(ada, image_id, "2019-07-14T12:00:00")
        change(ada, image_id, name="IMG_1.png")
    change(ada, ids[0], description={"alt_text": "Oma", "text": "by the sea"}, favourite=True)
    batch(ada, "add_tag", ids[:2], tag="family/Oma")
    album = make_album(ada, title="Sylt/2019", description="Summer", order="manual")
    for image_id in (ids[2], ids[0]):
        add_to(ada, album, [image_id])
    ada.http.delete(f"/api/images/{ids[3]}").raise_for_status()
    code, said = exporter.run("--verify", "--links")
    assert (code, "Everything is here." in said) == (0, True), said
    assert "4 files have the SHA-256 that was uploaded." in said
    files = exporter.files()
    originals = {path: content for path, content in files.items() if path.endswith(".png")}
    assert sorted(path for path in originals if not path.startswith("Albums/")) == [
        "2019/07/IMG_1 (2).png", "2019/07/IMG_1 (3).png", "2019/07/IMG_1.png",
        "Recently deleted/IMG_1.png",
    ]  # fmt: skip
    assert set(originals.values()) == {picture.content for picture in pictures}
    known = {
        path: json.loads(content)
        for path, content in files.items()
        if path.endswith(".json") and not path.startswith("Albums/")
    }
    assert {facts["id"] for facts in known.values()} == set(ids)
    first = next(path for path, facts in known.items() if facts["id"] == ids[0])
    assert known[first]["description"]["text"] == "by the sea"
    assert known[first]["thumbnail_url"] is None  # addresses open nothing a while later
    assert b"by the sea" in files[first.replace(".json", ".xmp")]
    listed = json.loads(files["Albums/Sylt_2019.json"])
    assert (listed["title"], listed["order"]) == ("Sylt/2019", "manual")
    assert [picture["id"] for picture in listed["pictures"]] == [ids[2], ids[0]]
    links = sorted((exporter.folder / "Albums/Sylt_2019").iterdir())
    assert [link.read_bytes() for link in links] == [pictures[2].content, pictures[0].content]


def test_second_run_fetches_and_writes_nothing(exporter: Exporter) -> None:
    upload(exporter.person, png(seed=610), png(seed=611))
    make_album(exporter.person)
    assert exporter.run()[0] == 0
    times = {path: path.stat().st_mtime_ns for path in exporter.folder.rglob("*.*")}
    code, said = exporter.run()
    assert (code, "Fetched 0 (0 bytes); 0 were here; of 0" in said) == (0, True), said
    kept = {path: path.stat().st_mtime_ns for path in exporter.folder.rglob("*.*")}
    journal = {path for path in kept if ".pinhole" in path.parts}
    assert {path: kept[path] for path in kept.keys() - journal} == {
        path: times[path] for path in times.keys() - journal
    }


def test_what_changes_on_the_site_changes_here_without_fetching_it_again(
    exporter: Exporter,
) -> None:
    ada = exporter.person
    moved, tagged, gone = upload(ada, png(seed=620), png(seed=621), png(seed=622))
    for image_id, name in ((moved, "moved.png"), (tagged, "tagged.png"), (gone, "gone.png")):
        dated(ada, image_id, "2019-07-14T12:00:00")
        change(ada, image_id, name=name)
    batch(ada, "add_tag", [tagged], tag="oma")
    album = make_album(ada, title="Before")
    add_to(ada, album, [tagged])
    assert exporter.run()[0] == 0
    dated(ada, moved, "2020-01-02T12:00:00")
    change(ada, moved, name="new name.png")
    (tag,) = ada.http.get("/api/tags").json()["tags"]
    ada.http.patch(f"/api/tags/{tag['id']}", json={"path": "family/oma"}).raise_for_status()
    ada.http.patch(f"/api/albums/{album}", json={"title": "After"}).raise_for_status()
    ada.http.delete(f"/api/images/{gone}").raise_for_status()
    code, said = exporter.run("--verify")
    assert (code, "Fetched 0 (0 bytes)" in said) == (0, True), said
    files = exporter.files()
    assert {path for path in files if path.endswith(".png")} == {
        "2020/01/new name.png", "2019/07/tagged.png", "Recently deleted/gone.png"
    }  # fmt: skip
    facts = json.loads(files["2019/07/tagged.png.json"])
    assert [tag["path"] for tag in facts["tags"]][-1] == "family/oma"
    assert [album["title"] for album in facts["albums"]] == ["After"]
    assert "Albums/Before.json" not in files
    assert json.loads(files["Albums/After.json"])["pictures"][0]["file"] == "2019/07/tagged.png"
    batch(ada, "restore", [gone])
    assert exporter.run()[0] == 0
    assert "2019/07/gone.png" in exporter.files()


def test_what_is_deleted_for_good_stays_here_until_that_is_asked_for(exporter: Exporter) -> None:
    ada = exporter.person
    (gone,) = upload(ada, png(seed=630))
    dated(ada, gone, "2019-07-14T12:00:00")
    assert exporter.run()[0] == 0
    ada.http.delete(f"/api/images/{gone}").raise_for_status()
    batch(ada, "delete_for_good", [gone])
    code, said = exporter.run()
    assert (code, "1 were deleted on the site" in said) == (0, True), said
    assert [path for path in exporter.files() if path.endswith(".png")] == [
        "Recently deleted/chart.png"
    ]
    code, said = exporter.run("--delete")
    assert (code, "1 were deleted here" in said) == (0, True), said
    assert exporter.files() == {}


@pytest.mark.parametrize("was_mirrored", [True, False])
@pytest.mark.parametrize("edited", [".png", ".png.json", ".png.xmp"])
def test_what_the_person_changed_here_is_not_deleted_with_its_picture(
    exporter: Exporter, edited: str, *, was_mirrored: bool
) -> None:
    ada = exporter.person
    (gone,) = upload(ada, png(seed=632))
    dated(ada, gone, "2019-07-14T12:00:00")
    change(ada, gone, rating=4)
    assert exporter.run()[0] == 0
    ada.http.delete(f"/api/images/{gone}").raise_for_status()
    batch(ada, "delete_for_good", [gone])
    if was_mirrored:
        assert exporter.run()[0] == 0
    (path,) = exporter.folder.rglob(f"*{edited}")
    path.write_bytes(b"edited here")
    code, said = exporter.run("--delete")
    assert (code, "1 files of those are not as the site had them" in said) == (0, True), said
    assert exporter.files() == {f"Recently deleted/chart{edited}": b"edited here"}


@pytest.mark.parametrize("harm", ["removed", "cut", "turned"])
def test_file_that_is_harmed_here_is_fetched_again(exporter: Exporter, harm: str) -> None:
    picture = png(seed=640)
    upload(exporter.person, picture)
    assert exporter.run()[0] == 0
    (path,) = exporter.folder.rglob("*.png")
    if harm == "removed":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(picture.content[:-1])
    else:  # as a disk does: neither size nor time tells
        found = path.stat()
        path.write_bytes(picture.content[:-1] + b"\0")
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
        code, said = exporter.run("--verify")
        assert (code, "its bytes have changed" in said) == (1, True), said
    harmed = path.read_bytes() if path.exists() else None
    code, said = exporter.run("--verify")
    assert (code, "Fetched 1" in said) == (0, True), said
    assert path.read_bytes() == picture.content
    aside = [other.read_bytes() for other in exporter.folder.rglob("*changed here*")]
    assert aside == ([] if harmed is None else [harmed])  # a person may have changed it


def test_sidecar_of_the_persons_own_programs_is_left(exporter: Exporter) -> None:
    (image_id,) = upload(exporter.person, png(seed=645))
    assert exporter.run()[0] == 0
    (path,) = exporter.folder.rglob("*.png")
    own = path.with_name(f"{path.name}.xmp")
    own.write_text("of darktable")
    change(exporter.person, image_id, rating=4)  # the site has something to say of it now
    code, said = exporter.run()
    assert (code, "1 sidecars here are not the site's" in said) == (0, True), said
    assert own.read_text() == "of darktable"
    own.unlink()
    change(exporter.person, image_id, rating=5)
    assert exporter.run()[0] == 0
    assert "Rating" in own.read_text()
    change(exporter.person, image_id, rating=None)
    assert exporter.run()[0] == 0
    assert not own.exists()  # its own it takes back


def a_token(person: Person) -> str:
    asked = {"name": "export", "scope": "read", "days": 1}
    token: str = person.http.post("/api/account/tokens", json=asked).json()["token"]
    return token


def test_address_that_has_ended_is_signed_anew(site: str, ada: Person, tmp_path: Path) -> None:
    picture = png(seed=646)
    upload(ada, picture)
    api = SpoiltOnce(site, a_token(ada), patience=PATIENCE, tell=print)
    with Journal(tmp_path / "library") as journal:
        refresh(api, journal)
        mirror = Mirror(api, journal, parallel=1, deletes=False, tell=lambda _: None, stop=Event())
        outcome = mirror.run()
        api.connections.close_all()
    assert (outcome.problems, outcome.downloaded, api.signed) == ([], 1, 2)


class SpoiltOnce(Api):
    """An API whose first addresses the bucket refuses, as it does those that have ended."""

    signed = 0

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """Ask the site."""
        answer = super().ask(method, path, body)
        if path.startswith("/api/downloads/originals"):
            self.signed += 1
            if self.signed == 1:
                answer["addresses"]["query"] += "x"
        return answer


class StoppedOnce(Api):
    """An API that is stopped after the first page of a whole list."""

    is_stopped = False

    def changes(self, since: str) -> Iterator[Json]:
        """Yield the pages of the list of changes."""
        for page in super().changes(since):
            yield page
            if not since and not self.is_stopped:
                self.is_stopped = True
                raise KeyboardInterrupt


def test_what_is_gone_is_known_though_a_whole_list_was_stopped(
    exporter: Exporter, site: str, database: Engine
) -> None:
    ada = exporter.person
    gone, _ = upload(ada, png(seed=647), png(seed=648))
    assert exporter.run()[0] == 0
    with database.begin() as rows:  # the site was set back to before it had this one
        rows.execute(text("DELETE FROM images WHERE id = :id"), {"id": gone})
        rows.execute(text("DELETE FROM image_changes WHERE image_id = :id"), {"id": gone})
    later = urlsafe_b64encode(f"changes|{2**62}|{uuid4().hex}|0".encode()).decode()
    api = StoppedOnce(site, a_token(ada), patience=PATIENCE, tell=print)
    with Journal(exporter.folder) as journal:
        journal.set("changed_until", later)
        with pytest.raises(KeyboardInterrupt):
            refresh(api, journal)
        refresh(api, journal)
        known = journal.db.execute("SELECT id FROM images WHERE is_gone").fetchall()
        assert [row["id"] for row in known] == [gone]
        again = journal.get("changed_until")
        refresh(api, journal)
        assert journal.get("changed_until") == again
    api.connections.close_all()


def test_names_of_many_months_in_one_batch_stay_apart(tmp_path: Path) -> None:
    names = Names(tmp_path)
    taken = [
        names.take(f"{2000 + month // 12}/{month % 12 + 1:02}", "a.jpg") for month in range(70)
    ]
    taken += [
        names.take(f"{2000 + month // 12}/{month % 12 + 1:02}", "a.jpg") for month in range(70)
    ]
    assert len(set(taken)) == 140  # none of them is on the disk yet


def test_killed_at_any_point_it_goes_on_and_nothing_is_twice(exporter: Exporter) -> None:
    pictures = [png(seed=seed) for seed in range(650, 680)]
    upload(exporter.person, *pictures)
    choose = random.Random(20261130)  # noqa: S311 - which points, not secrets
    killed = 0
    for least in sorted(choose.randrange(1, 30) for _ in range(5)):
        process = exporter.start("--parallel", "2")
        until(
            lambda: (
                len(list(exporter.folder.rglob("*.png"))) >= least  # noqa: B023 - called at once
                or process.poll() is not None  # noqa: B023
            )
        )
        killed += process.poll() is None
        process.kill()
        process.communicate(timeout=PATIENCE)
    assert killed >= 2  # a machine may be quick, and end before it is killed
    code, said = exporter.run("--verify")
    assert code == 0, said
    originals = [path.read_bytes() for path in exporter.folder.rglob("*.png")]
    assert sorted(originals) == sorted(picture.content for picture in pictures)
    assert not list(exporter.folder.rglob(".pinhole-part-*"))


def test_folder_without_its_journal_is_taken_over(exporter: Exporter) -> None:
    upload(exporter.person, png(seed=690), png(seed=691))
    assert exporter.run()[0] == 0
    before = exporter.files()
    shutil.rmtree(exporter.folder / ".pinhole")
    code, said = exporter.run()
    assert (code, "Fetched 0" in said) == (0, True), said
    assert exporter.files() == before


def test_file_of_the_person_is_never_written_over(exporter: Exporter) -> None:
    (image_id,) = upload(exporter.person, png(seed=695))
    dated(exporter.person, image_id, "2019-07-14T12:00:00")
    own = exporter.folder / "2019/07/chart.png.json"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    assert exporter.run()[0] == 0
    assert own.read_text() == "mine"
    assert (exporter.folder / "2019/07/chart (2).png").exists()


def test_folder_of_another_account_is_left_alone(
    site: str, exporter: Exporter, bob: Person
) -> None:
    upload(exporter.person, png(seed=696))
    assert exporter.run()[0] == 0
    before = exporter.files()
    code, said = Exporter(site, bob, exporter.folder).run()
    assert (code, "another account" in said) == (2, True), said
    assert exporter.files() == before


def test_library_that_was_exported_and_imported_is_the_same(
    site: str, exporter: Exporter, bob: Person, tmp_path: Path
) -> None:
    fill(exporter.person)
    code, said = exporter.run("--verify")
    assert code == 0, said
    code, said = Importer(site, bob, tmp_path).run(exporter.folder)
    assert code == 0, said
    assert library(bob) == library(exporter.person)
    assert albums(bob) == albums(exporter.person)


def test_takeout_that_was_imported_is_the_same_once_it_was_exported(
    site: str, exporter: Exporter, bob: Person, tmp_path: Path
) -> None:
    takeout = takeout_export.make().write(tmp_path)
    assert Importer(site, exporter.person, tmp_path).run(*takeout)[0] == 0
    assert exporter.run("--verify")[0] == 0
    (tmp_path / "again").mkdir()
    code, said = Importer(site, bob, tmp_path / "again").run(exporter.folder)
    assert code == 0, said
    assert library(bob) == library(exporter.person)
    assert albums(bob) == albums(exporter.person)
