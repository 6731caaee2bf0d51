"""Pinhole as an app: its manifest, the page for offline, and what phones share with it."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.api.conftest import until
from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import Picture, jpeg

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
_SHARE = """
(files) => {
  const transfer = new DataTransfer();
  for (const [name, type, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const form = document.createElement("form");
  Object.assign(form, { method: "POST", action: "/share-target", enctype: "multipart/form-data" });
  const input = document.createElement("input");
  Object.assign(input, { type: "file", name: "pictures", multiple: true });
  input.files = transfer.files;
  form.append(input);
  document.body.append(form);
  form.submit();
}
"""
_SEEN = """
async () => {
  if (!(await caches.has("pinhole-seen"))) return null;
  const cache = await caches.open("pinhole-seen");
  const index = await cache.match("/seen/index");
  return index ? { ...(await index.json()), entries: (await cache.keys()).length } : null;
}
"""


@pytest.fixture
def installed(new_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    """Open a page whose service worker is at work."""

    def open_screen(**options: Any) -> Screen:
        screen = new_screen(has_service_worker=True, **options)
        # Without a network, Chromium says so of each request.
        screen.witness.forgive("ERR_INTERNET_DISCONNECTED")
        screen.register()
        _wait_for_worker(screen.page)
        return screen

    return open_screen


def _wait_for_worker(page: Page) -> None:
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def _add(screen: Screen, on_disk: Callable[..., list[Path]], count: int = 2) -> None:
    screen.drop(*on_disk(*[jpeg(seed=30 + n, name=f"{n}.jpg") for n in range(count)]))
    screen.expect_added(*[f"{n}.jpg" for n in range(count)])
    screen.close_panel()
    expect(screen.tiles).to_have_count(count)
    expect(screen.page.locator("main [data-image] img")).to_have_count(count)


def _wait_for_seen(page: Page, count: int) -> dict[str, Any]:
    """Have the page notice what it shows, as it does when one leaves it."""

    def seen() -> dict[str, Any] | None:
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        found: dict[str, Any] | None = page.evaluate(_SEEN)
        return found if found and len(found["pictures"]) == count else None

    found: dict[str, Any] = until(seen)
    return found


def _go_offline(screen: Screen) -> None:
    screen.context.set_offline(True)
    screen.page.reload()
    expect(screen.page.get_by_role("heading", name="You are offline")).to_be_visible()


def test_manifest_names_icons_that_are_there(screen: Screen) -> None:
    screen.page.goto(screen.site)
    href = screen.page.locator("link[rel=manifest]").get_attribute("href") or ""
    answer = screen.context.request.get(urljoin(screen.site, href))
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = json.loads(answer.body())
    assert manifest["display"] == "standalone"
    size_of = """
      async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
      }
    """
    sizes = [each for each in manifest["icons"] if each["type"] == "image/png"]
    assert {(each["sizes"], each.get("purpose")) for each in sizes} == {
        ("192x192", None),
        ("512x512", None),
        ("512x512", "maskable"),
    }
    for icon in sizes:
        width, height = screen.page.evaluate(size_of, icon["src"])
        assert f"{width}x{height}" == icon["sizes"]
    touch = screen.page.locator("link[rel=apple-touch-icon]").get_attribute("href")
    assert screen.page.evaluate(size_of, touch) == [180, 180]


def test_reload_without_a_network_shows_what_was_seen_last_and_says_so(
    installed: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = installed()
    page = screen.page
    _add(screen, on_disk)
    seen = _wait_for_seen(page, 2)
    assert seen["entries"] == 3
    _go_offline(screen)
    expect(page.get_by_text("These are the pictures you saw last")).to_be_visible()
    pictures = page.get_by_role("list", name="Pictures you saw last").get_by_role("img")
    expect(pictures).to_have_count(2)
    for at in range(2):
        assert pictures.nth(at).evaluate("async (img) => { await img.decode(); return img.width }")
    judge = Judge(page)
    judge.look_at("offline")
    assert judge.sentence() == ""
    # Other addresses of Pinhole too; with the network, what was asked for is there.
    page.goto(f"{screen.site}/albums")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    screen.context.set_offline(False)  # the page comes by itself
    expect(page.get_by_role("heading", name="Albums", exact=True)).to_be_visible()


def test_nothing_is_kept_of_the_api_nor_of_scripts(
    installed: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = installed()
    _add(screen, on_disk)
    _wait_for_seen(screen.page, 2)
    kept = screen.page.evaluate(
        """
        async () => {
          const all = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const { url } of await cache.keys()) all.push(new URL(url).pathname);
          }
          return all;
        }
        """
    )
    ours = {path for path in kept if not path.startswith("/seen/")}
    assert ours == {"/offline.html", "/offline.css", "/offline.js", "/theme.js"}


def test_nothing_of_a_person_who_signed_out_stays(
    installed: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = installed()
    page = screen.page
    _add(screen, on_disk)
    _wait_for_seen(page, 2)
    screen.sign_out()
    until(lambda: page.evaluate(_SEEN) is None)
    # Nor of one whose session ended elsewhere, once the page hears so.
    _go_offline(screen)
    expect(page.get_by_role("img")).to_have_count(0)
    expect(page.get_by_text("Pinhole cannot be reached")).to_be_visible()


def test_session_that_ended_elsewhere_leaves_nothing_either(
    installed: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = installed()
    page = screen.page
    _add(screen, on_disk)
    _wait_for_seen(page, 2)
    screen.witness.forgive("401")
    screen.call("POST", "/api/auth/logout")
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    until(lambda: page.evaluate(_SEEN) is None)


def _share(screen: Screen, *pictures: Picture) -> None:
    files = [
        [each.name, each.content_type, base64.b64encode(each.content).decode()] for each in pictures
    ]
    screen.page.evaluate(_SHARE, files)


def test_shared_pictures_are_uploaded_once_their_person_says_so(
    installed: Callable[..., Screen],
) -> None:
    screen = installed(**PHONE)
    page = screen.page
    _share(screen, jpeg(seed=40, name="Åse.jpg"), jpeg(seed=41, name="two.jpg"))
    notice = page.get_by_role("region", name="Shared pictures")
    expect(notice.get_by_role("heading")).to_have_text("2 pictures shared with Pinhole")
    expect(page).to_have_url(f"{screen.site}/")
    expect(screen.tiles).to_have_count(0)
    judge = Judge(page)
    judge.look_at("shared pictures")
    assert judge.sentence() == ""
    # They wait over a reload, and are gone once they were taken or discarded.
    page.reload()
    notice.get_by_role("button", name="Upload").click()
    expect(notice).to_have_count(0)
    expect(screen.tiles).to_have_count(2)
    screen.expect_added("Åse.jpg", "two.jpg")
    page.reload()
    expect(screen.tiles).to_have_count(2)
    assert not page.evaluate("() => caches.has('pinhole-shared')")
    _share(screen, jpeg(seed=42, name="three.jpg"))
    notice.get_by_role("button", name="Discard").click()
    expect(notice).to_have_count(0)
    until(lambda: not page.evaluate("() => caches.has('pinhole-shared')"))
    expect(screen.tiles).to_have_count(2)


def test_new_release_takes_the_place_of_the_old_one(installed: Callable[..., Screen]) -> None:
    screen = installed()
    page = screen.page
    # As an older service worker would have left it.
    page.evaluate("() => caches.open('pinhole-shell-0123')")
    page.evaluate(
        """
        async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          await registration.unregister();
        }
        """
    )
    page.reload()
    _wait_for_worker(page)
    until(lambda: not page.evaluate("() => caches.has('pinhole-shell-0123')"))
    names = page.evaluate("() => caches.keys()")
    assert len([name for name in names if name.startswith("pinhole-shell-")]) == 1
