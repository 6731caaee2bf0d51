"""Whose account was moved away puts the address back, in a browser."""

from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import Engine, text

from tests.e2e.authenticator import passkey_device
from tests.e2e.axe import Judge
from tests.e2e.mailbox import wait_for_mail
from tests.e2e.page_objects import PATIENCE_MS, Screen, new_address

NEW_PASSWORD = "nine slow barges on a green canal"
GROW_OLD = """
UPDATE passkeys SET created_at = created_at - interval '8 days'
WHERE user_id = (SELECT id FROM users WHERE email = :email)
"""
# Another one, of a device that is lost: the link asks for a factor because of it.
LOSE_ONE = """
INSERT INTO passkeys (id, user_id, name, credential_id, public_key, sign_count, transports,
  is_backed_up, created_at)
SELECT gen_random_uuid(), user_id, 'Lost', user_id\\:\\:text\\:\\:bytea, public_key, 0, '{}', false,
  passkeys.created_at
FROM passkeys JOIN users ON users.id = user_id WHERE email = :email
"""


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
    assert judge.sentence() == ""
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("heading", name="Ways to sign in")).to_be_visible(timeout=PATIENCE_MS)
    session = owner.context.request.get(f"{site}/api/auth/session").json()
    assert session["user"]["email"] == email


def test_owner_who_has_a_passkey_alone_puts_the_address_back_by_it(
    screen: Screen, database: Engine
) -> None:
    """Also where a thief removed it; by the keyboard alone."""
    email, theirs = screen.register(), new_address()
    page, request, site = screen.page, screen.context.request, screen.site
    screen.witness.forgive("status of 401")  # of what the page asked for as it was signed out
    with passkey_device(page):
        page.goto(f"{site}/settings/security")
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_role("button", name="Continue").click()
        with page.expect_download():
            page.get_by_role("button", name="Download").click()
        page.get_by_role("button", name="Done").click()
        with database.begin() as rows:
            for change in (GROW_OLD, LOSE_ONE):
                rows.execute(text(change), {"email": email})
        found = request.get(f"{site}/api/account/security").json()["passkeys"]
        (mine,) = [each["id"] for each in found if each["name"] != "Lost"]
        screen.call("DELETE", f"/api/account/passkeys/{mine}")
        screen.call("POST", "/api/account/email", {"email": theirs})
        token = wait_for_mail(request, site, theirs, page="/verify").partition("#")[2]
        screen.call("POST", "/api/auth/verify", {"token": token})
        page.goto("about:blank")
        screen.call("POST", "/api/auth/logout")
        page.goto(wait_for_mail(request, site, email, page="/restore-address"))
        expect(page.get_by_label("Code")).to_be_visible()
        judge = Judge(page)
        judge.look_at("putting a former address back beside an older factor")
        assert judge.sentence() == ""
        button = page.get_by_role("button", name="Use a passkey instead of a code")
        button.press("Enter")
        expect(page.get_by_label("New password")).to_be_focused()
        page.keyboard.insert_text(NEW_PASSWORD)
        for _ in range(8):
            if button.evaluate("one => one === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Ways to sign in")).to_be_visible(
            timeout=PATIENCE_MS
        )
        session = request.get(f"{site}/api/auth/session").json()
        assert session["user"]["email"] == email
