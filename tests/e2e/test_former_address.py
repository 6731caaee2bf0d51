"""Whose account was moved away puts the address back, in a browser."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.axe import Judge
from tests.e2e.mailbox import wait_for_mail
from tests.e2e.page_objects import PATIENCE_MS, Screen, new_address

NEW_PASSWORD = "nine slow barges on a green canal"


def test_former_address_is_put_back_by_its_mail(
    screen: Screen, new_screen: Callable[..., Screen]
) -> None:
    email, theirs = screen.register(), new_address()
    request, site = screen.context.request, screen.site
    screen.call("POST", "/api/account/email", {"email": theirs})
    token = wait_for_mail(request, site, theirs, page="/verify").partition("#")[2]
    screen.call("POST", "/api/auth/verify", {"token": token})
    owner = new_screen()
    page, judge = owner.page, Judge(owner.page)
    page.goto(wait_for_mail(request, site, email, page="/restore-address"))
    expect(page.get_by_role("heading", name="Put the address back")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(email)
    judge.look_at("putting a former address back")
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("heading", name="Ways to sign in")).to_be_visible(timeout=PATIENCE_MS)
    session = owner.context.request.get(f"{site}/api/auth/session").json()
    assert session["user"]["email"] == email
