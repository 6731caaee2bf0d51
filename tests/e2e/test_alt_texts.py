"""Alt texts are walked through by keyboard alone, and taken along as a file."""

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Download, Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import PATIENCE_MS, Screen
from tests.support.images import jpeg

COUNT = 3
HOSTILE = '=1+1"><img src=x onerror=alert(1)>'


def _described(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=660 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    host = screen.call("GET", "/api/auth/session")["descriptions"]["host"]
    body = {"descriptions_enabled": True, "descriptions_host": host}
    screen.call("PATCH", "/api/account", body)
    screen.call("POST", "/api/images/describe")
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while screen.call("GET", "/api/account")["descriptions"]["done"] < COUNT:
        assert time.monotonic() < deadline
        screen.page.wait_for_timeout(100)


def _state(screen: Screen) -> Locator:
    return screen.page.get_by_role("form").get_by_role("status")


def _downloaded(download: Download) -> str:
    return download.path().read_bytes().decode("utf-8")


def test_alt_texts_are_checked_and_written_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport={"width": 1280, "height": 800})
    page, keyboard, judge = screen.page, screen.page.keyboard, Judge(screen.page)
    _described(screen, on_disk)
    keyboard.press("Control+k")
    page.get_by_role("combobox", name="Page, album, tag or date").fill("alt texts")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Alt texts")).to_be_visible()
    table = page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(1 + COUNT)
    names = [row["name"] for row in screen.call("GET", "/api/descriptions/alt-texts")["alt_texts"]]
    picture = page.get_by_role("figure").get_by_role("img")
    expect(picture).to_have_accessible_name(names[0])
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    judge.look_at("alt texts")

    keyboard.press("j")
    expect(picture).to_have_accessible_name(names[1])
    keyboard.press("k")
    keyboard.press("a")
    expect(_state(screen)).to_have_text("Accepted.")
    expect(picture).to_have_accessible_name(names[1])
    expect(table.get_by_role("row").nth(1)).to_contain_text("Checked")
    keyboard.press("u")
    expect(_state(screen)).to_have_text("Undone.")
    expect(picture).to_have_accessible_name(names[0])
    keyboard.press("a")
    expect(picture).to_have_accessible_name(names[1])

    _write_another(screen, names, judge)
    _export(screen, names)
    page.get_by_role("radio", name="Without alt text").press("Space")
    expect(page.get_by_role("heading", name="All have an alt text")).to_be_visible()
    judge.look_at("no alt texts to write")
    assert not judge.sentence()


def _write_another(screen: Screen, names: list[str], judge: Judge) -> None:
    page, keyboard = screen.page, screen.page.keyboard
    field = page.get_by_label("Alt text", exact=True)
    picture = page.get_by_role("figure").get_by_role("img")
    # What is typed stays with its picture, and is text whatever it says.
    keyboard.press("e")
    expect(field).to_be_focused()
    keyboard.press("Control+a")
    keyboard.type(HOSTILE)
    keyboard.press("Escape")
    keyboard.press("j")
    expect(field).not_to_have_value(HOSTILE)
    keyboard.press("k")
    expect(field).to_have_value(HOSTILE)
    judge.look_at("an alt text that is not saved")
    keyboard.press("e")
    keyboard.press("Control+Enter")
    expect(_state(screen)).to_have_text("Saved.")
    expect(picture).to_have_accessible_name(names[2])
    expect(page.get_by_role("table")).to_contain_text(HOSTILE)
    left = screen.call("GET", "/api/descriptions/alt-texts")
    assert ([row["name"] for row in left["alt_texts"]], left["checked"]) == ([names[2]], 2)


def _export(screen: Screen, names: list[str]) -> None:
    page = screen.page
    table = page.get_by_role("table")
    page.get_by_role("radio", name="All").press("Space")
    expect(table.get_by_role("row")).to_have_count(1 + COUNT)
    files = {}
    for form in ("CSV", "HTML"):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=form).click()
        files[form] = _downloaded(download.value)
    rows = list(csv.DictReader(io.StringIO(files["CSV"].removeprefix("\ufeff"), newline="")))
    assert [row["file_name"] for row in rows] == names
    assert (rows[1]["alt_text"], rows[1]["is_checked"]) == (f"'{HOSTILE}", "yes")
    assert "<img src=x" not in files["HTML"]
    assert files["HTML"].count("<img ") == COUNT
