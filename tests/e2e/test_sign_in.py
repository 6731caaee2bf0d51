"""Getting in, by hand: by mail, with a passkey, with an authenticator app, and after forgetting."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.e2e.authenticator import CodeApp, passkey_device
from tests.e2e.mailbox import wait_for_mail
from tests.e2e.page_errors import Witness
from tests.e2e.page_objects import Screen, new_address
from tests.e2e.running_app import product_in_a_folder_of_its_own
from tests.support.users import PASSWORD

ANOTHER = "nine slow herons over the marshes"
# Otherwise the browser shows its only passkey by itself as soon as the page is there.
NO_AUTOFILL = "PublicKeyCredential.isConditionalMediationAvailable = async () => false;"

WAYS_ON = {
    "/deleted": "/deleted",
    "/settings/security?a=1": "/settings/security?a=1",
    "//evil.example": "/",
    "/%09/evil.example": "/",
    "/%5Cevil.example": "/",
    "/.//evil.example": "/",
    "https://evil.example/": "/",
    "javascript:alert(1)": "/",
}


def _heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def _give_password(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _open_mail(page: Page, link: str) -> None:
    page.get_by_role("link", name="Open the mailbox").click()
    page.get_by_role("link", name=f"{link}#").first.click()


def test_somebody_joins_by_mail(screen: Screen) -> None:
    page, email = screen.page, new_address()
    page.goto(screen.site)
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("E-mail").press("Enter")
    _heading(page, "Check your e-mail")
    expect(page.get_by_text(email)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"Send it again in \d+ s"))).to_be_disabled()

    _open_mail(page, "/welcome")
    _heading(page, "Choose a password")
    # The token is in no address that is kept or copied, and a reload needs no new link.
    assert page.url == f"{screen.site}/welcome"
    page.reload()
    expect(page.get_by_label("E-mail")).to_have_value(email)
    password = page.get_by_label("Password", exact=True)
    password.fill("too short")
    page.get_by_role("button", name="Create account").click()
    expect(password).to_be_focused()
    expect(page.get_by_text("Too short")).to_be_visible()
    password.fill("passwordpassword")
    expect(page.get_by_text("Not accepted", exact=True)).to_be_visible()
    password.fill(PASSWORD)
    expect(page.get_by_text("Strong", exact=True)).to_be_visible()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Drop pictures anywhere")).to_be_visible()
    assert page.url == f"{screen.site}/"
    assert screen.call("GET", "/api/auth/session")["user"]["email"] == email

    screen.witness.forgive("status of 410")
    page.goto(wait_for_mail(page.context.request, screen.site, email, page="/welcome"))
    _heading(page, "This link no longer works")
    page.get_by_role("link", name="To your pictures").click()
    expect(page.get_by_role("heading", name="Drop pictures anywhere")).to_be_visible()


def test_joining_twice_looks_the_same_and_the_mail_tells(screen: Screen) -> None:
    page, email = screen.page, screen.register()
    screen.sign_out()
    page.goto(f"{screen.site}/register")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    _heading(page, "Check your e-mail")
    expect(page.get_by_text("We sent a link to continue to")).to_be_visible()
    page.get_by_role("link", name="Open the mailbox").click()
    expect(page.get_by_role("heading", name="You have an account at Pinhole")).to_be_visible()


def test_a_forgotten_password_is_set_anew_and_other_browsers_are_out(
    new_screen: Callable[..., Screen],
) -> None:
    screen, elsewhere = new_screen(), new_screen()
    page, email = screen.page, screen.register()
    elsewhere.page.goto(f"{elsewhere.site}/settings")
    elsewhere.sign_in(email)
    screen.sign_out()

    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    _heading(page, "Check your e-mail")
    _open_mail(page, "/new-password")
    _heading(page, "Set a new password")
    page.get_by_label("New password").fill(ANOTHER)
    page.get_by_role("button", name="Set the password").click()
    _heading(page, "Ways to sign in")
    expect(page.get_by_text("Your new password is set")).to_be_visible()

    elsewhere.witness.forgive("status of 401")
    elsewhere.go_to("Pictures")
    _heading(elsewhere.page, "Sign in")
    _give_password(elsewhere.page, email)
    expect(elsewhere.page.get_by_role("alert")).to_contain_text("password is wrong")
    expect(elsewhere.page.get_by_role("alert")).to_be_focused()
    elsewhere.sign_in(email, ANOTHER)


def _add_passkey(screen: Screen) -> None:
    page = screen.page
    page.goto(f"{screen.site}/settings/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("button", name="Continue").click()
    _keep_recovery_codes(page)


def _keep_recovery_codes(page: Page) -> list[str]:
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    kept = codes.all_inner_texts()
    with page.expect_download():
        page.get_by_role("button", name="Download").click()
    page.get_by_role("button", name="Done").click()
    return kept


def test_the_browser_offers_a_passkey_by_itself(screen: Screen) -> None:
    screen.register()
    page = screen.page
    with passkey_device(page):
        _add_passkey(screen)
        # Elsewhere, so to say: the page still expects somebody signed in, and asks too early.
        page.goto("about:blank")
        screen.call("POST", "/api/auth/logout")
        screen.witness.forgive("status of 401")
        # Nothing is pressed: the passkey is in the list under the e-mail field, where the
        # browser's software authenticator chooses it.
        page.goto(f"{screen.site}/settings/security")
        _heading(page, "Security")
        assert page.url == f"{screen.site}/settings/security"


def test_a_passkey_opens_the_account_by_a_button(screen: Screen) -> None:
    screen.register()
    page = screen.page
    page.add_init_script(NO_AUTOFILL)
    with passkey_device(page):
        _add_passkey(screen)
        screen.sign_out()
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()


def test_a_password_alone_does_not_open_what_a_passkey_protects(screen: Screen) -> None:
    email = screen.register()
    page = screen.page
    page.add_init_script(NO_AUTOFILL)
    with passkey_device(page):
        _add_passkey(screen)
        screen.sign_out()
        _give_password(page, email)
        _heading(page, "One more step")
        page.reload()
        _heading(page, "One more step")
        page.get_by_role("button", name="Sign in as someone else").click()
        _heading(page, "Sign in")
        page.reload()
        _heading(page, "Sign in")
        _give_password(page, email)
        page.get_by_role("button", name="Use your passkey").click()
        expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()


def test_codes_of_an_app_and_recovery_codes(screen: Screen) -> None:
    email = screen.register()
    page = screen.page
    page.goto(f"{screen.site}/settings/security")
    page.get_by_role("button", name="Set up").click()
    app = CodeApp(page.get_by_label("The secret as text").inner_text())
    page.get_by_label("Code from the app").fill(app.code())
    recovery_codes = _keep_recovery_codes(page)

    screen.witness.forgive("status of 401")
    screen.sign_out()
    page.goto(f"{screen.site}/deleted")
    _give_password(page, email)
    code = page.get_by_label("Code")
    expect(code).to_be_focused()
    page.keyboard.insert_text("000 000")
    expect(page.get_by_text("This code is not right")).to_be_visible()
    expect(code).to_be_focused()
    page.keyboard.insert_text(app.code())
    _heading(page, "Recently deleted")
    assert page.url == f"{screen.site}/deleted"

    screen.sign_out()
    _give_password(page, email)
    page.get_by_role("button", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(recovery_codes[0].upper())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()


def test_after_signing_in_the_way_leads_to_pages_of_this_site_only(screen: Screen) -> None:
    email = screen.register()
    # Signed out while the pictures are still asked for.
    screen.witness.forgive("status of 401")
    for wanted, shown in WAYS_ON.items():
        screen.sign_out()
        screen.page.goto(f"{screen.site}/sign-in?next={wanted}")
        screen.sign_in(email)
        assert screen.page.url == f"{screen.site}{shown}", wanted


def test_the_first_account_of_a_site(browser: Browser) -> None:
    with product_in_a_folder_of_its_own(has_administrator=False) as product:
        context = browser.new_context(locale="en-GB")
        witness = Witness(context, origins=product.origins)
        page = context.new_page()
        page.goto(f"{product.site}/settings")
        _heading(page, "Welcome to Pinhole")
        page.get_by_label("E-mail").fill("ada@example.org")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Create account").click()
        _heading(page, "Account")
        # Its address was typed and not proved: that is asked for, and no factor is added before.
        expect(page.get_by_text("Confirm your e-mail address")).to_be_visible()
        page.goto(f"{product.site}/settings/security")
        expect(page.get_by_role("button", name="Set up an app")).to_have_count(0)
        page.get_by_role("link", name="Open the mailbox").click()
        # The key to this machine's mails is in the address that the launcher printed.
        page.get_by_label("Address of the mailbox").fill("http://localhost/mailbox#guessed")
        page.get_by_role("button", name="Open the mailbox").click()
        expect(page.get_by_label("Address of the mailbox")).to_be_focused()
        witness.forgive(r"status of 403")
        page.goto(f"{product.site}/mailbox#{product.mailbox_key}")
        page.get_by_role("link", name="/verify#").first.click()
        page.get_by_role("button", name="Confirm the address").click()
        _heading(page, "E-mail address confirmed")
        page.goto(f"{product.site}/settings/security")
        expect(page.get_by_role("button", name="Set up an app")).to_be_visible()
        session = context.request.get(f"{product.site}/api/auth/session").json()
        assert session["user"]["is_administrator"]
        context.close()
    assert witness.complaints == []
