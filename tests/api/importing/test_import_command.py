"""`./scripts/import` against the product: what an export says arrives, once, whatever is killed."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import httpx2
import pytest

from tests.api.conftest import until
from tests.importer import takeout_export
from tests.importer.test_other_exports import LIGHTROOM
from tests.media.live_samples import movie, still
from tests.support.albums import add_to
from tests.support.images import png
from tests.support.importing import PATIENCE, Importer, on_the_site
from tests.support.tcp_fault_proxy import FaultProxy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.users import Person


@pytest.fixture
def importer(site: str, ada: Person, tmp_path: Path) -> Importer:
    return Importer(site, ada, tmp_path)


def test_a_takeout_arrives_as_its_key_says(importer: Importer, tmp_path: Path) -> None:
    export = takeout_export.make()
    paths = export.write(tmp_path)
    code, said = importer.run(*paths)
    assert code == 0, said
    assert "Everything is there." in said
    there = {image["sha256"]: image for image in on_the_site(importer.person)}
    wrong = {}
    for path, expected in export.key.items():
        if expected.outcome == "not":
            assert export.sha256(path) not in there
            continue
        told, wanted = _told(there[export.sha256(path)]), _wanted(path, expected)
        different = {
            name: (told[name], wanted[name]) for name in wanted if told[name] != wanted[name]
        }
        if different:
            wrong[path] = different
    assert wrong == {}
    code, said = importer.run(*paths)
    assert (code, "Uploaded 0;" in said) == (0, True), said


def test_a_live_photo_arrives_whole_and_is_taken_back_whole(
    importer: Importer, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "IMG_1.HEIC").write_bytes(still())
    (folder / "IMG_1.MOV").write_bytes(movie())
    (folder / "alone.MOV").write_bytes(movie(None, seed=2))
    code, said = importer.run(folder)
    assert (code, "Everything is there." in said) == (0, True), said
    ada = importer.person
    listed = {image["name"]: image for image in on_the_site(ada)}
    photo = until(
        lambda: (found := ada.detail(listed["IMG_1.HEIC"]["id"]))["moving_part_id"] and found
    )
    assert httpx2.get(photo["motion_url"]).content == movie()
    assert sorted(ada.timeline()) == sorted([photo["id"], listed["alone.MOV"]["id"]])
    # Again nothing is sent, and everything is there.
    code, said = importer.run(folder)
    assert (code, "Uploaded 0;" in said) == (0, True), said
    assert "Everything is there." in said
    assert importer.run(folder, "--undo")[0] == 0
    assert ada.timeline() == []
    assert ada.detail(photo["moving_part_id"])["deleted_at"] is not None


def test_what_the_site_has_is_kept_as_its_person_says(importer: Importer, tmp_path: Path) -> None:
    export = takeout_export.Export()
    for name in ("first.jpg", "second.jpg"):
        path = f"{takeout_export.YEAR}/{name}"
        export.picture(path, takeout_export.Expected())
        export.sidecar(f"{path}.json", title=name, description="Google's words", place=(1.0, 2.0))
    paths = export.write(tmp_path)
    assert importer.run(*paths)[0] == 0
    first, second = sorted(on_the_site(importer.person), key=lambda image: image["name"])
    own = {"description": {"alt_text": "mine", "text": "mine"}, "favourite": True}
    importer.person.http.patch(f"/api/images/{first['id']}", json=own).raise_for_status()
    importer.person.http.delete(f"/api/images/{second['id']}").raise_for_status()
    # More of the export: what it says of the first picture is no longer what was said.
    album = {"title": "Trip", "access": "protected"}
    export.put(f"{takeout_export.ROOT}/Trip/metadata.json", json.dumps(album).encode())
    bytes_of_first = export.files[f"{takeout_export.YEAR}/first.jpg"][1]
    export.put(f"{takeout_export.ROOT}/Trip/first.jpg", bytes_of_first)
    export.write(tmp_path)
    assert importer.run(*paths)[0] == 0
    shown = importer.person.detail(first["id"])
    assert shown["description"]["text"] == "mine"
    assert [album["title"] for album in shown["albums"]] == ["Trip"]
    importer.journal.unlink()  # as on another machine
    code, said = importer.run(*paths)
    assert (code, "in Recently deleted on the site" in said) == (0, True), said
    first, second = sorted(on_the_site(importer.person), key=lambda image: image["name"])
    assert first["description"]["text"] == "mine"
    assert second["deleted_at"]
    assert importer.run(*paths, "--restore")[0] == 0
    first, second = sorted(on_the_site(importer.person), key=lambda image: image["name"])
    assert second["deleted_at"] is None


def test_title_of_a_sidecar_is_a_title_and_ones_own_stays(
    importer: Importer, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    picture = png(seed=7301)
    (folder / "sea.png").write_bytes(picture.content)
    sidecar = folder / "sea.png.xmp"
    sidecar.write_bytes(LIGHTROOM)
    assert importer.run(folder)[0] == 0
    (image,) = on_the_site(importer.person)
    assert (image["title"], image["file"]["title"]) == ("By the sea", None)
    assert image["description"]["text"] == image["description"]["alt_text"] == "A walk"
    own = {"title": "Ours"}
    importer.person.http.patch(f"/api/images/{image['id']}", json=own).raise_for_status()
    sidecar.write_bytes(LIGHTROOM.replace(b"By the sea", b"By the other sea"))
    assert importer.run(folder)[0] == 0
    assert importer.person.detail(image["id"])["title"] == "Ours"


def test_killed_at_any_point_nothing_is_lost_nor_twice(importer: Importer, tmp_path: Path) -> None:
    export = takeout_export.make()
    paths = export.write(tmp_path)
    total = len(
        {export.sha256(path) for path, answer in export.key.items() if answer.outcome != "not"}
    )
    choose = random.Random(20261130)  # noqa: S311 - which points, not secrets
    read = "SELECT count(*) FROM entries WHERE sha256 IS NOT NULL"
    sent = "SELECT count(*) FROM done"
    said = "SELECT count(*) FROM done WHERE applied IS NOT NULL"
    points = [(read, 1), (sent, 1)]
    points += sorted((sent, choose.randrange(2, total)) for _ in range(4))
    points += [(said, 1)]
    killed = 0
    for query, least in points:
        process = importer.start(*paths)
        until(lambda: importer.noted(query) >= least or process.poll() is not None)  # noqa: B023 - called at once
        killed += process.poll() is None
        process.kill()
        process.communicate(timeout=PATIENCE)
    assert killed >= 4  # a machine may be quick, and end before it is killed
    code, words = importer.run(*paths)
    assert code == 0, words
    hashes = [image["sha256"] for image in on_the_site(importer.person)]
    assert (len(hashes), len(set(hashes))) == (total, total)
    albums = importer.person.http.get("/api/albums").json()["albums"]
    titles = [album["title"] for album in albums]
    assert len(titles) == len(set(titles)) == 12


def test_import_is_taken_back(importer: Importer, tmp_path: Path) -> None:
    export = takeout_export.Export()
    before, after = f"{takeout_export.YEAR}/before.jpg", f"{takeout_export.YEAR}/after.jpg"
    for path in (before, after):
        export.picture(path, takeout_export.Expected())
        export.sidecar(f"{path}.json", title=path.rpartition("/")[2])
    for folder in ("Trip", "Shared"):
        said = {"title": folder, "access": "protected"}
        export.put(f"{takeout_export.ROOT}/{folder}/metadata.json", json.dumps(said).encode())
        for path in (before, after):
            name = path.rpartition("/")[2]
            export.put(f"{takeout_export.ROOT}/{folder}/{name}", export.files[path][1])
    first = takeout_export.Export(files={before: export.files[before]})
    (tmp_path / "first").mkdir()
    assert importer.run(*first.write(tmp_path / "first", parts=1))[0] == 0
    importer.journal.unlink()
    paths = export.write(tmp_path, parts=1)
    assert importer.run(*paths)[0] == 0
    shared = next(
        album for album in importer.person.http.get("/api/albums").json()["albums"]
        if album["title"] == "Shared"
    )  # fmt: skip
    (own,) = importer.person.upload(png(seed=77))
    add_to(importer.person, shared["id"], [own])
    code, said_back = importer.run(*paths, "--undo")
    assert (code, "1 pictures are in" in said_back) == (0, True), said_back
    left = {image["name"]: image["deleted_at"] is None for image in on_the_site(importer.person)}
    assert left == {"before.jpg": True, "after.jpg": False, "chart.png": True}
    albums = importer.person.http.get("/api/albums").json()["albums"]
    assert [album["title"] for album in albums] == ["Shared"]
    assert "Nothing is noted" in importer.run(*paths, "--undo")[1]
    assert importer.run(*paths, "--restore")[0] == 0
    assert all(image["deleted_at"] is None for image in on_the_site(importer.person))


def test_watched_folder_brings_what_comes_and_deletes_nothing(
    importer: Importer, tmp_path: Path
) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "first.png").write_bytes(png(seed=501).content)
    process = importer.start(folder, "--watch", "--every", "1")

    def names() -> list[str]:
        return sorted(image["name"] for image in on_the_site(importer.person))

    until(lambda: names() == ["first.png"])
    (folder / "second.png").write_bytes(png(seed=502).content)
    until(lambda: names() == ["first.png", "second.png"])
    (folder / "first.png").unlink()
    (folder / "third.png").write_bytes(png(seed=503).content)
    until(lambda: names() == ["first.png", "second.png", "third.png"])
    second = next(i for i in on_the_site(importer.person) if i["name"] == "second.png")
    for action in ("delete", "delete_for_good"):
        body = {"action": action, "images": {"ids": [second["id"]]}}
        importer.person.http.post("/api/images/batch", json=body).raise_for_status()
    (folder / "fourth.png").write_bytes(png(seed=504).content)
    until(lambda: "fourth.png" in names())
    assert names() == ["first.png", "fourth.png", "third.png"]  # what was deleted stays deleted
    process.terminate()
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert "Watching" in said
    assert importer.run(folder)[0] == 0  # who asks by themselves gets it back
    assert names() == ["first.png", "fourth.png", "second.png", "third.png"]


def test_network_that_is_cut_is_waited_for(site: str, ada: Person, tmp_path: Path) -> None:
    export = takeout_export.make()
    paths = export.write(tmp_path)
    with FaultProxy(site) as network:
        importer = Importer(network.url, ada, tmp_path)
        process = importer.start(*paths)
        for count in (1, 30):
            until(lambda: importer.noted("SELECT count(*) FROM done") >= count)  # noqa: B023 - called at once
            network.cut()
            until(lambda: "No connection" in process.stdout.readline())  # type: ignore[union-attr]
            network.mend()
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert "Everything is there." in said


def test_own_date_behind_what_the_plan_reads_stays(importer: Importer, tmp_path: Path) -> None:
    export = takeout_export.Export()
    comment = b"\xff\xfe" + (60_002).to_bytes(2, "big") + b" " * 60_000
    for name, clock in (("tokyo.jpg", "2019:07:14 21:00:00"), ("scan.jpg", "1985:01:01 00:00:00")):
        small = takeout_export.picture(9500, taken=clock)
        content = small[:2] + comment * 6 + small[2:]  # 360 KB before its EXIF
        export.picture(f"{takeout_export.YEAR}/{name}", takeout_export.Expected(), content=content)
        export.sidecar(f"{takeout_export.YEAR}/{name}.json", title=name)
    code, said = importer.run(*export.write(tmp_path, parts=1))
    assert (code, "2  from: Google's sidecar" in said) == (0, True), said
    taken = {image["name"]: image["taken_at"] for image in on_the_site(importer.person)}
    assert taken == {
        "tokyo.jpg": "2019-07-14T21:00:00",
        "scan.jpg": "2019-07-14T14:00:00+02:00",  # more than a day apart: a person's correction
    }


def _told(image: dict[str, Any]) -> dict[str, Any]:
    place = image["location"]
    return {
        "name": image["name"],
        "taken_at": image["taken_at"] or image["timeline_at"],
        "dated_by": image["dated_by"],
        "place": [place["latitude"], place["longitude"]] if place else None,
        "description": image["description"]["text"] if image["description"] else "",
        "favourite": image["favourite"],
        "archived": image["archived_at"] is not None,
        "albums": sorted(album["title"] for album in image["albums"]),
        "tags": [tag["path"] for tag in image["tags"]],
    }


def _wanted(path: str, expected: takeout_export.Expected) -> dict[str, Any]:
    offset = ""
    if expected.offset is not None:
        offset = f"+{expected.offset // 60:02}:{expected.offset % 60:02}"
    wanted = {
        "taken_at": f"{expected.taken}{offset}",
        "dated_by": "picture" if expected.is_said or expected.is_own else "file",
        "place": expected.place or expected.own_place,
        "description": expected.description,
        "favourite": expected.favourite,
        "archived": expected.archived,
        "albums": sorted(expected.albums),
        "tags": expected.tags,
    }
    if expected.outcome == "upload":
        name = expected.name or path.rpartition("/")[2]
        wanted["name"] = normalize("NFC", name)
    return wanted
