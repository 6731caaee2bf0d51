"""A Google Takeout dropped on the page: its plan, the import, the report, and taking it back."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.importer.takeout_export import ROOT, YEAR, sidecar
from tests.support.images import Picture, jpeg, png

PARIS = (48.8566, 2.3522)
PATIENCE_MS = 60_000

Files = dict[str, bytes]


def _said(name: str, **more: Any) -> bytes:
    return json.dumps(sidecar(name, **more)).encode()


def _export(before: Picture) -> tuple[Files, Files]:
    """Two zips with one folder cut in two; a picture that the library has already is in it."""
    trip = png(seed=501, name="trip.png")
    whatsapp = png(seed=502, name="IMG-20190714-WA0001.png")
    gone = png(seed=503, name="gone.png")
    first = {
        f"{YEAR}/trip.png": trip.content,
        f"{YEAR}/{before.name}": before.content,
        f"{YEAR}/gone.png": gone.content,
        f"{YEAR}/gone.png.supplemental-metadata.json": _said("gone.png", trashed=True),
        f"{ROOT}/Summer/metadata.json": json.dumps({"title": "Summer 2019", "date": {}}).encode(),
    }
    second = {
        f"{YEAR}/trip.png.supplemental-metadata.json": _said(
            "trip.png", place=PARIS, description="By the river", favorited=True
        ),
        f"{YEAR}/{before.name}.supplemental-metadata.json": _said(before.name, favorited=True),
        f"{YEAR}/IMG-20190714-WA0001.png": whatsapp.content,
        f"{YEAR}/IMG-20190714-WA0001.png.json": _said(whatsapp.name, taken=None),
        f"{ROOT}/Summer/trip.png": trip.content,
        f"{ROOT}/Summer/trip.png.supplemental-metadata.json": _said("trip.png"),
        f"{ROOT}/Summer/{before.name}.supplemental-metadata.json": _said(before.name),
    }
    return first, second


@pytest.fixture
def zips(tmp_path: Path) -> list[Path]:
    """The export, with one packed and one stored zip."""
    paths = [tmp_path / f"takeout-20260801T000000Z-00{part}.zip" for part in (1, 2)]
    methods = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)
    for path, files, method in zip(paths, _export(_BEFORE), methods, strict=True):
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    return paths


_BEFORE = jpeg(seed=500, name="before.jpg")


def _dialog(screen: Screen, title: str) -> Locator:
    return screen.page.get_by_role("dialog", name=title)


def _figures(dialog: Locator) -> dict[str, str]:
    terms = dialog.get_by_role("term").all_inner_texts()
    return dict(zip(terms, dialog.get_by_role("definition").all_inner_texts(), strict=True))


def _images(screen: Screen) -> dict[str, Any]:
    images = screen.call("GET", "/api/images")["images"]
    details = [screen.call("GET", f"/api/images/{image['id']}") for image in images]
    return {image["name"]: image for image in details}


def _albums(screen: Screen) -> dict[str, int]:
    albums = screen.call("GET", "/api/albums")["albums"]
    return {album["title"]: album["count"] for album in albums}


def _import(screen: Screen, zips: list[Path]) -> Locator:
    screen.drop(*zips)
    plan = _dialog(screen, "Import these pictures?")
    expect(plan).to_be_visible()
    plan.get_by_role("button", name="Import", exact=True).click()
    report = _dialog(screen, "Import finished")
    expect(report).to_be_visible(timeout=PATIENCE_MS)
    return report


def test_takeout_is_planned_imported_and_undone(
    screen: Screen, zips: list[Path], on_disk: Callable[..., list[Path]], judge: Judge
) -> None:
    screen.register()
    screen.drop(*on_disk(_BEFORE))
    screen.expect_added(_BEFORE.name)
    screen.close_panel()

    screen.drop(*zips)
    plan = _dialog(screen, "Import these pictures?")
    expect(plan).to_be_visible()
    figures = _figures(plan)
    assert figures.pop("To upload").startswith("2, ")
    assert figures == {
        "Already in your library": "1",
        "Second copies in this export": "1",
        "From the export": "1",
        "From the file name, a guess": "1",
        "Places": "1",
        "Descriptions": "1",
        "Favourites": "2",
        "With tags": "1",
        "Summer 2019": "2",
        "In the trash of the export": "1",
    }
    judge.look_at("the plan")
    assert _albums(screen) == {}, "nothing is done before it is confirmed"

    plan.get_by_role("button", name="Import", exact=True).click()
    report = _dialog(screen, "Import finished")
    expect(report).to_be_visible(timeout=PATIENCE_MS)
    assert _figures(report)["Added to your library"] == "2 pictures"
    judge.look_at("the report")
    images = _images(screen)
    assert set(images) == {"trip.png", "before.jpg", "IMG-20190714-WA0001.png"}
    trip = images["trip.png"]
    assert trip["favourite"]
    assert trip["description"]["text"] == "By the river"
    assert trip["taken_at"].startswith("2019-07-14T12:00:00")
    assert trip["location"]["latitude"] == pytest.approx(PARIS[0])
    assert images["before.jpg"]["favourite"]
    assert images["IMG-20190714-WA0001.png"]["dated_by"] == "file", "a guess is only a hint"
    assert _albums(screen) == {"Summer 2019": 2}

    report.get_by_role("button", name="Undo this import").click()
    question = _dialog(screen, "Undo the import?")
    judge.look_at("the question before it is undone")
    question.get_by_role("button", name="Undo import").click()
    undone = _dialog(screen, "Import undone")
    expect(undone.get_by_role("status")).to_have_text(
        "2 pictures moved to Recently deleted, and 1 album deleted."
    )
    undone.get_by_role("button", name="Done").click()
    assert set(_images(screen)) == {"before.jpg"}
    assert _albums(screen) == {}
    expect(screen.tiles).to_have_count(1)

    # What is in Recently deleted stays there, unless it is wanted back.
    screen.drop(*zips)
    plan = _dialog(screen, "Import these pictures?")
    expect(plan).to_be_visible()
    assert _figures(plan)["In Recently deleted, and left there"] == "2"
    plan.get_by_role("switch", name="Bring back what is in Recently deleted").check()
    plan.get_by_role("button", name="Import", exact=True).click()
    expect(report).to_be_visible(timeout=PATIENCE_MS)
    assert _figures(report)["Added to your library"] == "2 pictures"
    assert len(_images(screen)) == 3


def test_the_same_zips_again_add_nothing_and_can_still_be_undone(
    screen: Screen, zips: list[Path]
) -> None:
    screen.register()
    # What is dropped on an album goes into it as well.
    album = screen.call("POST", "/api/albums", {"title": "Everything"})
    screen.page.goto(f"{screen.site}/albums/{album['id']}")
    expect(screen.page.get_by_role("heading", name="Everything")).to_be_visible()
    _import(screen, zips).get_by_role("button", name="Done").click()
    before = set(_images(screen))
    assert _albums(screen) == {"Summer 2019": 2, "Everything": 3}
    screen.page.reload()
    screen.drop(*zips)
    plan = _dialog(screen, "Import these pictures?")
    expect(plan.get_by_text("3 pictures were added by it so far.")).to_be_visible()
    assert _figures(plan)["To upload"] == "0"
    plan.get_by_role("button", name="Undo that import").click()
    _dialog(screen, "Undo the import?").get_by_role("button", name="Undo import").click()
    expect(_dialog(screen, "Import undone")).to_be_visible()
    assert len(before) == 3
    assert _images(screen) == {}
    assert _albums(screen) == {"Everything": 0}


def test_a_page_that_is_closed_midway_goes_on_when_the_zips_are_dropped_again(
    screen: Screen, zips: list[Path]
) -> None:
    screen.register()
    screen.witness.forgive(r"net::ERR_CONNECTION_FAILED")
    sent: list[str] = []

    def first_only(route: Route) -> None:
        if route.request.method != "PUT":
            route.fallback()
            return
        sent.append(route.request.url)
        if len(sent) == 1:
            route.continue_()
        else:
            route.abort("connectionfailed")

    screen.page.route("**/*", first_only)
    screen.drop(*zips)
    plan = _dialog(screen, "Import these pictures?")
    plan.get_by_role("button", name="Import", exact=True).click()
    expect(screen.tiles).to_have_count(1)
    screen.page.on("dialog", lambda dialog: dialog.accept())
    screen.page.unroute("**/*", first_only)
    screen.page.reload()

    report = _import(screen, zips)
    assert _figures(report)["Added to your library"] == "2 pictures"
    assert _albums(screen) == {"Summer 2019": 2}
    report.get_by_role("button", name="Undo this import").click()
    _dialog(screen, "Undo the import?").get_by_role("button", name="Undo import").click()
    # What the first page added is taken back as well.
    expect(_dialog(screen, "Import undone").get_by_role("status")).to_have_text(
        "3 pictures moved to Recently deleted, and 1 album deleted."
    )
    assert _images(screen) == {}
