"""Accounts elsewhere that sign in here: linking and unlinking them in the settings."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen, new_address

LINK = re.compile("^Link Demo ID")


@pytest.fixture
def screen(screen: Screen) -> Screen:
    """Somebody's page, which may go to the stand-in of a provider."""
    screen.witness.forgive(r"request to a stranger: (GET|POST) http://127\.0\.0\.1:\d+/\w+")
    return screen


def test_an_account_elsewhere_is_linked_signs_in_and_is_unlinked(
    screen: Screen, judge: Judge
) -> None:
    email, elsewhere, page = screen.register(), new_address(), screen.page
    page.goto(f"{screen.site}/settings/security")
    page.get_by_role("button", name=LINK).click()
    page.get_by_label("E-mail address").fill(elsewhere)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()
    linked = page.get_by_role("group", name="Linked accounts").get_by_role("listitem")
    expect(linked).to_contain_text(elsewhere)
    expect(page.get_by_role("button", name=LINK)).to_have_count(0)
    judge.look_at("security with a linked account")

    screen.sign_out()
    page.get_by_role("button", name="Continue with Demo ID").click()
    page.get_by_label("E-mail address").fill(elsewhere)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()
    # It is the account that it was linked to, whatever the address is elsewhere.
    assert screen.call("GET", "/api/auth/session")["user"]["email"] == email

    page.goto(f"{screen.site}/settings/security")
    page.get_by_role("button", name="Unlink Demo ID").click()
    expect(page.get_by_role("dialog")).to_contain_text("no longer signs you in here")
    page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
    expect(page.get_by_text("No account is linked")).to_be_visible()
    expect(page.get_by_role("button", name=LINK)).to_be_visible()
    assert judge.sentence() == ""
