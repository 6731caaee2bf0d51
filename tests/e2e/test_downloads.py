"""Zips that the browser makes: saved as they grow, broken off and taken up again, and cancelled."""

import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import Picture, jpeg

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
COUNT = 3
PICTURES = [jpeg(seed=190 + n, name=f"picture {n}.jpg") for n in range(COUNT)]


def _with_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    screen.drop(*on_disk(*PICTURES))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(COUNT)


def _select_all(screen: Screen) -> None:
    for index in range(COUNT):
        screen.tiles.nth(index).focus()
        screen.page.keyboard.press("Space")


def _ask(screen: Screen) -> None:
    bar = screen.page.get_by_role("toolbar", name="Selected pictures")
    bar.get_by_role("button", name="Download").click()


def _tray(page: Page) -> Locator:
    return page.get_by_role("region", name="Download")


def _files(path: str | Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert all(entry.flag_bits & 0x8 == 0 for entry in archive.infolist())
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def _wanted(folder: str, pictures: list[Picture] = PICTURES) -> dict[str, bytes]:
    return {f"{folder}/{each.name}": each.content for each in pictures}


def _shared_link(screen: Screen) -> str:
    ids = [each["id"] for each in screen.call("GET", "/api/images")["images"]]
    body = {
        "images": {"ids": ids},
        "title": "Lisbon",
        "allow_downloads": True,
        "show_names": True,
    }
    url: str = screen.call("POST", "/api/shares", body)["url"]
    return url


@pytest.mark.parametrize("has_worker", [True, False], ids=["worker", "memory"])
def test_a_selection_is_saved_as_a_zip(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]], *, has_worker: bool
) -> None:
    screen = new_screen(has_service_worker=has_worker, **DESK)
    judge = Judge(screen.page)
    _with_pictures(screen, on_disk)
    first = screen.call("GET", "/api/images")["images"][0]
    screen.call("PATCH", f"/api/images/{first['id']}", {"rating": 4})
    _select_all(screen)
    _ask(screen)
    dialog = screen.page.get_by_role("dialog", name="Download as a zip")
    expect(dialog).to_contain_text(f"{COUNT} pictures as they were uploaded")
    judge.look_at("a download before it begins")
    dialog.get_by_role("switch", name="XMP files").check()
    with screen.page.expect_download() as coming:
        dialog.get_by_role("button", name="Download").press("Enter")
    assert coming.value.suggested_filename == "2024-05-03.zip"
    found = _files(coming.value.path())
    sidecar = found.pop(f"2024-05-03/{first['name']}.xmp")
    assert b"<xmp:Rating>4</xmp:Rating>" in sidecar
    assert found == _wanted("2024-05-03")
    tray = _tray(screen.page)
    expect(tray).to_contain_text("Downloaded")
    judge.look_at("a download that is over")
    tray.get_by_role("button", name="Close").click()
    expect(tray).to_have_count(0)
    assert judge.sentence() == ""


