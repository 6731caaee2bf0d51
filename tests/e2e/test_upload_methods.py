"""Every way that pictures come in: dropped, pasted, by folder; and the same ones twice."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.page_objects import Screen
from tests.support.images import Picture, jpeg, png


def test_drop_anywhere(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    files = on_disk(jpeg(seed=1, name="one.jpg"), jpeg(seed=2, name="two.jpg"))
    screen.drag(*files)
    expect(screen.page.get_by_text("Drop to upload")).to_be_visible()
    screen.drop(*files)
    expect(screen.page.get_by_text("Drop to upload")).to_have_count(0)
    screen.expect_added("one.jpg", "two.jpg")
    screen.expect_thumbnail("one.jpg")
    screen.expect_thumbnail("two.jpg")


def test_paste(screen: Screen) -> None:
    screen.register()
    screen.paste(png(seed=3, name="image.png"))
    screen.expect_added("image.png")
    screen.expect_thumbnail("image.png")


def test_folders_with_folders_in_them(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    system = Picture(name=".DS_Store", content_type="", content=b"\0")
    (top, _) = on_disk(jpeg(seed=4, name="top.jpg"), system, folder="dropped")
    on_disk(jpeg(seed=5, name="deep.jpg"), folder="dropped/2024/may")
    screen.drop(top.parent)
    screen.expect_added("top.jpg", "deep.jpg")
    expect(screen.panel.get_by_role("listitem")).to_have_count(2)

    (chosen,) = on_disk(jpeg(seed=6, name="chosen.jpg"), folder="chosen")
    screen.choose_folder(chosen.parent)
    screen.expect_added("chosen.jpg")
    expect(screen.tiles).to_have_count(3)


def test_the_same_file_again_is_not_kept_twice(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    original = jpeg(seed=7, name="first.jpg")
    copy = Picture(name="copy.jpg", content_type="image/jpeg", content=original.content)
    first, second = on_disk(original, copy)
    screen.drop(first, second)
    # Files are hashed side by side: whichever is done first is the one that is uploaded.
    screen.expect_phase("first.jpg", re.compile("Added|Same picture as copy.jpg"))
    screen.expect_phase("copy.jpg", re.compile("Added|Same picture as first.jpg"))
    expect(screen.panel.get_by_role("heading")).to_have_text("1 picture added")
    screen.close_panel()

    screen.choose(second)
    screen.expect_phase("copy.jpg", "Already in your library")
    expect(screen.panel.get_by_role("heading")).to_have_text("Already in your library")
    expect(screen.tiles).to_have_count(1)


def test_a_deleted_picture_that_comes_again_is_restored(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    files = on_disk(jpeg(seed=8, name="phoenix.jpg"))
    screen.drop(*files)
    screen.expect_added("phoenix.jpg")
    screen.close_panel()
    screen.tile("phoenix.jpg").focus()
    screen.page.keyboard.press("Delete")
    expect(screen.tiles).to_have_count(0)
    screen.page.reload()
    screen.choose(*files)
    screen.expect_phase("phoenix.jpg", "Restored from Recently deleted")
    screen.expect_thumbnail("phoenix.jpg")


def test_thirty_at_once(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.page.set_viewport_size({"width": 1440, "height": 2000})
    screen.register()
    pictures = [
        jpeg(seed=100 + number, size=(320, 240), name=f"photo {number:02}.jpg")
        for number in range(30)
    ]
    screen.drop(*on_disk(*pictures))
    heading = screen.panel.get_by_role("heading")
    expect(heading).to_have_text("30 pictures added", timeout=60_000)
    expect(screen.tiles).to_have_count(30)
    for picture in pictures:
        screen.expect_thumbnail(picture.name)


def test_four_tabs_of_one_person_upload_at_once(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    """They ask for places beside each other: who is told to wait does, and no file is given up."""
    screen.witness.forgive(r"status of 429 .*/api/images")
    screen.register()
    tabs = [screen]
    for _ in range(3):
        tabs.append(replace(screen, page=screen.context.new_page()))
        tabs[-1].page.goto(screen.site)
    files = [
        on_disk(
            *(
                jpeg(seed=200 + 50 * tab + number, size=(320, 240), name=f"{tab}-{number:02}.jpg")
                for number in range(40)
            )
        )
        for tab in range(len(tabs))
    ]
    for tab, chosen in zip(tabs, files, strict=True):
        tab.choose(*chosen)
    for tab in tabs:
        heading = tab.panel.get_by_role("heading")
        expect(heading).to_have_text("40 pictures added", timeout=120_000)
