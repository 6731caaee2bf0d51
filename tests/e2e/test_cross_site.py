"""What other sites can do with a person who is signed in: nothing (THREATS 30, 33, 34)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hostile_inputs import OtherSite, other_site
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg
from tests.support.users import PASSWORD

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "/%2f/evil.example",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "/\\evil.example",
    "/\\\\evil.example",
    "/.//evil.example",
    "/%09/evil.example",
    "/%0d%0aLocation:%20http://evil.example",
    "/%01//evil.example",
    "/@evil.example",
    "/http://evil.example",
    "/https:evil.example",
    "/javascript:alert(1)",
    "/?next=//evil.example",
    "/sign-in?next=http://evil.example",
    "/sign-in?next=javascript:alert(1)",
    "/register?return_to=//evil.example",
    "/images/..%2f..%2f%2fevil.example",
    "/images///evil.example",
)


@pytest.fixture(params=["127.0.0.2", "localhost"], ids=["another site", "another port"])
def evil(request: Any) -> Iterator[tuple[str, OtherSite]]:
    """Somebody else's site: of another name, and of the same name, where SameSite is no help."""
    host = request.param
    with other_site("127.0.0.1" if host == "localhost" else host) as server:
        yield f"http://{host}:{server.port}/", server


ATTACK = """
<form method=post action="%(site)s/api/auth/logout"></form>
<form method=post enctype=text/plain action="%(site)s/api/auth/login">
  <input name='{"email":"%(email)s","password":"%(password)s","x":"' value='"}'></form>
<script>
const call = (method, path, type, body) => fetch("%(site)s" + path, {
  method, body, mode: type === "application/json" ? "cors" : "no-cors", credentials: "include",
  headers: type ? {"Content-Type": type} : {},
}).then(() => "sent", () => "refused");
const login = JSON.stringify({email: "%(email)s", password: "%(password)s"});
const batch = JSON.stringify({images: [
  {name: "planted.jpg", size: 10, content_type: "image/jpeg", sha256: "0".repeat(64)}]});
const token = JSON.stringify({name: "planted", scope: "write", days: 366});
window.attack = async () => {
  for (const type of ["text/plain", "application/json", "application/x-www-form-urlencoded"]) {
    await call("POST", "/api/auth/logout", type, "{}");
    await call("POST", "/api/auth/login", type, login);
    await call("POST", "/api/images", type, batch);
    await call("POST", "/api/images/describe", type, "{}");
    await call("PATCH", "/api/account", type, '{"descriptions_enabled": true}');
    await call("POST", "/api/account/deletion", type, "{}");
    await call("POST", "/api/account/password", type, '{"password": "%(password)s!"}');
    await call("POST", "/api/account/tokens", type, token);
    await call("POST", "/api/auth/openid/demo/start", type, '{"purpose": "link"}');
    await call("DELETE", "/api/account/sessions", type, undefined);
    await call("POST", "/api/admin/invites", type, "{}");
    await call("PATCH", "/api/images/%(image)s", type, '{"name": "stolen"}');
    await call("DELETE", "/api/images/%(image)s", type, undefined);
  }
  try {
    const answer = await fetch("%(site)s/api/images", {credentials: "include"});
    return await answer.text();
  } catch { return "unreadable"; }
};
</script>
"""


def test_another_site_can_do_nothing_in_a_persons_name(
    new_screen: Callable[..., Screen],
    evil: tuple[str, OtherSite],
    on_disk: Callable[..., list[Path]],
) -> None:
    attacker = new_screen()
    attackers_email = attacker.register()
    screen = new_screen()
    email = screen.register()
    screen.drop(*on_disk(jpeg(seed=400, name="mine.jpg")))
    screen.expect_added("mine.jpg")
    (mine,) = screen.call("GET", "/api/images")["images"]

    address, server = evil
    words = {"site": screen.site, "email": attackers_email, "image": mine["id"]}
    server.page = ATTACK % (words | {"password": PASSWORD})
    tab = screen.context.new_page()
    screen.witness.forgive("request to a stranger", "CORS|net::ERR_(FAILED|BLOCKED)|status of 403")
    tab.goto(address)
    assert tab.evaluate("window.attack()") == "unreadable"
    for form in range(2):
        tab.goto(address)
        with tab.expect_navigation(url="**/api/auth/*") as arrived:
            tab.evaluate(f"document.forms[{form}].submit()")
        assert arrived.value.status == 403
        assert arrived.value.header_value("set-cookie") is None
    _expect_untouched(screen, email)


def _expect_untouched(screen: Screen, email: str) -> None:
    screen.page.reload()
    screen.expect_thumbnail("mine.jpg")
    expect(screen.tiles).to_have_count(1)
    account = screen.call("GET", "/api/account")
    assert account["user"]["email"] == email
    assert account["pictures"] == 1
    assert account["user"]["descriptions_enabled"] is False
    assert account["user"]["delete_after"] is None
    assert screen.call("GET", "/api/account/tokens") == {"tokens": []}
    # Nothing that was tried stands in the record: it was refused before anything looked at it.
    record = screen.call("GET", "/api/account/activity")["events"]
    assert {event["event"] for event in record} <= {"account_made", "signed_in"}


def test_another_site_cannot_frame_this_one(screen: Screen, evil: tuple[str, OtherSite]) -> None:
    screen.register()
    address, server = evil
    frames = [f"<iframe src='{screen.site}{path}'></iframe>" for path in ("/", "/settings")]
    server.page = "".join(frames)
    screen.witness.forgive("request to a stranger", "frame-ancestors|X-Frame-Options|Framing")
    tab = screen.context.new_page()
    tab.goto(address)
    expect(tab.locator("iframe")).to_have_count(2)
    for inner in tab.frames[1:]:
        assert inner.url.startswith("chrome-error:")
        assert "Pinhole" not in inner.content()


def _is_home(screen: Screen, page: Page) -> bool:
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}" == screen.site


def test_no_address_leads_elsewhere(screen: Screen) -> None:
    """Neither by a redirect of the server nor by what the page makes of its own address."""
    screen.witness.forgive(r"status of 4\d\d")
    port = urlsplit(screen.site).port
    for path in ELSEWHERE:
        screen.page.goto(screen.site + path)
        assert _is_home(screen, screen.page), path
        # By its other name the server redirects to its own: never anywhere else.
        answer = httpx2.get(f"http://127.0.0.1:{port}{path}", follow_redirects=False)
        location = urlsplit(answer.headers.get("location", screen.site))
        assert f"{location.scheme}://{location.netloc}" == screen.site, path


def test_signing_in_at_a_strange_address_stays_here(
    new_screen: Callable[..., Screen],
) -> None:
    screen = new_screen()
    email = screen.register()
    for path in ("//evil.example", "/%09/evil.example", "/sign-in?next=//evil.example"):
        screen.sign_out()
        screen.page.goto(screen.site + path)
        screen.sign_in(email)
        assert _is_home(screen, screen.page)
        screen.page.goto(screen.site)