def test_one_picture_is_saved_as_it_is_and_an_album_whole(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(has_service_worker=True, **DESK)
    _with_pictures(screen, on_disk)
    screen.tiles.nth(0).focus()
    screen.page.keyboard.press("Space")
    with screen.page.expect_download() as coming:
        _ask(screen)
    assert Path(coming.value.path()).read_bytes() in {each.content for each in PICTURES}
    ids = [each["id"] for each in screen.call("GET", "/api/images")["images"]]
    album = screen.call("POST", "/api/albums", {"title": "Iceland: the north"})["id"]
    body = {"action": "add_to_album", "album_id": album, "images": {"ids": ids[:2]}}
    screen.call("POST", "/api/images/batch", body)
    screen.page.goto(f"{screen.site}/albums/{album}")
    screen.page.get_by_role("button", name="More for this album").click()
    screen.page.get_by_role("menuitem", name="Download all pictures").click()
    with screen.page.expect_download() as coming:
        screen.page.get_by_role("dialog").get_by_role("button", name="Download").click()
    assert coming.value.suggested_filename == "Iceland_ the north.zip"
    assert len(_files(coming.value.path())) == 2


def _break_off_once(context: BrowserContext) -> list[str]:
    """Cut the first answer with each original's bytes short; return the ranges asked for."""
    asked: list[str] = []
    cut: set[str] = set()

    def answer(route: Route) -> None:
        path = route.request.url.partition("?")[0]
        asked.append(route.request.headers.get("range", ""))
        if path in cut:
            route.continue_()
            return
        cut.add(path)
        whole = route.fetch()
        route.fulfill(
            status=200,
            headers={"Access-Control-Allow-Origin": route.request.headers["origin"]},
            body=whole.body()[:1000],
        )

    context.route(re.compile(r"/original\?"), answer)
    return asked


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_a_visitor_saves_all_though_each_file_breaks_off(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]], look: dict[str, object]
) -> None:
    owner, stranger = new_screen(**DESK), new_screen(has_service_worker=True, **look)
    _with_pictures(owner, on_disk)
    visitor, judge = stranger.page, Judge(stranger.page)
    asked = _break_off_once(stranger.context)
    visitor.goto(_shared_link(owner))
    visitor.get_by_role("button", name="Download all").click()
    dialog = visitor.get_by_role("dialog", name="Download as a zip")
    expect(dialog).to_contain_text(f"{COUNT} pictures")
    expect(dialog.get_by_role("switch")).to_have_count(0)
    judge.look_at("a download of a visitor")
    with visitor.expect_download() as coming:
        dialog.get_by_role("button", name="Download").click()
    assert coming.value.suggested_filename == "Lisbon.zip"
    assert _files(coming.value.path()) == _wanted("Lisbon")
    assert sorted(asked) == [""] * COUNT + ["bytes=1000-"] * COUNT
    # Nothing of it stays: no cookie, and a worker that answers for no page.
    assert {each.get("name") for each in visitor.context.cookies()} <= {"mailbox"}
    assert visitor.evaluate("navigator.serviceWorker.controller") is None
    assert judge.sentence() == ""


def test_a_download_stops_with_its_network_and_goes_on(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    owner, stranger = new_screen(**DESK), new_screen(has_service_worker=True, **DESK)
    _with_pictures(owner, on_disk)
    stranger.witness.forgive("ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
    visitor, judge = stranger.page, Judge(stranger.page)
    originals = re.compile(r"/original\?")
    stranger.context.route(originals, lambda route: route.abort())
    visitor.goto(_shared_link(owner))
    visitor.get_by_role("button", name="Download all").click()
    with visitor.expect_download() as coming:
        visitor.get_by_role("dialog").get_by_role("button", name="Download").click()
        tray = _tray(visitor)
        expect(tray).to_contain_text("Connection lost, trying again")
        judge.look_at("a download without a network")
        try_now = tray.get_by_role("button", name="Try now")
        expect(try_now).to_be_visible()
        stranger.context.unroute(originals)
        # It may have tried by itself meanwhile, and a button that is gone could not be clicked.
        try_now.evaluate_all("buttons => buttons.forEach((button) => button.click())")
    assert _files(coming.value.path()) == _wanted("Lisbon")
    assert judge.sentence() == ""


def test_a_download_is_cancelled_and_ends_with_its_link(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    owner, stranger = new_screen(**DESK), new_screen(has_service_worker=True, **DESK)
    _with_pictures(owner, on_disk)
    stranger.witness.forgive("ERR_FAILED", "status of 40[34]", "ERR_ABORTED")
    visitor = stranger.page
    originals = re.compile(r"/original\?")
    stranger.context.route(originals, lambda route: route.abort())
    visitor.goto(_shared_link(owner))
    tray = _tray(visitor)

    def begin() -> None:
        visitor.get_by_role("button", name="Download all").click()
        visitor.get_by_role("dialog").get_by_role("button", name="Download").click()
        expect(tray).to_contain_text("Connection lost, trying again")

    begin()
    visitor.get_by_role("button", name="Download all").click()
    expect(visitor.get_by_role("dialog", name="A download is under way")).to_be_visible()
    visitor.keyboard.press("Escape")
    tray.get_by_role("button", name="Cancel").click()
    expect(tray).to_contain_text("Download cancelled")
    begin()
    owner.call("DELETE", "/api/shares")
    # As S3 answers once the addresses of a minute are over.
    stranger.context.unroute(originals)
    stranger.context.route(
        originals,
        lambda route: route.fulfill(
            status=403, headers={"Access-Control-Allow-Origin": route.request.headers["origin"]}
        ),
    )
    with suppress(PlaywrightTimeoutError):  # by then it may have tried again by itself
        tray.get_by_role("button", name="Try now").click(timeout=2_000)
    expect(tray).to_contain_text("The link has ended")
