"""The whole way without a mouse."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg
from tests.support.users import PASSWORD

COUNT = 6


def _tile_of(screen: Screen, number: int) -> Locator:
    return screen.tile(f"picture {number}.jpg")


def _upload_six(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    pictures = [jpeg(seed=40 + n, name=f"picture {n}.jpg") for n in range(1, COUNT + 1)]
    screen.drop(*on_disk(*pictures))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()


def _order(screen: Screen) -> list[str]:
    expect(screen.tiles).to_have_count(COUNT)
    names = [tile.get_by_role("img").get_attribute("alt") or "" for tile in screen.tiles.all()]
    return [name.partition("(")[2].rstrip(")") for name in names]


def test_signing_in_with_the_keyboard(screen: Screen) -> None:
    page = screen.page
    email = screen.register()
    screen.sign_out()
    screen.tab_to(page.get_by_label("E-mail"))
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()

    # The first Tab reaches a way past the header.
    page.reload()
    # The header stands before the list has come: until then there is nothing below to go to.
    expect(page.get_by_role("button", name="Choose pictures")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose pictures")).to_be_focused()

    screen.tab_to(page.get_by_role("button", name="Account", exact=True), back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Settings")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_grid_viewer_delete_and_undo_with_the_keyboard(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    screen.register()
    _upload_six(screen, on_disk)
    order = _order(screen)
    screen.tab_to(screen.tile(order[0]))
    page.keyboard.press("ArrowRight")
    expect(screen.tile(order[1])).to_be_focused()
    page.keyboard.press("End")
    expect(screen.tile(order[-1])).to_be_focused()
    page.keyboard.press("Home")
    expect(screen.tile(order[0])).to_be_focused()

    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_role("heading", name=order[0])).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(screen.viewer.get_by_role("heading", name=order[2])).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(screen.viewer.get_by_role("heading", name=order[1])).to_be_visible()
    page.keyboard.press("i")
    expect(screen.details).to_contain_text("Pinhole Works Box One")
    page.keyboard.press("i")
    expect(screen.details).to_have_count(0)
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    expect(screen.tile(order[1])).to_be_focused()

    page.keyboard.press("Delete")
    expect(screen.tile(order[1])).to_have_count(0)
    expect(screen.tile(order[2])).to_be_focused()
    screen.tab_to(page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    expect(screen.tile(order[1])).to_be_visible()
    assert _order(screen) == order


def test_delete_and_undo_inside_the_viewer(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    screen.register()
    _upload_six(screen, on_disk)
    order = _order(screen)
    screen.tab_to(screen.tile(order[0]))
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_role("heading", name=order[0])).to_be_visible()
    page.keyboard.press("Delete")
    expect(screen.viewer.get_by_role("heading", name=order[1])).to_be_visible()
    page.keyboard.press("u")
    expect(screen.viewer.get_by_role("heading", name=order[0])).to_be_visible()
    page.keyboard.press("Delete")
    expect(screen.viewer.get_by_role("heading", name=order[1])).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.tile(order[1])).to_be_focused()
    expect(screen.tiles).to_have_count(COUNT - 1)


def test_selecting_several_with_the_keyboard(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    screen.register()
    _upload_six(screen, on_disk)
    order = _order(screen)
    screen.tab_to(screen.tile(order[0]))
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("Delete")
    expect(screen.tiles).to_have_count(COUNT - 3)

    screen.go_to("Recently deleted")
    page.get_by_role("button", name="Select all", exact=True).press("Enter")
    page.get_by_role("button", name="Restore").press("Enter")
    expect(page.get_by_text("3 pictures restored")).to_be_visible()
    screen.go_to("Pictures")
    assert _order(screen) == order


def test_a_slideshow_goes_through_the_pictures_and_pauses(
    screen: Screen, on_disk: Callable[..., list[Path]], judge: Judge
) -> None:
    page = screen.page
    screen.register()
    _upload_six(screen, on_disk)
    order = _order(screen)
    page.emulate_media(reduced_motion="reduce")
    screen.tile(order[-3]).click()
    name = screen.viewer.get_by_role("heading").first
    expect(name).to_have_text(order[-3])
    page.keyboard.press("s")
    show = page.get_by_role("group", name="Slideshow")
    show.get_by_label("Time for each picture").select_option("3 seconds")
    expect(name).to_have_text(order[-2])
    page.keyboard.press("Escape")
    expect(show).to_have_count(0)
    page.keyboard.press("s")
    expect(show.get_by_label("Time for each picture")).to_have_value("3")
    show.get_by_role("button", name="Pause the slideshow").click()
    judge.look_at("a slideshow that is paused")
    show.get_by_role("button", name="Go on with the slideshow").click()
    # After the last one it ends, and the viewer stays.
    expect(show).to_have_count(0)
    expect(name).to_have_text(order[-1])
    page.keyboard.press("z")
    expect(page.locator(".pswp--zoomed-in")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator(".pswp--zoomed-in")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(screen.tile(order[-1])).to_be_focused()
    assert judge.sentence() == ""
