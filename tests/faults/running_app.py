"""The whole product as its launcher runs it, with a way to kill any part of it."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import boto3
import httpx2
import psutil  # type: ignore[import-untyped]
from sqlalchemy import Engine, create_engine, text

from app.settings import with_driver
from scripts.embedded.folder import DataFolder
from scripts.embedded.options import ROOT
from scripts.embedded.policies import BUCKET, REGION
from scripts.embedded.ports import free_ports
from scripts.embedded.postgres import Postgres

PATIENCE = 90.0
_RESTED = 6.0
Kind = Literal["worker", "child", "api", "launcher", "aws", "postgres"]
_WORDS = {
    "worker": "app.jobs.worker",
    "child": "child.py",
    "api": "granian",
    "aws": "aws_server",
    "postgres": "pginstall/bin/postgres",
}


@dataclass
class Launched:
    """A product that runs on a folder of its own."""

    data: Path
    port: int
    database: Engine
    process: subprocess.Popen[bytes] | None = None
    kills: list[str] = field(default_factory=list)

    @property
    def site(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start the launcher, as a person does; returns at once."""
        with (self.data.parent / "launcher.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *[sys.executable, "-m", "scripts.embedded.launcher"],
                    *["--port", str(self.port), "--data", str(self.data)],
                ],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it, and all that it runs."""
        if self.process:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def running(self, kind: Kind) -> list[psutil.Process]:
        """The processes of a kind, parents first."""
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):
            launcher = psutil.Process(self.process.pid if self.process else -1)
            if kind == "launcher":
                return [launcher]
            for one in launcher.children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if _WORDS[kind] in " ".join(one.cmdline()):
                        found.append(one)
        return found

    def kill(self, kind: Kind, *, found: list[psutil.Process] | None = None) -> None:
        """`kill -9` of one process of a kind; the launcher is started again, as a person would.

        `found` are those that run, if it is known: to look takes twenty milliseconds.
        """
        found = found or self.running(kind)
        if not found:  # it is just being started again
            return
        if kind == "child":
            victims = [random.choice(found)]  # noqa: S311 - no secret
        else:
            # The API's server is two: the second would still answer what it was asked.
            victims = found if kind == "api" else found[:1]
        killed = 0
        for victim in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.kill()
                killed += 1
        if killed:
            self.kills.append(kind)
        if kind == "launcher" and self.process:
            self.process.wait(PATIENCE)
            self.start()

    def is_rested(self) -> bool:
        """Whether all parts have lived for a while: what dies at once again and again is given up.

        See scripts/embedded/restarting.py.
        """
        kinds: tuple[Kind, ...] = ("worker", "api", "aws", "postgres")
        found = [self.running(kind) for kind in kinds]
        return all(parts and time.time() - parts[0].create_time() > _RESTED for parts in found)

    def answers(self) -> bool:
        """Whether the API reaches the database and a worker waits for pictures."""
        try:
            with self.database.connect() as connection:
                connection.execute(text("SELECT 1"))
            up = httpx2.get(f"{self.site}/api/health", timeout=2).is_success
        except Exception:  # noqa: BLE001 - whatever it is, it does not answer
            return False
        return up and bool(self.running("child"))

    def bucket(self) -> Any:
        """The bucket, for looking behind the product's back."""
        keys = json.loads((self.data / "aws-keys.json").read_text())["pinhole-worker"]
        _, port, _ = json.loads((self.data / "ports.json").read_text())
        session = boto3.Session(
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
            region_name=REGION,
        )
        return session.resource("s3", endpoint_url=f"http://127.0.0.1:{port}").Bucket(BUCKET)

    def path_of(self, owner: str, image_id: str, part: str) -> Path:
        """Where the embedded S3 keeps an object."""
        (account,) = (each for each in (self.data / "aws/objects").iterdir() if each.is_dir())
        return account / BUCKET / "users" / UUID(owner).hex / UUID(image_id).hex / part


def until(condition: Callable[[], Any], *, seconds: float = PATIENCE, every: float = 0.02) -> float:
    """Wait until a condition holds; return how long it took.

    Raises:
        TimeoutError: it never did.
    """
    begun = time.monotonic()
    while not condition():
        if time.monotonic() > begun + seconds:
            raise TimeoutError
        time.sleep(every)
    return time.monotonic() - begun


@contextmanager
def launched() -> Iterator[Launched]:
    """Run the product on data that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="pinhole-") as name:
        Path(name).chmod(0o711)  # as root, PostgreSQL passes through as another user
        folder = DataFolder(Path(name) / "data")
        postgres_port, aws_port, model_port, site_port = free_ports(4)
        folder.keep("ports", [postgres_port, aws_port, model_port])
        postgres = Postgres(
            folder=folder.path / "postgres",
            port=postgres_port,
            secrets=folder.secrets(),
            careless=False,
        )
        engine = create_engine(with_driver(postgres.owner_url), pool_pre_ping=True)
        product = Launched(data=folder.path, port=site_port, database=engine)
        try:
            product.start()
            until(product.answers)
            yield product
        finally:
            product.stop()
            engine.dispose()
