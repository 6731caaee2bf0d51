"""Looking after the site, in a browser: people, invitations, the record; and who may not."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import Judge
from tests.e2e.mailbox import wait_for_mail
from tests.e2e.page_objects import Screen, new_address
from tests.e2e.running_app import ADMINISTRATOR
from tests.support.images import jpeg
from tests.support.users import PASSWORD


@pytest.fixture
def administrator(screen: Screen) -> Screen:
    """Whoever looks after the site, signed in."""
    screen.page.goto(screen.site)
    screen.sign_in(ADMINISTRATOR)
    return screen


@pytest.fixture
def somebody(new_screen: Callable[..., Screen]) -> Screen:
    """Another browser; that its session ends is what tests are about."""
    other = new_screen()
    other.witness.forgive("status of 401", "status of 403")
    return other


def open_page(screen: Screen, name: str) -> None:
    """Open a page of the administration through the account menu."""
    page = screen.page
    page.get_by_role("button", name="Account", exact=True).click()
    page.get_by_role("menuitem", name="Administration").click()
    page.get_by_role("navigation", name="Administration").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def row_of(page: Page, email: str) -> Locator:
    """Somebody's row."""
    return page.get_by_role("group", name="People").get_by_role("listitem").filter(has_text=email)


def take_step(page: Page, email: str, step: str) -> None:
    """Choose what to do with somebody."""
    page.get_by_role("button", name=f"What to do with {email}").click()
    page.get_by_role("menuitem", name=step).click()


def answer(page: Page, name: str) -> None:
    """Press a button of the dialog that is open."""
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def test_an_account_is_shut_and_opened_again(
    administrator: Screen, somebody: Screen, judge: Judge
) -> None:
    email = somebody.register()
    somebody.drop_made(jpeg(seed=910, name="private.jpg"))
    somebody.expect_added("private.jpg")
    page = administrator.page
    open_page(administrator, "People")
    row = row_of(page, email)
    expect(row).to_contain_text("1 picture ·")
    # How much, never what: no picture and no name of one is on the page.
    assert "private.jpg" not in page.content()
    expect(page.get_by_role("main").get_by_role("img")).to_have_count(0)
    judge.look_at("people")

    take_step(page, email, "Disable account")
    expect(page.get_by_role("dialog")).to_contain_text("signed out everywhere at once")
    judge.look_at("shutting an account")
    answer(page, "Disable account")
    expect(row).to_contain_text("Disabled")
    expect(row).to_contain_text("signed in nowhere")
    judge.look_at("people, one of them shut")
    somebody.page.reload()
    expect(somebody.page.get_by_role("heading", name="Sign in")).to_be_visible()
    somebody.page.get_by_label("E-mail").fill(email)
    somebody.page.get_by_label("Password", exact=True).fill(PASSWORD)
    somebody.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(somebody.page.get_by_role("alert")).to_be_visible()

    take_step(page, email, "Enable account")
    answer(page, "Enable account")
    expect(row).not_to_contain_text("Disabled")
    somebody.sign_in(email)
    somebody.expect_thumbnail("private.jpg")
    assert judge.sentence() == ""


def test_devices_are_signed_out_from_afar(administrator: Screen, somebody: Screen) -> None:
    email, page = somebody.register(), administrator.page
    open_page(administrator, "People")
    expect(row_of(page, email)).to_contain_text("signed in on 1 device")
    take_step(page, email, "Sign out all devices")
    answer(page, "Sign them out")
    expect(row_of(page, email)).to_contain_text("signed in nowhere")
    somebody.go_to("Recently deleted")
    expect(somebody.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_administration_is_given_and_taken(
    administrator: Screen, somebody: Screen, judge: Judge
) -> None:
    email, page = somebody.register(), administrator.page
    other = somebody.page
    other.goto(f"{somebody.site}/admin/people")
    expect(other.get_by_text("There is nothing at this address")).to_be_visible()

    open_page(administrator, "People")
    take_step(page, email, "Make an administrator")
    judge.look_at("making an administrator")
    answer(page, "Make an administrator")
    expect(row_of(page, email)).to_contain_text("Administrator")
    other.goto(somebody.site)
    open_page(somebody, "People")
    # Their own: the first administrator's is further down than is shown, once many have joined.
    expect(row_of(other, email)).to_contain_text("Administrator")

    take_step(page, email, "Remove administrator role")
    answer(page, "Remove role")
    expect(row_of(page, email)).not_to_contain_text("Administrator")
    other.reload()
    expect(other.get_by_text("There is nothing at this address")).to_be_visible()
    open_page(administrator, "Activity")
    events = page.get_by_role("group", name="Activity of the site").get_by_role("listitem")
    taken = events.filter(has_text="Administrator role removed").filter(has_text=email)
    expect(taken.first).to_contain_text(f"by {ADMINISTRATOR}")
    judge.look_at("the site's activity")
    assert judge.sentence() == ""


def test_an_invitation_leads_in_once(administrator: Screen, somebody: Screen, judge: Judge) -> None:
    page, email = administrator.page, new_address()
    open_page(administrator, "Invitations")
    page.get_by_role("button", name="Invite somebody").click()
    expect(page.get_by_label("E-mail address (optional)")).to_be_focused()
    page.get_by_label("Message (optional)").fill(f"Hello {email}")
    judge.look_at("inviting")
    answer(page, "Create invitation")
    link = page.get_by_text(f"{administrator.site}/invite#").inner_text()
    judge.look_at("the link of an invitation")
    answer(page, "Done")
    answer(page, "Close without saving")
    rows = page.get_by_role("group", name="Invitations").get_by_role("listitem")
    row = rows.filter(has_text=email).first
    expect(row).to_contain_text("Waiting")
    judge.look_at("invitations")

    other = somebody.page
    other.goto(link)
    expect(other.get_by_text(f"Hello {email}")).to_be_visible()
    other.get_by_label("E-mail").fill(email)
    other.get_by_role("button", name="Send me a link").click()
    other.goto(wait_for_mail(somebody.context.request, somebody.site, email, page="/welcome"))
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Create account").click()
    expect(other.get_by_role("button", name="Account", exact=True)).to_be_visible()
    page.reload()
    expect(row).to_contain_text("Used")
    expect(row).to_contain_text(email)
    assert judge.sentence() == ""


def test_an_invitation_is_taken_back(administrator: Screen, somebody: Screen) -> None:
    page, note = administrator.page, f"For {new_address()}"
    open_page(administrator, "Invitations")
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_label("Message (optional)").fill(note)
    answer(page, "Create invitation")
    link = page.get_by_text(f"{administrator.site}/invite#").inner_text()
    answer(page, "Done")
    answer(page, "Close without saving")
    row = page.get_by_role("listitem").filter(has_text=note)
    row.get_by_role("button", name="Revoke").click()
    answer(page, "Revoke invitation")
    expect(row).to_have_count(0)
    somebody.witness.forgive("status of 410")
    somebody.page.goto(link)
    expect(somebody.page.get_by_role("heading", name="no longer works")).to_be_visible()
