"""Albums ordered by date or by hand, and selections dropped onto them."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.api.conftest import until
from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

DESK = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NAMES = ("ant.jpg", "bee.jpg", "cat.jpg", "dog.jpg")


def _library(screen: Screen, on_disk: Callable[..., list[Path]]) -> list[str]:
    """Upload pictures of four days, the oldest first; returns their ids."""
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=70 + n, name=name) for n, name in enumerate(NAMES)]))
    expect(screen.panel.get_by_role("heading")).to_have_text("4 pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(4)
    listed = screen.call("GET", "/api/images?limit=100")["images"]
    by_name = {image["name"]: image["id"] for image in listed}
    ids = [by_name[name] for name in NAMES]
    for day, image_id in enumerate(ids, start=1):
        taken = {"at": f"2024-05-0{day}T10:00:00", "offset_minutes": None}
        screen.call("PATCH", f"/api/images/{image_id}", {"taken": taken})
    return ids


def _album(screen: Screen, title: str, ids: list[str], order: str = "newest") -> str:
    album = screen.call("POST", "/api/albums", {"title": title, "order": order})["id"]
    for image_id in ids:
        body = {"action": "add_to_album", "album_id": album, "images": {"ids": [image_id]}}
        screen.call("POST", "/api/images/batch", body)
    return str(album)


def _shown(screen: Screen) -> list[str]:
    return [
        str(tile.get_attribute("data-image"))
        for tile in screen.page.locator("main [data-image]").all()
    ]


def _expect_order(screen: Screen, ids: list[str]) -> None:
    tiles = screen.page.locator("main [data-image]")
    expect(tiles).to_have_count(len(ids))
    for at, image_id in enumerate(ids):
        expect(tiles.nth(at)).to_have_attribute("data-image", image_id)


def _expect_kept(screen: Screen, album: str, ids: list[str]) -> None:
    """Wait until the API has this order: what a page shows at once, a reload would cut off."""
    until(lambda: screen.call("GET", f"/api/albums/{album}/images")["ids"] == ids)
    screen.page.reload()
    _expect_order(screen, ids)


def _tile(screen: Screen, image_id: str) -> Locator:
    return screen.page.locator(f"[data-tile='{image_id}']")


def _select(screen: Screen, *ids: str) -> None:
    for image_id in ids:
        _tile(screen, image_id).get_by_role("link").focus()
        screen.page.keyboard.press("Space")
    bar = screen.page.get_by_role("toolbar", name="Selected pictures")
    expect(bar.get_by_role("status")).to_have_text(f"{len(ids)} selected")
    # What can be done with them has arrived, and dragging them with it.
    expect(bar.get_by_role("button", name="Delete")).to_be_visible()


def _carry(screen: Screen, image_id: str) -> None:
    """Take hold of a selected picture, and move a little."""
    box = _tile(screen, image_id).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen.page.mouse.move(x, y)
    screen.page.mouse.down()
    screen.page.mouse.move(x + 20, y + 20, steps=3)


def _drop_beside(screen: Screen, image_id: str, *, share: float) -> None:
    box = _tile(screen, image_id).bounding_box()
    assert box
    x = box["x"] + box["width"] * share
    screen.page.mouse.move(x, box["y"] + box["height"] / 2, steps=5)
    screen.page.mouse.up()


def test_order_is_chosen_and_kept_and_the_viewer_goes_by_it(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    ids = _library(screen, on_disk)
    album = _album(screen, "Walk", ids)
    page.goto(f"{screen.site}/albums/{album}")
    _expect_order(screen, ids[::-1])
    page.get_by_label("Order").select_option("Oldest first")
    _expect_order(screen, ids)
    _expect_kept(screen, album, ids)
    page.locator("main [data-image]").first.click()
    expect(screen.viewer.get_by_text("1 of 4", exact=True)).to_be_visible()
    # The picture is there, and with it what listens to keys.
    expect(screen.viewer.get_by_role("button", name="Next picture")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(ids[1]))
    page.reload()
    expect(screen.viewer.get_by_text("2 of 4", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    page.get_by_label("Order").select_option("By hand")
    expect(page.get_by_role("group", name="in the order of your own")).to_be_visible()
    _expect_order(screen, ids)
    _select(screen, ids[0])
    judge = Judge(page)
    judge.look_at("album by hand, with a selection")
    assert judge.sentence() == ""


def test_pictures_are_moved_by_dragging_and_the_move_is_taken_back(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    ant, bee, cat, dog = _library(screen, on_disk)
    album = _album(screen, "Walk", [ant, bee, cat, dog], order="manual")
    page.goto(f"{screen.site}/albums/{album}")
    _expect_order(screen, [ant, bee, cat, dog])
    _select(screen, ant, cat)
    _carry(screen, ant)
    _drop_beside(screen, dog, share=0.8)
    _expect_order(screen, [bee, dog, ant, cat])
    expect(page.get_by_text("2 pictures moved")).to_be_visible()
    _expect_kept(screen, album, [bee, dog, ant, cat])
    _select(screen, cat)
    _carry(screen, cat)
    _drop_beside(screen, bee, share=0.2)
    _expect_order(screen, [cat, bee, dog, ant])
    page.get_by_role("button", name="Undo").last.click()
    _expect_order(screen, [bee, dog, ant, cat])
    # Let go elsewhere, or given up, they stay.
    _carry(screen, cat)
    page.keyboard.press("Escape")
    page.mouse.up()
    _expect_order(screen, [bee, dog, ant, cat])
    expect(page.get_by_role("toolbar", name="Selected pictures")).to_be_visible()


def test_pictures_are_moved_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    ant, bee, cat, dog = _library(screen, on_disk)
    album = _album(screen, "Walk", [ant, bee, cat, dog], order="manual")
    page.goto(f"{screen.site}/albums/{album}")
    _expect_order(screen, [ant, bee, cat, dog])
    _select(screen, dog)
    earlier = page.get_by_role("button", name="Move earlier")
    expect(earlier).to_be_visible()
    screen.tab_to(earlier, back=True)
    page.keyboard.press("Enter")
    _expect_order(screen, [ant, bee, dog, cat])
    page.keyboard.press("Enter")
    _expect_order(screen, [ant, dog, bee, cat])
    page.get_by_role("button", name="Move later").press("Enter")
    _expect_order(screen, [ant, bee, dog, cat])
    expect(page.get_by_role("toolbar").get_by_role("status")).to_have_text("1 selected")
    _expect_kept(screen, album, [ant, bee, dog, cat])


def test_pictures_leave_an_album_by_hand_and_come_back_to_their_place(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    ant, bee, cat, dog = _library(screen, on_disk)
    album = _album(screen, "Walk", [dog, ant, cat, bee], order="manual")
    page.goto(f"{screen.site}/albums/{album}")
    _expect_order(screen, [dog, ant, cat, bee])
    _select(screen, ant)
    page.keyboard.press("Delete")
    _expect_order(screen, [dog, cat, bee])
    page.get_by_role("button", name="Undo").last.click()
    _expect_order(screen, [dog, ant, cat, bee])
    _select(screen, ant, cat)
    page.get_by_role("button", name="Remove from album").click()
    _expect_order(screen, [dog, bee])
    page.get_by_role("button", name="Undo").last.click()
    _expect_order(screen, [dog, ant, cat, bee])
    _expect_kept(screen, album, [dog, ant, cat, bee])


def test_selection_is_dropped_onto_an_album(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    ant, bee, *_ = _library(screen, on_disk)
    album = _album(screen, "Porto", [])
    _album(screen, "Lisbon", [ant])
    page.goto(screen.site)
    _select(screen, ant, bee)
    _carry(screen, bee)
    target = page.locator(f"[data-drop-album='{album}']")
    box = target.bounding_box()
    assert box
    expect(page.get_by_text("2 pictures", exact=True)).to_be_visible()
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=5)
    page.mouse.up()
    expect(page.get_by_text("Added 2 to Porto", exact=True)).to_be_visible()
    expect(target).to_have_count(0)
    expect(page.get_by_role("toolbar", name="Selected pictures")).to_have_count(0)
    screen.go_to("Albums")
    card = page.get_by_role("list", name="Your albums").get_by_role("link", name="Porto")
    expect(card).to_contain_text("2 pictures")
    page.get_by_role("button", name="Undo").last.click()
    expect(card).to_contain_text("0 pictures")


def test_files_dropped_on_an_album_are_in_it(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE)
    page = screen.page
    ids = _library(screen, on_disk)
    album = _album(screen, "Walk", ids[:1], order="manual")
    page.goto(f"{screen.site}/albums/{album}")
    _expect_order(screen, ids[:1])
    screen.drop(*on_disk(jpeg(seed=79, name="new.jpg")))
    expect(page.locator("main [data-image]")).to_have_count(2)
    assert _shown(screen)[0] == ids[0]
