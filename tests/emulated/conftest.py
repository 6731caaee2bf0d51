"""The product, deployed once into an emulated account by the real CDK, and a browser at its door.

Everything else stands on that one deployment, which takes about a minute.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.chromium import QUIET, executable
from tests.e2e.pages import Screen
from tests.e2e.witness import Witness
from tests.emulated.front import Front
from tests.emulated.surroundings import ACCOUNT, REGION, Account

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What was deployed, and how."""

    account: Account
    out: Path
    said: str

    @property
    def site(self) -> str:
        """The address that the deployment printed."""
        return self.account.outputs["Address"]

    @property
    def storage(self) -> str:
        """Where browsers upload to."""
        return f"https://{self.account.outputs['PictureBucket']}.s3.{REGION}.amazonaws.com"


@pytest.fixture(scope="session")
def deployment() -> Iterator[Deployment]:
    folder = Path(tempfile.mkdtemp(prefix="pinhole-account-"))
    out = folder / "cdk.out"
    try:
        with Account(folder) as account:
            account.synthesize(out)
            account.cdk("bootstrap", f"aws://{ACCOUNT}/{REGION}", "-a", str(out))
            yield Deployment(account=account, out=out, said=account.deploy(out))
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def front(deployment: Deployment) -> Iterator[Front]:
    with Front(folder=deployment.account.folder, port=deployment.account.port) as running:
        yield running


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


@pytest.fixture
def screen(browser: Browser, deployment: Deployment) -> Iterator[Screen]:
    """Somebody's page; whatever it complains of fails the test."""
    context = browser.new_context(ignore_https_errors=True, locale="en-GB", timezone_id="UTC")
    witness = Witness(context, origins={deployment.site, deployment.storage})
    yield Screen(page=context.new_page(), site=deployment.site, witness=witness)
    context.close()
    assert witness.complaints == []
