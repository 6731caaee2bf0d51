"""People of a site that sends no mail: the first account by hand, everybody else by invitation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.page_objects import Screen, new_address
from tests.support.users import PASSWORD

# As many people as these tests need. All at once: inviting takes a sign-in that is fresh.
_INVITATIONS = 8
_INVITE = """
async (count) => {
  const links = [];
  while (links.length < count) {
    const answer = await fetch("/api/admin/invites", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: "{}"
    });
    if (!answer.ok) throw new Error(await answer.text());
    links.push((await answer.json()).link);
  }
  return links;
}
"""
_SESSION = "async () => (await fetch('/api/auth/session')).json()"


def session_of(page: Page) -> dict[str, Any]:
    """Return what the site says of whoever has this page open."""
    session: dict[str, Any] = page.evaluate(_SESSION)
    return session


def fill_in(page: Page, email: str) -> None:
    """Ask for an account on any of the pages that make one."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


def follow_setup_link(page: Page, link: str) -> None:
    """Follow the link that a deployment prints, and ask for an account."""
    page.goto(link)
    expect(page.get_by_role("heading", name="Set up this Pinhole", level=1)).to_be_visible()
    fill_in(page, new_address())


def make_first_account(page: Page, link: str) -> list[str]:
    """Make the account that administers the site, by its setup link; return links to join by."""
    follow_setup_link(page, link)
    expect(page.get_by_role("heading", name="Drop pictures anywhere")).to_be_visible()
    assert session_of(page)["user"]["is_administrator"] is True
    links: list[str] = page.evaluate(_INVITE, _INVITATIONS)
    return links


@dataclass(frozen=True, kw_only=True)
class InvitedScreen(Screen):
    """The page of somebody who joins by one of these links."""

    invitations: list[str]

    def register(self) -> str:
        """Have an account and be signed in; return its e-mail address."""
        email = new_address()
        self.page.goto(self.invitations.pop())
        expect(self.page.get_by_role("heading", name="You are invited")).to_be_visible()
        fill_in(self.page, email)
        expect(self.page.get_by_role("heading", name="Drop pictures anywhere")).to_be_visible()
        return email
