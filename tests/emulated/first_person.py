"""The one person of a deployed site that sends no mail and takes in nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.people import PASSWORD

if TYPE_CHECKING:
    from tests.e2e.pages import Screen

EMAIL = "ada@example.org"


def come_in(screen: Screen) -> None:
    """Make the site's first account, or sign in to it where an earlier test has made it."""
    page = screen.page
    page.goto(screen.site)
    make = page.get_by_role("button", name="Make the account")
    expect(make.or_(page.get_by_role("button", name="Sign in", exact=True))).to_be_visible()
    if not make.is_visible():
        screen.sign_in(EMAIL)
        return
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    make.click()
    expect(page.get_by_role("button", name="Account")).to_be_visible()
