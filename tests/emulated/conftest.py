"""The product, deployed once into an emulated account as README.md says, and a browser at its door.

Everything else stands on that one deployment, which takes about a minute.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.chromium import QUIET, executable
from tests.e2e.page_errors import Witness
from tests.emulated.emulator import REGION, ROOT, Account
from tests.emulated.tls_proxy import Crossing, Front
from tests.emulated.users import InvitedScreen, make_first_account

if TYPE_CHECKING:
    from collections.abc import Iterator

expect.set_options(timeout=30_000)  # each function starts anew, beside other suites


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What was deployed, and how."""

    account: Account
    out: Path
    said: str  # by the script, and by the CDK of what it will change
    reported: str  # by the CDK, of how it goes

    @property
    def setup_link(self) -> str:
        """The link that was printed, once, for whoever makes the first account."""
        (link,) = re.findall(r"https://\S+/setup#\S+", self.said)
        return str(link)

    @property
    def site(self) -> str:
        """The address that the deployment printed."""
        return self.account.outputs["Address"]

    @property
    def storage(self) -> str:
        """Where browsers upload to."""
        return f"https://{self.account.outputs['PictureBucket']}.s3.{REGION}.amazonaws.com"


@contextmanager
def new_account() -> Iterator[Account]:
    """An account that nobody has used yet."""
    folder = Path(tempfile.mkdtemp(prefix="pinhole-account-"))
    try:
        with Account(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder)


@contextmanager
def way_through(front: Front) -> Iterator[dict[str, str]]:
    """What lets a program find CloudFront on this machine, and believe it."""
    with Crossing(to=front.port) as crossing:
        yield {
            "https_proxy": f"http://127.0.0.1:{crossing.port}",
            "SSL_CERT_FILE": str(front.certificate),
        }


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """The account that most tests share."""
    with new_account() as running:
        yield running


@pytest.fixture(scope="session")
def front(account: Account) -> Iterator[Front]:
    with Front(folder=account.folder, port=account.port) as running:
        yield running


@pytest.fixture(scope="session")
def way(front: Front) -> Iterator[dict[str, str]]:
    with way_through(front) as variables:
        yield variables


@pytest.fixture(scope="session")
def assembly(account: Account) -> Path:
    """The small size, synthesized; with it each account finds what the CDK's own functions run."""
    out = account.folder / "cdk.out"
    account.synthesize(out)
    return out


@pytest.fixture(scope="session")
def deployment(account: Account, way: dict[str, str], assembly: Path) -> Deployment:
    """The product, deployed by the one command that README.md names, with nothing in its way."""
    account.lay_out_aws_command(assembly)
    done = account.type(command_of_readme(), answers="y\ny\n", **way)
    assert done.returncode == 0, done.stdout + done.stderr
    account.read_outputs()
    return Deployment(account=account, out=assembly, said=done.stdout, reported=done.stderr)


@pytest.fixture(scope="module")
def another(assembly: Path) -> Iterator[tuple[Account, dict[str, str]]]:
    """Another account than the one that is deployed into, and the way to its CloudFront."""
    with (
        new_account() as running,
        Front(folder=running.folder, port=running.port) as its_front,
        way_through(its_front) as variables,
    ):
        running.lay_out_aws_command(assembly)
        yield running, variables


def refused(account: Account, command: str, *, fault: str, **way: str) -> str:
    """Type a command while AWS refuses something; return what it said."""
    with account.faults(**{fault: True}):
        done = account.type(command, answers="y\ny\n", **way)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Run ./scripts/deploy again" in said
    return said


def command_of_readme() -> str:
    """The only command below "Deploy it"."""
    section = (ROOT / "README.md").read_text().partition("## Deploy it")[2]
    block = section.partition("```sh\n")[2].partition("```")[0]
    (line,) = block.strip().splitlines()
    return line.partition("#")[0].strip()


@pytest.fixture(scope="session")
def browser(front: Front) -> Iterator[Browser]:
    """Chromium, for which CloudFront and S3 are on this machine, by their own names."""
    rules = ",".join(
        f"MAP *.{name} 127.0.0.1:{front.port}" for name in ("cloudfront.net", "amazonaws.com")
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(),
            args=[*QUIET, "--no-sandbox", f"--host-resolver-rules={rules}"],
        )
        yield browser
        browser.close()


@contextmanager
def a_page(browser: Browser, deployment: Deployment) -> Iterator[tuple[Page, Witness]]:
    """A browser profile that is new; whatever it complains of fails the test."""
    context = browser.new_context(ignore_https_errors=True, locale="en-GB", timezone_id="UTC")
    # Chromium takes no service worker from an address whose certificate it was told to overlook.
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    witness = Witness(context, origins={deployment.site, deployment.storage})
    yield context.new_page(), witness
    context.close()
    assert witness.complaints == []


@pytest.fixture(scope="session")
def invitations(browser: Browser, deployment: Deployment) -> list[str]:
    """Links by which people join: from the operator, who follows the link of the deployment."""
    with a_page(browser, deployment) as (page, _):
        return make_first_account(page, deployment.setup_link)


@pytest.fixture
def screen(
    browser: Browser, deployment: Deployment, invitations: list[str]
) -> Iterator[InvitedScreen]:
    """Somebody's page."""
    with a_page(browser, deployment) as (page, witness):
        yield InvitedScreen(
            page=page, site=deployment.site, witness=witness, invitations=invitations
        )
