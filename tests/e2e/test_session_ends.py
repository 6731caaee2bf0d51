"""A session that ends while files are on their way is no sign-out: they go on once one is back."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Gate
from tests.e2e.mailbox import join
from tests.e2e.page_objects import Screen, new_address
from tests.e2e.running_app import RunningProduct
from tests.support.images import jpeg
from tests.support.users import PASSWORD

# What the browser says of each answer that the session is over.
REFUSED = r"status of 401"


def dialog_of(screen: Screen) -> Locator:
    """The dialog that asks who was signed in to sign in again."""
    return screen.page.get_by_role("dialog", name="Sign in to continue")


def end_session_with_half_sent(screen: Screen, product: RunningProduct, files: list[Path]) -> None:
    """Drop eight files, four of which have places when the session ends; the others need some."""
    screen.witness.forgive(REFUSED)
    gate = Gate()
    screen.page.route(f"{product.storage}/**", gate)
    screen.drop(*files[:4])
    for file in files[:4]:
        screen.expect_phase(file.name, "Uploading")
    # As another device does it: this page hears nothing of it.
    screen.call("POST", "/api/auth/logout")
    screen.drop(*files[4:])
    gate.open()
    expect(dialog_of(screen)).to_be_visible()


def test_session_that_ends_during_an_upload_loses_nothing(
    screen: Screen, product: RunningProduct, on_disk: Callable[..., list[Path]]
) -> None:
    email = screen.register()
    files = on_disk(*(jpeg(seed=700 + number, name=f"{number}.jpg") for number in range(8)))
    end_session_with_half_sent(screen, product, files)
    expect(screen.panel).to_contain_text("Waiting for you to sign in")
    dialog = dialog_of(screen)
    expect(dialog.get_by_label("E-mail")).to_have_value(email)
    # It can wait, too.
    dialog.get_by_role("button", name="Later").click()
    screen.page.get_by_role("button", name="Sign in", exact=True).click()
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_have_count(0)
    for file in files:
        screen.expect_added(file.name)
    expect(screen.tiles).to_have_count(8)
    assert screen.call("GET", "/api/account")["pictures"] == 8


def test_whoever_else_signs_in_there_gets_none_of_the_files(
    screen: Screen, product: RunningProduct, on_disk: Callable[..., list[Path]]
) -> None:
    other = new_address()
    join(screen.context.request, screen.site, other, PASSWORD)
    screen.call("POST", "/api/auth/logout")
    screen.register()
    files = on_disk(*(jpeg(seed=710 + number, name=f"{number}.jpg") for number in range(8)))
    end_session_with_half_sent(screen, product, files)
    dialog = dialog_of(screen)
    dialog.get_by_label("E-mail").fill(other)
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(screen.page.get_by_role("heading", name="Drop pictures anywhere")).to_be_visible()
    expect(screen.panel).to_have_count(0)
    assert screen.call("GET", "/api/account")["pictures"] == 0
