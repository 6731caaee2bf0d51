"""The whole product, started by its own launcher for as long as tests need it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from playwright.sync_api import BrowserContext

from scripts.embedded.folder import DataFolder
from scripts.embedded.options import ROOT
from scripts.embedded.ports import free_ports
from scripts.embedded.product import SITE
from tests.support.users import PASSWORD

PATIENCE_SECONDS = 90
ADMINISTRATOR = "administrator@example.org"


@dataclass(frozen=True, kw_only=True)
class RunningProduct:
    """Where the parts of a running product answer."""

    site: str
    mailbox_key: str
    storage: str
    model: str
    database: str  # its address, as the role that owns it

    @property
    def origins(self) -> frozenset[str]:
        """All that a page of the product may talk to."""
        return frozenset({self.site, self.storage})


@contextmanager
def running_product(
    data: Path, settings: Mapping[str, str], *, has_administrator: bool = True
) -> Iterator[RunningProduct]:
    """Start the product with the stand-in model, and end it.

    The first account of a site administers it: ADMINISTRATOR makes it here, with the usual
    password, so that in tests people join as they do on a site that is in use.

    `--demo` is what starts the stand-in. It would also paint a demo account's pictures, which takes
    longer than the tests: the folder says that this has been done.
    """
    assert (SITE / "index.html").exists(), "build the site first: ./scripts/test does"
    folder = DataFolder(data)
    folder.keep("demo", {"filled": True})
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "scripts.embedded.launcher", "--demo"]
    with (folder.path / "launcher.log").open("w+b") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--data", str(data)],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(process, Path(log.name))
            database, storage, model = json.loads((data / "ports.json").read_text())
            password = json.loads((data / "secrets.json").read_text())["app_password"]
            product = RunningProduct(
                site=f"http://localhost:{port}",
                mailbox_key=_mailbox_key(Path(log.name)),
                storage=f"http://127.0.0.1:{storage}",
                model=f"http://127.0.0.1:{model}",
                database=f"postgresql://app:{password}@127.0.0.1:{database}/pinhole",
            )
            if has_administrator:
                _make_administrator(product.site)
            yield product
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
        complaints = _faults_in(data / "logs" / "worker.log")
        assert not complaints, "\n".join(complaints)


@contextmanager
def product_in_a_folder_of_its_own(
    *, has_administrator: bool = True, **settings: str
) -> Iterator[RunningProduct]:
    """Start the product on data that is thrown away afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="pinhole-e2e-") as folder,
        running_product(Path(folder), settings, has_administrator=has_administrator) as product,
    ):
        yield product


def let_read_mails(context: BrowserContext, product: RunningProduct) -> None:
    """Make a browser profile that of the person who opened the address the launcher printed."""
    cookie = {"name": "mailbox", "value": product.mailbox_key, "url": product.site}
    context.add_cookies([cookie])  # type: ignore[list-item]


# What the worker says of faults of ours; bad files are told at INFO, outages as warnings.
_FAULT = re.compile(r" ERROR | CRITICAL |^Traceback|imported after confinement")


def _faults_in(log: Path) -> list[str]:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return [line for line in lines if _FAULT.search(line)]


def _make_administrator(site: str) -> None:
    httpx2.post(
        f"{site}/api/auth/first",
        json={"email": ADMINISTRATOR, "password": PASSWORD},
        headers={"Origin": site},
    ).raise_for_status()


def _mailbox_key(log: Path) -> str:
    """What stands behind the # of the mailbox's address, which the launcher prints."""
    found = re.search(r"/mailbox#(\S+)", log.read_text())
    assert found
    return found[1]


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "Ctrl-C" not in (said := log.read_text()):
        assert process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.05)
