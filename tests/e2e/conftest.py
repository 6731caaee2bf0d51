"""A real browser in front of the whole product, which its own launcher has started."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import Engine, create_engine

from app.accounts.rate_limits.policies import MAILS_FROM_NETWORK
from app.settings import with_driver
from tests.e2e.axe import DESKTOP, Judge
from tests.e2e.chromium import chromium
from tests.e2e.page_errors import Witness
from tests.e2e.page_objects import Screen
from tests.e2e.running_app import (
    RunningProduct,
    let_read_mails,
    product_in_a_folder_of_its_own,
)
from tests.support.images import Picture
from tests.support.rate_limits import forget

MAX_BYTES = 2 * 1024 * 1024

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def product() -> Iterator[RunningProduct]:
    """The product with the stand-in model."""
    with product_in_a_folder_of_its_own(MAX_UPLOAD_BYTES=str(MAX_BYTES)) as running:
        yield running


@pytest.fixture
def database(product: RunningProduct) -> Iterator[Engine]:
    """The product's database, for what a whole run would use up."""
    engine = create_engine(with_driver(product.database))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture
def new_screen(
    browser: Browser, product: RunningProduct, database: Engine
) -> Iterator[Callable[..., Screen]]:
    """Open a browser profile; whatever it complains of until the end of the test fails the test."""
    # All tests join from one network, which may ask for 60 mails, and then for one a minute.
    forget(database, MAILS_FROM_NETWORK)
    opened: list[Screen] = []

    def open_screen(**options: Any) -> Screen:
        has_worker = options.pop("has_service_worker", False)
        context = browser.new_context(
            **{"locale": "en-GB", "timezone_id": "UTC", "viewport": DESKTOP, **options}
        )
        if not has_worker:
            # What it does is test_installable.py's: it keeps what is on the screen, which would be
            # one more that asks for addresses which other tests spoil.
            context.add_init_script("delete Navigator.prototype.serviceWorker")
        let_read_mails(context, product)
        witness = Witness(context, origins=product.origins)
        opened.append(Screen(page=context.new_page(), site=product.site, witness=witness))
        return opened[-1]

    yield open_screen
    for screen in opened:
        screen.context.close()
    assert [line for screen in opened for line in screen.witness.complaints] == []


@pytest.fixture
def screen(new_screen: Callable[..., Screen]) -> Screen:
    """Somebody's page, not signed in."""
    return new_screen()


@pytest.fixture
def judge(screen: Screen) -> Judge:
    """Whoever judges that page."""
    return Judge(screen.page)


@pytest.fixture
def on_disk(tmp_path: Path) -> Callable[..., list[Path]]:
    """Put pictures on the disk, as a person has them."""

    def write(*pictures: Picture, folder: str = "") -> list[Path]:
        home = tmp_path / folder
        home.mkdir(parents=True, exist_ok=True)
        paths = [home / picture.name for picture in pictures]
        for path, picture in zip(paths, pictures, strict=True):
            path.write_bytes(picture.content)
        return paths

    return write


class Gate:
    """A place in the network where requests wait until it is opened."""

    def __init__(self) -> None:
        self._waiting: list[Route] = []
        self._is_open = False

    def __call__(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self._waiting.append(route)

    def open(self) -> None:
        """Let all pass that wait, and all that come."""
        self._is_open = True
        while self._waiting:
            self._waiting.pop().continue_()
