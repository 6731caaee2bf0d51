"""Descriptions of what is selected: what that costs is said before, and how far it is meanwhile."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import PATIENCE_MS, Screen
from tests.support.images import jpeg

COUNT = 3


def _agree(screen: Screen) -> None:
    host = screen.call("GET", "/api/auth/session")["descriptions"]["host"]
    body = {"descriptions_enabled": True, "descriptions_host": host}
    screen.call("PATCH", "/api/account", body)


def _select_all(screen: Screen) -> Locator:
    screen.tiles.first.hover()
    screen.page.keyboard.press("Control+a")
    bar = screen.page.get_by_role("toolbar", name="Selected pictures")
    expect(bar).to_contain_text(f"{COUNT} selected")
    return bar


def test_what_is_selected_is_described_once_it_was_said_what_that_costs(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport={"width": 1280, "height": 800})
    page, judge = screen.page, Judge(screen.page)
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=640 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    dialog = page.get_by_role("dialog", name="Describe pictures")

    # Nothing is sent of who has not agreed.
    screen.witness.forgive(r"status of 409")
    _select_all(screen).get_by_role("button", name="Describe").click()
    expect(dialog.get_by_role("link", name="what is sent to whom")).to_be_visible()
    expect(dialog.get_by_role("button")).to_have_count(2)  # both close it
    dialog.get_by_role("button", name="Close").last.click()

    _agree(screen)
    ids = [tile.get_attribute("data-image") for tile in screen.tiles.all()]
    never = {"ids": ids[:1], "never": True}
    screen.call("POST", "/api/descriptions/never-send", never)
    page.reload()
    # The selection is kept while the dialog is open, and by keyboard it is the same.
    bar = _select_all(screen)
    screen.tab_to(bar.get_by_role("button", name="Describe"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("region", name="Left out")).to_contain_text(
        "1 picture is never sent, as you said"
    )
    expect(dialog).to_contain_text("Cost, at most")
    judge.look_at("what describing costs")
    start = dialog.get_by_role("button", name="Describe 2 pictures")
    screen.tab_to(start)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("progressbar", name="Descriptions")).to_be_visible()
    expect(dialog).to_contain_text("2 pictures described", timeout=PATIENCE_MS)
    judge.look_at("how far descriptions are")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(bar).to_contain_text(f"{COUNT} selected")
    states = [screen.call("GET", f"/api/images/{image}")["description_state"] for image in ids]
    assert sorted(states) == ["done", "done", "none"]
    assert not judge.sentence()


def test_within_a_day_is_half_the_price_and_can_be_cancelled(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport={"width": 1280, "height": 800})
    page, judge = screen.page, Judge(screen.page)
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=740 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    _agree(screen)
    page.reload()
    bar = _select_all(screen)
    screen.tab_to(bar.get_by_role("button", name="Describe"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Describe pictures")
    screen.tab_to(dialog.get_by_role("radio", name="Now"))
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("radio", name="Within a day, at half the price")).to_be_checked()
    judge.look_at("when to describe")
    screen.tab_to(dialog.get_by_role("button", name=f"Describe {COUNT} pictures"))
    page.keyboard.press("Enter")
    expect(
        page.get_by_text(f"{COUNT} pictures wait for a description within a day")
    ).to_be_visible()

    page.goto(f"{screen.site}/settings/descriptions")
    section = page.get_by_role("region", name="Within a day")
    expect(section).to_contain_text("Waiting since")
    expect(section).to_contain_text(f"of {COUNT} pictures done")
    judge.look_at("how far batches are")
    screen.tab_to(section.get_by_role("button", name="Cancel the rest"))
    page.keyboard.press("Enter")
    # Not sent yet, it is over at once; sent, it is being cancelled.
    expect(section).to_contain_text("described, done", timeout=PATIENCE_MS)


def test_languages_and_names_are_kept(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(viewport={"width": 1280, "height": 800})
    page, judge = screen.page, Judge(screen.page)
    screen.register()
    _agree(screen)
    page.goto(f"{screen.site}/settings/descriptions")
    section = page.get_by_role("region", name="Languages and names")
    section.get_by_label("First language").select_option("German")
    section.get_by_label("Second language").select_option("English")
    section.get_by_role("button", name="Add a name").click()
    section.get_by_label("Name 1", exact=True).fill("Oma")
    section.get_by_label("What name 1 stands for").fill("an old woman with short white hair")
    section.scroll_into_view_if_needed()
    judge.look_at("languages and names")
    section.get_by_role("button", name="Save languages and names").click()
    expect(page.get_by_text("Saved. It counts for what is described from now on")).to_be_visible()
    page.reload()
    expect(section.get_by_label("Second language")).to_have_value("en")
    expect(section.get_by_label("Name 1", exact=True)).to_have_value("Oma")
    assert not judge.sentence()
