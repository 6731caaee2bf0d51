"""The API between browsers and providers that lie."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, create_engine, text

from app.cli.migrate import migrate
from app.settings import with_driver
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import PATIENCE, ROOT, new_network, running_api
from tests.conftest import running_stack
from tests.oidc.fake_provider import Issuer, Provider, running_provider
from tests.support.users import Person

# `plain` says no more of itself than it must; each other one is peculiar in one way.
NAMES = (
    "plain",
    "other",
    "naming",
    "telling",
    "stranger",
    "plaintext",
    "symmetric",
    "local",
    "endless",
)


@dataclass
class Traveller(Person):
    """Somebody with a browser who goes to providers and comes back."""

    site_origin: str = ""

    def set_out(self, issuer: Issuer, **wishes: Any) -> str:
        """Leave for a provider; return the address that the browser is sent to."""
        answer = self.start(issuer, **wishes)
        assert answer.status_code == 200, answer.text
        location: str = answer.json()["location"]
        return location

    def start(self, issuer: Issuer, **wishes: Any) -> httpx2.Response:
        """Ask to leave."""
        name = issuer.address.rpartition("/")[2]
        body = {"purpose": "sign_in", **wishes}
        return self.http.post(f"/api/auth/openid/{name}/start", json=body)

    def come_back(self, issuer: Issuer, **brought: Any) -> httpx2.Response:
        """Follow the provider's redirect; a list brings a parameter several times."""
        name = issuer.address.rpartition("/")[2]
        query = urlencode(brought, doseq=True)
        return self.http.get(f"/api/auth/openid/{name}/callback?{query}")

    def travel(self, issuer: Issuer, *, claims: Any = None, **wishes: Any) -> httpx2.Response:
        """Go there and come back, as somebody honest does."""
        location = self.set_out(issuer, **wishes)
        code = issuer.authorize(location, **(claims or {}))
        return self.come_back(issuer, code=code, state=state_of(location))

    def where(self, answer: httpx2.Response) -> str:
        """The page that an answer sends the browser to, which is one of this site's own."""
        assert answer.status_code == 302, answer.text
        location = answer.headers["location"]
        assert location.startswith(f"{self.site_origin}/"), location
        return location.removeprefix(self.site_origin)

    @property
    def signed_in_as(self) -> str | None:
        """Whose session this browser has."""
        user = self.http.get("/api/auth/session").json()["user"]
        return user["email"] if user else None


def state_of(location: str) -> str:
    """What binds an answer to this trip."""
    return parse_qs(urlsplit(location).query)["state"][0]


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """The providers, which are known to the product by the names of their issuers."""
    with running_provider("127.0.0.1", *NAMES) as running:
        issuers = running.issuers
        issuers["naming"].metadata = {"authorization_response_iss_parameter_supported": True}
        address = issuers["telling"].address
        issuers["telling"].metadata = {"userinfo_endpoint": f"{address}/userinfo"}
        issuers["stranger"].metadata = {"issuer": issuers["plain"].address}
        issuers["plaintext"].metadata = {"token_endpoint": "http://provider.example/token"}
        issuers["symmetric"].metadata = {"id_token_signing_alg_values_supported": ["HS256", "none"]}
        issuers["local"].metadata = {"jwks_uri": "file:///etc/passwd"}
        yield running


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """A stack of their own: their worker has no model, and would end other tests' descriptions."""
    with running_stack() as own:
        yield own


@pytest.fixture(scope="session")
def database(stack: EmbeddedStack) -> Iterator[Engine]:
    """The database, for looking behind the API's back."""
    migrate(stack.database_url)
    engine = create_engine(with_driver(stack.database_url))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def site(stack: EmbeddedStack, provider: Provider, database: Engine) -> Iterator[str]:
    """The API, which takes everybody in; its address."""
    with database.begin() as rows:  # whoever comes first would be its administrator
        rows.execute(
            text("INSERT INTO users (id, email, created_at) VALUES (:id, :email, now())"),
            {"id": uuid4(), "email": f"first-{uuid4().hex}@example.org"},
        )
    settings = stack.environment("api") | provider.settings() | {"TRUSTED_PROXIES": "1"}
    with _running_worker(stack), running_api(settings) as address:
        yield address


@contextmanager
def _running_worker(stack: EmbeddedStack) -> Iterator[None]:
    """Who writes the mails."""
    environment = {"PATH": os.environ["PATH"], **stack.environment("worker")}
    process = subprocess.Popen([sys.executable, "-m", "app.jobs.worker"], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture
def new_traveller(site: str, stack: EmbeddedStack) -> Iterator[Callable[[], Traveller]]:
    """Open browsers, in each of which nobody is signed in."""
    with ExitStack() as browsers:

        def open_browser() -> Traveller:
            headers = {"Origin": stack.site_origin, "X-Forwarded-For": new_network()}
            cookies = {"mailbox": stack.mailbox_key}
            client = httpx2.Client(
                base_url=site, headers=headers, cookies=cookies, timeout=PATIENCE
            )
            return Traveller(http=browsers.enter_context(client), site_origin=stack.site_origin)

        yield open_browser


@pytest.fixture
def ada(new_traveller: Callable[[], Traveller]) -> Traveller:
    """Somebody who has no account yet."""
    traveller = new_traveller()
    traveller.email = f"ada-{uuid4().hex}@example.org"
    return traveller


@pytest.fixture
def eve(new_traveller: Callable[[], Traveller]) -> Traveller:
    """Somebody who means harm."""
    traveller = new_traveller()
    traveller.email = f"eve-{uuid4().hex}@example.org"
    return traveller


@pytest.fixture
def issuer(provider: Provider) -> Iterator[Issuer]:
    """The plain provider, honest at first and afterwards."""
    yield (plain := provider.issuers["plain"])
    plain.be_honest()


@pytest.fixture
def count(database: Engine) -> Callable[[str], int]:
    """Count rows: a statement that selects a number, with `:email`."""

    def counted(query: str, **values: Any) -> int:
        with database.connect() as rows:
            return int(rows.execute(text(query), values).scalar_one())

    return counted
