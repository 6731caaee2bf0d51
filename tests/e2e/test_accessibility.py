"""Every screen in light and dark, on a desk and on a phone, as axe judges it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import PATIENCE_MS, Screen, new_address
from tests.support.images import Picture, jpeg, png


def test_pages_of_someone_signed_out(screen: Screen, judge: Judge) -> None:
    page = screen.page
    page.goto(screen.site)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    judge.look_at("signing in")
    page.get_by_role("button", name="Sign in").click()
    judge.look_at("signing in, with complaints")
    page.goto(f"{screen.site}/sign-in?problem=invite_needed")
    expect(page.get_by_role("alert")).to_be_visible()
    judge.look_at("sent back by a provider")
    page.get_by_role("link", name="Forgot your password?").click()
    expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    judge.look_at("password forgotten")
    page.get_by_role("link", name="Back to sign in").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    judge.look_at("joining")
    email = new_address()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    judge.look_at("mail sent")
    page.get_by_role("link", name="Open the mailbox").click()
    expect(page.get_by_role("article")).to_be_visible()
    judge.look_at("mailbox")
    page.get_by_role("link", name="/welcome#").click()
    page.get_by_label("Password", exact=True).fill("passwordpassword")
    expect(page.get_by_text("Not accepted", exact=True)).to_be_visible()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    screen.witness.forgive(r"status of 4(10|22)")
    judge.look_at("choosing a password, with complaints")
    page.goto(f"{screen.site}/welcome#none")
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    judge.look_at("a dead link")
    assert judge.sentence() == ""


def _answer(page: Page, path: str, **changed: Any) -> None:
    """Have the API answer so; screens whose way there is long are judged by what they show."""

    def change(route: Route) -> None:
        answer = route.fetch()
        body = answer.json() if answer.body() else {}
        route.fulfill(status=200, json=body | changed)

    page.route(f"**{path}", change)


def test_pages_of_someone_half_way_in(screen: Screen, judge: Judge) -> None:
    page = screen.page
    invite = {"email": "ada@example.org", "note": "For Ada", "by_mail": False}
    _answer(page, "/api/auth/invites/look", **invite)
    page.goto(f"{screen.site}/invite#a-token")
    expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
    judge.look_at("an invitation")
    waiting = {"provider": "google", "label": "Google", "email": "ada@example.org"}
    _answer(page, "/api/auth/openid/waiting", **waiting)
    page.goto(f"{screen.site}/sign-in/link")
    expect(page.get_by_role("heading", name="Link Google")).to_be_visible()
    judge.look_at("linking a provider")
    methods = {"methods": ["passkey", "totp", "recovery_code"]}
    _answer(page, "/api/auth/session", second_factor=methods)
    page.goto(screen.site)
    expect(page.get_by_label("Code")).to_be_focused()
    judge.look_at("second factor")
    page.get_by_role("button", name="Use a recovery code").click()
    expect(page.get_by_label("Recovery code")).to_be_visible()
    judge.look_at("recovery code")
    assert judge.sentence() == ""


def test_confirming(screen: Screen, judge: Judge) -> None:
    screen.register()
    page = screen.page
    screen.witness.forgive("status of 401")
    refusal = {"code": "confirm_first", "detail": "Confirm first.", "status": 401}
    page.route(
        "**/api/account/passkeys/options", lambda route: route.fulfill(status=401, json=refusal)
    )
    page.goto(f"{screen.site}/settings/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("dialog", name="Confirm that it")).to_be_visible()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Enter your password.")).to_be_visible()
    judge.look_at("confirming")
    assert judge.sentence() == ""


def test_pages_of_someone_new(screen: Screen, judge: Judge) -> None:
    screen.register()
    judge.look_at("empty timeline")
    screen.page.get_by_role("button", name="Account", exact=True).click()
    expect(screen.page.get_by_role("menuitem", name="Settings")).to_be_visible()
    judge.look_at("account menu")
    screen.page.get_by_role("menuitem", name="Settings").click()
    expect(screen.page.get_by_role("region", name="E-mail")).to_be_visible()
    judge.look_at("settings")
    screen.page.get_by_role("button", name="More pages").filter(visible=True).click()
    expect(screen.page.get_by_role("menuitem", name="Recently deleted")).to_be_visible()
    judge.look_at("more pages")
    screen.page.get_by_role("menuitem", name="Recently deleted").click()
    expect(screen.page.get_by_text("No deleted pictures")).to_be_visible()
    judge.look_at("nothing deleted")
    screen.page.goto(f"{screen.site}/verify#a-token")
    expect(screen.page.get_by_role("heading", name="Confirm your e-mail address")).to_be_visible()
    judge.look_at("confirming an address")
    screen.page.goto(f"{screen.site}/no/such/page")
    expect(screen.page.get_by_text("There is nothing at this address")).to_be_visible()
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("Not found")
    judge.look_at("not found")
    assert judge.sentence() == ""


def test_pages_with_pictures(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    pictures = [jpeg(seed=n, name=f"{n}.jpg") for n in (60, 61)] + [png(seed=62, name="62.png")]
    wrong = Picture(name="a text.txt", content_type="text/plain", content=b"Dear diary")
    screen.drop(*on_disk(*pictures, wrong))
    screen.expect_added(*[picture.name for picture in pictures])
    judge.look_at("upload panel")
    screen.close_panel()
    for picture in pictures:
        screen.expect_thumbnail(picture.name)
    judge.look_at("timeline")
    screen.tile("60.jpg").focus()
    screen.page.keyboard.press("Space")
    expect(screen.page.get_by_text("1 selected")).to_be_visible()
    judge.look_at("timeline with a selection")
    screen.page.get_by_role("button", name="Clear the selection").click()

    screen.open("60.jpg")
    expect(screen.viewer.get_by_role("img", name="60.jpg")).to_be_visible()
    judge.look_at("viewer")
    screen.open_details()
    expect(screen.details).to_contain_text("SHA-256")
    judge.look_at("details")
    screen.details.get_by_role("button", name="Write a description").click()
    expect(screen.details.get_by_label("Alt text")).to_be_visible()
    judge.look_at("writing a description")
    screen.details.get_by_role("button", name="Cancel").click()
    screen.viewer.get_by_role("button", name="Delete").click()
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_role("button", name="Undo")).to_be_visible()
    judge.look_at("undo")
    screen.go_to("Recently deleted")
    expect(screen.page.get_by_text("30 days left")).to_be_visible(timeout=PATIENCE_MS)
    judge.look_at("recently deleted")
    assert judge.sentence() == ""
