"""Signing in with OpenID providers, in a browser: a certified one, and the one for trying out."""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.embedded.ports import free_ports
from tests.e2e.page_errors import Witness
from tests.e2e.page_objects import Screen
from tests.e2e.running_app import (
    RunningProduct,
    let_read_mails,
    product_in_a_folder_of_its_own,
)
from tests.support.users import PASSWORD, Json

SECRET = "a secret of the browser tests, long enough"
SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
NAMES = ("certified", "inline")


@dataclass(frozen=True, kw_only=True)
class Place:
    """The product beside providers that know nothing of it."""

    product: RunningProduct
    providers: Mapping[str, str]

    def open_screen(self, browser: Browser) -> Screen:
        """Open a browser profile that may go to the providers too."""
        context = browser.new_context(locale="en-GB")
        let_read_mails(context, self.product)
        origins = self.product.origins | frozenset(self.providers.values())
        # The provider's own pages ask for a font from afar: nothing leaves this machine.
        context.route("https://**/*", lambda route: route.fulfill(status=204))
        witness = Witness(context, origins=origins)
        witness.forgive(r"https://fonts\.googleapis\.com/")
        return Screen(page=context.new_page(), site=self.product.site, witness=witness)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """The product with a certified provider, in two of the ways that providers are set up."""
    ports = free_ports(len(NAMES))
    origins = {NAMES[n]: f"http://127.0.0.1:{port}" for n, port in enumerate(ports)}
    settings = {"OIDC_PROVIDERS": ",".join(origins)}
    for name, origin in origins.items():
        prefix = f"OIDC_{name.upper()}"
        settings[f"{prefix}_CLIENT_ID"] = "pinhole"
        settings[f"{prefix}_CLIENT_SECRET"] = SECRET
        settings[f"{prefix}_DISCOVERY_URL"] = f"{origin}/.well-known/openid-configuration"
    with (
        product_in_a_folder_of_its_own(has_administrator=True, **settings) as product,
        _certified(product.site, origins),
    ):
        yield Place(product=product, providers=origins)


@contextmanager
def _certified(site: str, origins: Mapping[str, str]) -> Iterator[None]:
    ports = [origin.rpartition(":")[2] for origin in origins.values()]
    back = [f"{site}/api/auth/openid/{name}/callback" for name in origins]
    process = subprocess.Popen(
        [shutil.which("node") or "node", SCRIPT, *ports, *back], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def new_visitor(browser: Browser, place: Place) -> Iterator[Callable[[], Screen]]:
    """Open browsers that may go to the certified provider."""
    opened: list[Screen] = []

    def open_screen() -> Screen:
        opened.append(place.open_screen(browser))
        return opened[-1]

    yield open_screen
    for screen in opened:
        screen.context.close()
    assert [line for screen in opened for line in screen.witness.complaints] == []


@pytest.fixture
def visitor(new_visitor: Callable[[], Screen]) -> Screen:
    """Somebody with a browser."""
    return new_visitor()


def sign_in_there(page: Page, who: str, *, agrees: bool = True) -> None:
    """Be somebody at the certified provider, and agree that it tells Pinhole if it asks."""
    page.get_by_placeholder("Enter any login").fill(who)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    if agrees:
        page.get_by_role("button", name="Continue").click()


def somebody() -> str:
    return f"person-{uuid4().hex[:12]}"


def leave_for(screen: Screen, label: str) -> None:
    """Press the button that leads to a provider."""
    screen.page.get_by_role("button", name=f"Continue with {label}").click()


def user_of(screen: Screen) -> Json:
    """Who is signed in."""
    found: Json = screen.call("GET", "/api/auth/session")["user"]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_certified_provider_signs_people_in(visitor: Screen, place: Place, name: str) -> None:
    page, who = visitor.page, somebody()
    page.goto(f"{visitor.site}/settings/security")
    leave_for(visitor, name.capitalize())
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()
    assert page.url.startswith(place.providers[name])
    sign_in_there(page, who)
    expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()
    assert page.url == f"{visitor.site}/settings/security"
    user = user_of(visitor)
    assert (user["email"], user["email_verified"]) == (f"{who}@example.org", True)
    assert not user["is_administrator"]

    visitor.sign_out()
    leave_for(visitor, name.capitalize())
    # The provider knows this browser still, so it asks nothing.
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()
    assert user_of(visitor)["id"] == user["id"]


def test_an_account_is_linked_by_its_password(visitor: Screen) -> None:
    page, email = visitor.page, visitor.register()
    identity = user_of(visitor)["id"]
    visitor.sign_out()
    leave_for(visitor, "Certified")
    sign_in_there(page, email.partition("@")[0])
    expect(page.get_by_role("heading", name="Link Certified")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in and link").click()
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()
    visitor.sign_out()
    leave_for(visitor, "Certified")
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()
    assert user_of(visitor)["id"] == identity


def test_an_address_that_is_not_proved_opens_nothing(visitor: Screen) -> None:
    visitor.page.goto(visitor.site)
    leave_for(visitor, "Inline")
    sign_in_there(visitor.page, f"unproved-{somebody()}")
    expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(visitor.page.get_by_role("alert")).to_contain_text("has not checked")
    assert user_of(visitor) is None


def test_whoever_turns_back_is_where_they_were(visitor: Screen) -> None:
    visitor.page.goto(visitor.site)
    leave_for(visitor, "Certified")
    visitor.page.get_by_role("link", name="Cancel").click()
    expect(visitor.page.get_by_text("Sign-in was cancelled")).to_be_visible()
    assert user_of(visitor) is None


def test_the_provider_asks_again_when_that_is_wanted(visitor: Screen, place: Place) -> None:
    page, who = visitor.page, somebody()
    page.goto(f"{visitor.site}/settings/security")
    leave_for(visitor, "Certified")
    sign_in_there(page, who)
    expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()
    before = visitor.call("GET", "/api/auth/session")["fresh_until"]
    body = {"purpose": "confirm", "next": "/settings/security"}
    way = visitor.call("POST", "/api/auth/openid/certified/start", body)["location"]
    page.goto(way)
    # It knows this browser, and asks nevertheless.
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()
    assert page.url.startswith(place.providers["certified"])
    sign_in_there(page, who, agrees=False)
    expect(page.get_by_role("heading", name="Security", level=1)).to_be_visible()
    assert visitor.call("GET", "/api/auth/session")["fresh_until"] > before


def test_demo_id_signs_in_whoever_one_says(
    new_screen: Callable[[], Screen], product: RunningProduct
) -> None:
    screen = new_screen()
    screen.witness.forgive(r"request to a stranger: (GET|POST) http://127\.0\.0\.1:\d+/\w+")
    screen.page.goto(product.site)
    leave_for(screen, "Demo ID")
    page, email = screen.page, f"{somebody()}@example.com"
    expect(page.get_by_role("heading", name="Demo ID")).to_be_visible()
    expect(page.get_by_text("For trying out on this machine")).to_be_visible()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_visible()
    assert user_of(screen)["email"] == email
