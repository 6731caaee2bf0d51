"""API and worker with everything they stand on behind proxies: what an outage is made with."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import boto3
import httpx2
from sqlalchemy import Engine, create_engine

from app.cli.migrate import migrate
from app.settings import with_driver
from scripts.embedded.options import ROOT
from scripts.embedded.policies import BUCKET, REGION
from scripts.embedded.ports import free_ports
from scripts.embedded.stack import EmbeddedStack
from tests.faults.aws_proxy import ServiceProxy
from tests.faults.running_app import until
from tests.support.tcp_fault_proxy import FaultProxy

Away = Literal["postgres", "s3", "sqs"]


@dataclass(frozen=True, kw_only=True)
class Proxied:
    """A product whose ways to the outside can be cut."""

    site: str
    stack: EmbeddedStack
    database: Engine  # past the proxy
    postgres: FaultProxy
    services: ServiceProxy

    def take_away(self, what: Away, *, silently: bool) -> None:
        """Begin an outage."""
        if what != "postgres":
            self.services.take_away(what, silently=silently)
        elif silently:
            self.postgres.silence()
        else:
            self.postgres.cut()

    def give_back(self, what: Away) -> None:
        """End it."""
        if what == "postgres":
            self.postgres.mend()
        else:
            self.services.give_back(what)

    def answers(self) -> bool:
        """Whether the API is up."""
        try:
            return httpx2.get(f"{self.site}/api/health", timeout=2).is_success
        except httpx2.TransportError:
            return False

    def bucket(self) -> Any:
        """The bucket, past the proxy."""
        keys = self.stack.environment("worker")
        session = boto3.Session(
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        return session.resource("s3", endpoint_url=self.stack.aws_endpoint_url).Bucket(BUCKET)


@contextmanager
def proxied() -> Iterator[Proxied]:
    """Run it on data that is thrown away afterwards."""
    (port,) = free_ports(1)
    site = f"http://127.0.0.1:{port}"
    with ExitStack() as running:
        name = running.enter_context(tempfile.TemporaryDirectory(prefix="pinhole-"))
        Path(name).chmod(0o711)  # as root, PostgreSQL passes through as another user
        stack = running.enter_context(
            EmbeddedStack(data=Path(name) / "data", site_origin=site, careless=True)
        )
        migrate(stack.database_url)
        engine = create_engine(with_driver(stack.database_url))
        running.callback(engine.dispose)
        postgres = running.enter_context(FaultProxy(stack.runtime_database_url))
        services = running.enter_context(ServiceProxy())
        log = running.enter_context((Path(name) / "product.log").open("ab"))
        ways = {"DATABASE_URL": postgres.url, "HTTP_PROXY": services.url}
        server = ["-m", "granian", "--interface", "wsgi", "--no-ws", "--port", str(port)]
        api = [*server, "--blocking-threads", "8", "app.wsgi:app"]
        for words, part in ((api, "api"), (["-m", "app.jobs.worker"], "worker")):
            settings = stack.environment("api" if part == "api" else "worker")
            running.enter_context(_process(words, settings | ways, log))
        product = Proxied(
            site=site, stack=stack, database=engine, postgres=postgres, services=services
        )
        until(product.answers)
        yield product


@contextmanager
def _process(words: list[str], settings: dict[str, str], log: Any) -> Iterator[None]:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **settings}
    process = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
