"""What a person changes about their account, in a browser: keys, devices, tokens, leaving."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx2
from playwright.sync_api import Page, expect

from tests.e2e.authenticator import CodeApp, passkey_device
from tests.e2e.axe import Judge
from tests.e2e.mailbox import wait_for_mail
from tests.e2e.page_objects import PATIENCE_MS, Screen, new_address
from tests.support.images import jpeg
from tests.support.users import PASSWORD

HOW_MANY_CODES = 10
NEW_PASSWORD = "nine slow barges on a green canal"
PHONE = {"viewport": {"width": 390, "height": 844}}


def open_page(screen: Screen, name: str) -> None:
    """Open a page of the settings by its link."""
    screen.page.goto(f"{screen.site}/settings")
    screen.page.get_by_role("navigation", name="Settings").get_by_role("link", name=name).click()
    expect(screen.page.get_by_role("heading", name=name, level=1)).to_be_visible()


def press(page: Page, name: str | re.Pattern[str], *, within: str | None = None) -> None:
    """Press a button, of a section where its name alone does not tell."""
    place = page.get_by_role("region", name=within, exact=True) if within else page
    place.get_by_role("button", name=name).click()


def answer(page: Page, name: str) -> None:
    """Press a button of the dialog that is open."""
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def shown_codes(page: Page) -> list[str]:
    """The recovery codes on the screen."""
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(HOW_MANY_CODES)
    return codes.all_inner_texts()


def test_on_a_phone_the_settings_are_a_list_of_pages(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(**PHONE)
    screen.register()
    page = screen.page
    page.goto(f"{screen.site}/settings")
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    pages = page.get_by_role("navigation", name="Settings").get_by_role("link")
    for number, text in enumerate(pages.all_inner_texts()):
        name = text.splitlines()[0]
        pages.nth(number).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(pages).to_have_count(0)
        page.get_by_role("main").get_by_role("link", name="Settings").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Settings")


def test_a_passkey_is_added_named_and_removed(screen: Screen, judge: Judge) -> None:
    screen.register()
    page = screen.page
    open_page(screen, "Security")
    judge.look_at("security without keys")
    with passkey_device(page):
        press(page, "Add a passkey")
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
        page.get_by_label("Name", exact=True).fill("Blue key")
        judge.look_at("naming a passkey")
        answer(page, "Continue")
        shown_codes(page)
        judge.look_at("recovery codes")

        # They are shown this once: a slip must not lose them.
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("not shown again")
        judge.look_at("recovery codes, about to be lost")
        answer(page, "Close without saving")
        expect(page.get_by_role("dialog")).to_have_count(0)

        keys = page.get_by_role("group", name="Passkeys").get_by_role("listitem")
        expect(keys).to_contain_text("Blue key")
        expect(page.get_by_text("10 codes left")).to_be_visible()
        press(page, "Rename Blue key")
        page.get_by_label("Name", exact=True).fill("Green key")
        answer(page, "Rename")
        expect(keys).to_contain_text("Green key")
        page.reload()
        expect(keys).to_contain_text("Green key")
        judge.look_at("security with a passkey")

    press(page, "Remove Green key")
    expect(page.get_by_role("dialog")).to_contain_text("no longer signs you in")
    judge.look_at("removing a passkey")
    answer(page, "Cancel")
    expect(page.get_by_role("button", name="Remove Green key")).to_be_focused()
    press(page, "Remove Green key")
    answer(page, "Remove the passkey")
    expect(page.get_by_text("You have no passkey yet")).to_be_visible()
    # The button that was pressed is gone: the focus stays in its place all the same.
    expect(page.get_by_role("group", name="Passkeys")).to_be_focused()
    open_page(screen, "Activity")
    expect(page.get_by_text("Passkey removed: Green key")).to_be_visible()
    judge.look_at("activity")
    assert judge.sentence() == ""


def test_an_authenticator_app_is_set_up_and_asked_for(
    screen: Screen, judge: Judge, tmp_path: Path
) -> None:
    email = screen.register()
    page = screen.page
    screen.witness.forgive("status of 401")
    open_page(screen, "Security")
    press(page, "Set up an app")
    expect(page.get_by_role("img", name="QR code")).to_have_js_property("complete", value=True)
    app = CodeApp(page.get_by_label("The secret as text").inner_text())
    judge.look_at("setting an app up")
    page.get_by_label("Code from the app").fill("000000")
    expect(page.get_by_text("This code is not right")).to_be_visible()
    page.get_by_label("Code from the app").fill(app.code())
    codes = shown_codes(page)
    with page.expect_download() as download:
        answer(page, "Download")
    download.value.save_as(tmp_path / "codes.txt")
    kept = (tmp_path / "codes.txt").read_text()
    assert email in kept
    assert [code for code in codes if code not in kept] == []
    answer(page, "Done")
    expect(page.get_by_role("region", name="Authenticator app")).to_contain_text("On")

    screen.sign_out()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill(app.code())
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()

    open_page(screen, "Security")
    press(page, "Create new codes")
    expect(page.get_by_role("dialog")).to_contain_text("stop working")
    answer(page, "Create new codes")
    assert not set(shown_codes(page)) & set(codes)
    answer(page, "Done")
    answer(page, "Close without saving")
    press(page, "Remove", within="Authenticator app")
    answer(page, "Remove the app")
    expect(page.get_by_role("region", name="Authenticator app")).to_contain_text("Off")
    assert judge.sentence() == ""


def test_a_new_password_ends_other_devices(
    new_screen: Callable[..., Screen], screen: Screen, judge: Judge
) -> None:
    email = screen.register()
    page, other = screen.page, new_screen()
    other.page.goto(other.site)
    other.sign_in(email)
    other.witness.forgive("status of 401")

    page.goto(f"{screen.site}/settings")
    expect(page.get_by_text("Storage used")).to_be_visible()
    press(page, "Change", within="Password")
    field = page.get_by_label("New password", exact=True)
    field.fill("too short")
    answer(page, "Change it")
    expect(field).to_be_focused()
    judge.look_at("a password that is too short")
    field.fill(NEW_PASSWORD)
    answer(page, "Change it")
    expect(page.get_by_text("Your password was changed")).to_be_visible()
    judge.look_at("account")

    other.go_to("Recently deleted")
    expect(other.page.get_by_role("heading", name="Sign in")).to_be_visible()
    other.sign_in(email, NEW_PASSWORD)
    assert judge.sentence() == ""


def test_devices_are_listed_and_signed_out(
    new_screen: Callable[..., Screen], screen: Screen, judge: Judge
) -> None:
    email = screen.register()
    page, phone, tablet = screen.page, new_screen(), new_screen()
    for other in (phone, tablet):
        other.page.goto(other.site)
        other.sign_in(email)
        other.witness.forgive("status of 401")
    open_page(screen, "Devices")
    rows = page.get_by_role("group", name="Devices").get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("This device")
    expect(rows.first).to_contain_text("This computer")
    judge.look_at("devices")
    rows.last.get_by_role("button", name="Sign out").click()
    expect(rows).to_have_count(2)
    press(page, "Sign out all others")
    judge.look_at("signing all others out")
    answer(page, "Sign them out")
    expect(rows).to_have_count(1)
    for other in (phone, tablet):
        other.page.reload()
        expect(other.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert judge.sentence() == ""


def test_the_address_moves_once_its_new_mailbox_was_read(screen: Screen, judge: Judge) -> None:
    former, wanted = screen.register(), new_address()
    page = screen.page
    page.goto(f"{screen.site}/settings")
    press(page, "Change", within="E-mail")
    expect(page.get_by_label("New e-mail address")).to_be_focused()
    page.get_by_label("New e-mail address").fill(wanted)
    judge.look_at("changing the address")
    answer(page, "Send the link")
    section = page.get_by_role("region", name="E-mail")
    expect(section).to_contain_text(f"Waiting for the link in the mail to {wanted}")
    expect(section).to_contain_text(former)
    judge.look_at("waiting for the new address")
    page.goto(wait_for_mail(screen.context.request, screen.site, wanted, page="/verify"))
    press(page, "Confirm the address")
    expect(page.get_by_text(wanted)).to_be_visible()
    page.goto(f"{screen.site}/settings")
    expect(section).to_contain_text(wanted)
    expect(section).to_contain_text("Verified")
    assert judge.sentence() == ""


def test_a_token_is_shown_once_and_works_until_it_is_removed(screen: Screen, judge: Judge) -> None:
    screen.register()
    page = screen.page
    open_page(screen, "Access tokens")
    press(page, "New token")
    answer(page, "Create token")
    expect(page.get_by_label("What is it for?")).to_be_focused()
    page.get_by_label("What is it for?").fill("Backup script")
    page.get_by_text("Read and change").click()
    judge.look_at("making a token")
    answer(page, "Create token")
    token = page.get_by_text(re.compile("^pinhole_")).inner_text()
    judge.look_at("a token, shown once")
    answer(page, "Done")
    answer(page, "Close without saving")
    assert token not in page.content()
    judge.look_at("tokens")

    def ask() -> int:
        bearer = {"Authorization": f"Bearer {token}"}
        return httpx2.get(f"{screen.site}/api/images", headers=bearer).status_code

    assert ask() == 200
    page.reload()
    expect(page.get_by_text("last used")).to_be_visible()
    press(page, "Remove Backup script")
    answer(page, "Remove the token")
    expect(page.get_by_text("You have no tokens")).to_be_visible()
    assert ask() == 401
    assert judge.sentence() == ""


def test_everything_is_downloaded_and_leaving_can_be_called_off(
    screen: Screen, judge: Judge, tmp_path: Path, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    page, picture = screen.page, jpeg(seed=900, name="harbour.jpg")
    screen.drop(*on_disk(picture))
    screen.expect_added(picture.name)
    screen.close_panel()
    open_page(screen, "Your data")
    press(page, "Make a copy")
    expect(page.get_by_text("Ready", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    judge.look_at("a copy that is ready")
    with page.expect_download() as download:
        press(page, re.compile("^Download"))
    download.value.save_as(tmp_path / "everything.zip")
    with zipfile.ZipFile(tmp_path / "everything.zip") as copy:
        (original,) = [name for name in copy.namelist() if name.endswith("harbour.jpg")]
        assert copy.read(original) == picture.content
        (known,) = [name for name in copy.namelist() if name.endswith("harbour.jpg.json")]
        assert json.loads(copy.read(known))["name"] == "harbour.jpg"

    press(page, "Delete my account")
    expect(page.get_by_role("dialog")).to_contain_text("In 7 days your picture")
    judge.look_at("about to leave")
    answer(page, "Delete my account")
    notice = page.get_by_text("Your account and all your pictures will be deleted on")
    expect(notice).to_be_visible()
    judge.look_at("leaving")
    screen.go_to("Pictures")
    expect(notice).to_be_visible()
    page.reload()
    press(page, "Keep my account")
    expect(notice).to_have_count(0)
    assert screen.call("GET", "/api/auth/session")["user"]["delete_after"] is None
    assert judge.sentence() == ""
