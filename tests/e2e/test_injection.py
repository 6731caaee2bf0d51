"""Names, descriptions and files that mean harm stay text and bytes (THREATS 24, 25, 29)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Error, expect

from tests.e2e.hostile_inputs import PAYLOADS, as_names, polyglot
from tests.e2e.page_objects import PATIENCE_MS, Screen
from tests.e2e.running_app import RunningProduct
from tests.media.hostile.polyglots import PICTURES_AND_MORE
from tests.support.images import Picture, jpeg, not_a_picture

TALL = {"width": 1440, "height": 1600}


def test_hostile_names_are_text_on_every_page(screen: Screen) -> None:
    page = screen.page
    page.set_viewport_size(TALL)  # type: ignore[arg-type]
    screen.register()
    pictures = as_names()
    screen.drop_made(*pictures)
    heading = screen.panel.get_by_role("heading")
    expect(heading).to_have_text(f"{len(pictures)} pictures added", timeout=60_000)
    expect(screen.panel.get_by_role("listitem").first).to_be_visible()  # those in sight only
    screen.close_panel()

    for picture in pictures:
        screen.expect_thumbnail(f"({picture.name})")
    screen.tiles.first.click()
    screen.open_details()
    shown = set()
    for _ in pictures:
        heading = screen.viewer.get_by_role("heading", level=2).first
        name = heading.text_content() or ""
        expect(screen.details.get_by_text(name, exact=True)).to_be_visible()
        shown.add(name)
        page.keyboard.press("ArrowRight")
        if len(shown) < len(pictures):
            expect(heading).not_to_have_text(name)
    assert shown == {picture.name for picture in pictures}

    for image in screen.call("GET", "/api/images")["images"]:
        screen.call("DELETE", f"/api/images/{image['id']}")
    page.goto(f"{screen.site}/deleted")
    expect(page.get_by_role("img", name=f"({pictures[3].name})")).to_be_visible()


def test_hostile_descriptions_are_text_on_every_page(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    screen.register()
    pictures = [jpeg(seed=300 + n, size=(160, 120), name=f"{n}.jpg") for n in range(len(PAYLOADS))]
    screen.drop(*on_disk(*pictures))
    heading = screen.panel.get_by_role("heading")
    expect(heading).to_have_text(f"{len(pictures)} pictures added", timeout=60_000)
    images: list[Any] = screen.call("GET", "/api/images")["images"]
    for image, words in zip(images, PAYLOADS, strict=True):
        own = {"alt_text": words, "text": f"{words} text", "visible_text": f"{words} visible"}
        body = {"description": own | {"tags": [words.lower()[:40]]}}
        screen.call("PATCH", f"/api/images/{image['id']}", body)

    page.goto(screen.site)
    page.set_viewport_size(TALL)  # type: ignore[arg-type]
    for words in PAYLOADS:
        screen.expect_thumbnail(words)
    page.goto(f"{screen.site}/images/{images[0]['id']}")
    screen.open_details()
    for words in PAYLOADS:
        expect(screen.details.get_by_text(words, exact=True).first).to_be_visible()
        expect(screen.details.get_by_text(f"{words} text", exact=True)).to_be_visible()
        expect(screen.details.get_by_text(f"{words} visible", exact=True)).to_be_visible()
        tags = screen.details.get_by_role("list", name="Keywords")
        expect(tags.get_by_role("listitem")).to_have_text(words.lower()[:40])
        page.keyboard.press("ArrowRight")


def test_what_a_model_was_talked_into_is_text(
    screen: Screen, product: RunningProduct, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    host = screen.call("GET", "/api/auth/session")["descriptions"]["host"]
    consent = {"descriptions_enabled": True, "descriptions_host": host}
    screen.call("PATCH", "/api/account", consent)
    fault = {"fault": "hostile", "times": 1}
    httpx2.put(f"{product.model}/control", json=fault).raise_for_status()
    screen.page.reload()
    screen.choose(*on_disk(jpeg(seed=350, name="talking.jpg")))
    screen.expect_added("talking.jpg")
    screen.row("talking.jpg").get_by_role("link", name="Open").click()
    screen.open_details()
    expect(screen.details.get_by_text("Demo description")).to_be_visible(timeout=PATIENCE_MS)
    expect(screen.details).to_contain_text("<script>alert(1)</script>")


def test_the_original_of_a_polyglot_is_saved_and_never_rendered(screen: Screen) -> None:
    screen.register()
    picture = polyglot()
    screen.drop_made(picture)
    screen.expect_added(picture.name)
    screen.close_panel()
    screen.open(picture.name)
    with screen.page.expect_download() as saved:
        screen.viewer.get_by_role("button", name="Download original").click()
    assert saved.value.path().read_bytes() == picture.content
    assert saved.value.suggested_filename == picture.name
    _expect_to_be_saved(screen, saved.value.url)
    expect(screen.viewer).to_be_visible()


def test_no_address_of_a_polyglot_runs_anything(screen: Screen) -> None:
    screen.register()
    pictures = [
        Picture(name=f"{kind}.jpg", content_type="image/jpeg", content=content)
        for kind, content in PICTURES_AND_MORE.items()
    ]
    screen.drop_made(*pictures)
    heading = screen.panel.get_by_role("heading")
    expect(heading).to_have_text(f"{len(pictures)} pictures added", timeout=60_000)
    images: list[Any] = screen.call("GET", "/api/images")["images"]
    assert len(images) == len(pictures)
    screen.witness.forgive(r"/favicon\.ico")  # a picture's own page asks the bucket for one
    shown = screen.context.new_page()
    moving = 0
    for image in images:
        detail = screen.call("GET", f"/api/images/{image['id']}")
        _expect_to_be_saved(
            screen, screen.call("GET", f"/api/images/{image['id']}/original")["url"]
        )
        moving += detail["animation_url"] is not None
        for address in (detail["thumbnail_url"], detail["preview_url"], detail["animation_url"]):
            if address:
                shown.goto(address)
                assert shown.evaluate("document.contentType").startswith("image/")
                assert shown.evaluate("document.scripts.length") == 0
    assert moving == 2
    shown.close()


def test_the_original_of_a_page_that_calls_itself_a_picture_is_never_rendered(
    screen: Screen,
) -> None:
    screen.register()
    with screen.page.expect_response("**/api/images") as promised:
        screen.drop_made(not_a_picture("page.jpg"))
    screen.expect_phase("page.jpg", "not a picture")
    (place,) = promised.value.json()["places"]
    address = f"{screen.site}/api/images/{place['image']['id']}/original"
    answer = screen.context.request.get(address)
    if answer.ok:
        _expect_to_be_saved(screen, answer.json()["url"])
    else:
        assert answer.status == 404


def _expect_to_be_saved(screen: Screen, address: str) -> None:
    tab = screen.context.new_page()
    with tab.expect_download(), pytest.raises(Error, match="Download is starting"):
        tab.goto(address)
    assert tab.url == "about:blank"
    tab.close()


def test_no_string_becomes_markup_or_a_scripts_address(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    """Trusted Types: and what the site itself does, hashing and the viewer's icons, goes on."""
    page = screen.page
    screen.register()
    screen.drop(*on_disk(jpeg(seed=360, size=(320, 240), name="1.jpg")))
    expect(screen.tiles).to_have_count(1, timeout=60_000)
    screen.tiles.first.click()
    expect(page.locator(".pswp__preloader svg")).to_have_count(1)
    assert screen.witness.complaints == []
    screen.witness.forgive("Trusted", "trusted-types", "CSP: script-src")
    for attack in (
        "document.body.innerHTML = '<img src=x onerror=alert(1)>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>words</b>')",
        "new Worker('/assets/any.js')",
        "document.createElement('script').src = '/assets/any.js'",
        "setTimeout('alert(1)', 0)",
        "trustedTypes.createPolicy('another', {})",
    ):
        with pytest.raises(Error, match=r"Trusted|policy|Policy"):
            page.evaluate(f"() => {{ {attack} }}")
