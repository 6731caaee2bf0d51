"""Starting the emulated account, and calling the CDK against it."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import subprocess
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3
import psycopg2
from botocore.config import Config
from psycopg2.extensions import make_dsn

from scripts.embedded.aws import answers
from scripts.embedded.environment import kept_environment
from scripts.embedded.folder import DataFolder
from scripts.embedded.ports import free_ports
from scripts.embedded.postgres import Postgres
from scripts.embedded.processes import Crew, Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-emulated/bin/python"
ACCOUNT = "123456789012"
REGION = "us-east-1"
STACK = "Pinhole"
# Functions run on this very machine here.
MACHINE = "arm64" if os.uname().machine in {"aarch64", "arm64"} else "x86_64"


@dataclass
class Account:
    """The emulated account, PostgreSQL behind its RDS, and a home for the CDK."""

    folder: Path
    port: int = 0
    postgres: str = ""
    crew: Crew | None = None
    outputs: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        data = DataFolder(self.folder)
        postgres_port, self.port = free_ports(2, wanted=[])
        postgres = Postgres(
            folder=data.path / "postgres",
            port=postgres_port,
            secrets=data.secrets(),
            careless=True,
        )
        self.crew = Crew(logs=data.logs).__enter__()
        try:
            postgres.start(self.crew)
            self.crew.wait_until(postgres.answers, what="PostgreSQL")
            password = data.secrets().superuser_password
            self.postgres = f"postgresql://postgres:{password}@127.0.0.1:{postgres_port}/postgres"
            self._start()
        except BaseException:
            self.crew.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.crew:
            self.crew.__exit__()

    def _start(self) -> None:
        if self.crew is None:
            raise RuntimeError("not entered")
        environment = kept_environment() | {
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "none",
            "DOCKER_HOST": "unix:///nonexistent",
            "GATEWAY_PORT": str(self.port),
            "LAMBDA_EXECUTOR": "local",
            "LOG_LEVEL": "INFO",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "0",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "EMULATED_POSTGRES": self.postgres,
            "EMULATED_AWS_COMMAND": str(self.folder / "aws-command"),
            "EMULATED_FAULTS": str(self.folder / "faults.json"),
        }
        self.crew.start(
            Program(
                name="account",
                command=[PYTHON, ROOT / "tests/emulated/account.py"],
                environment=environment,
                directory=self.folder,
            )
        )
        self.crew.wait_until(
            lambda: answers(f"http://127.0.0.1:{self.port}/_ministack/health"), what="The account"
        )

    @contextmanager
    def faults(self, **switched: Any) -> Iterator[None]:
        """Be as strict as this for a while; names are those of strictness_names.py."""
        path = self.folder / "faults.json"
        path.write_text(json.dumps(switched))
        try:
            yield
        finally:
            path.unlink()

    def cdk(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the CDK's command line as a person would, in this account."""
        home = self.folder / "home"  # it remembers accounts by access key
        home.mkdir(exist_ok=True)
        done = subprocess.run(
            [str(ROOT / "node_modules/.bin/cdk"), *words, "--ci", "--no-color"],
            cwd=ROOT,
            env={**self.environment(), "HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"cdk {' '.join(words)}:\n{done.stdout}\n{done.stderr}")
        return done

    def environment(self) -> Mapping[str, str]:
        """Return what a shell must have to talk to this account."""
        return kept_environment() | {
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_REGION": REGION,  # alone: boto3 does not read it, and ./scripts/* must
            "AWS_ENDPOINT_URL": f"http://localhost:{self.port}",
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "PINHOLE_ARCHITECTURE": MACHINE,
        }

    def client(self, service: str) -> Any:
        """Return a client of the account, as its owner."""
        session = boto3.Session(
            aws_access_key_id=ACCOUNT, aws_secret_access_key="none", region_name=REGION
        )
        return session.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            config=Config(s3={"addressing_style": "path"}, proxies={}),
        )

    def connect(self, user: str, password: str) -> None:
        """Open a connection to the database behind RDS, as a function does, and close it."""
        psycopg2.connect(make_dsn(self.postgres, user=user, password=password)).close()

    def end_connections(self, user: str) -> None:
        """End all that somebody has opened."""
        with closing(psycopg2.connect(self.postgres)) as connection:
            cursor = connection.cursor()
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [user]
            )

    def synthesize(self, out: Path, *context: str) -> None:
        """Synthesize for this machine's kind."""
        words = [word for pair in context for word in ("-c", pair)]
        self.cdk("synth", "--quiet", "-o", str(out), *words)

    def lay_out_aws_command(self, out: Path) -> None:
        """Unpack the `aws` that the CDK's uploader calls, from what was synthesized."""
        command = self.folder / "aws-command"
        if command.exists():
            return
        for layer in out.glob("asset.*.zip"):
            with zipfile.ZipFile(layer) as packed:
                if "awscli/aws" in packed.namelist():
                    packed.extractall(self.folder / "layer")
        program = self.folder / "layer/awscli/aws"
        # It says of each file what became of it, and the emulator gives a function up that writes
        # 200 lines: the stack would wait for its answer for ever.
        command.write_text(f'#!/bin/sh\nexec "{PYTHON}" "{program}" "$@" >&2\n')
        command.chmod(0o755)

    def deploy(self, out: Path) -> str:
        """Deploy what was synthesized, as the CDK alone does; return what it said."""
        done = self.cdk("deploy", "-a", str(out), "--require-approval", "never")
        self.read_outputs()
        return done.stdout + done.stderr

    def read_outputs(self) -> None:
        """Ask the stack what it says of itself."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    def get(self, site: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Ask CloudFront, past the browser; return status, headers in lower case, and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        host = site.removeprefix("https://")
        connection.request(
            "GET", path, headers={"Host": host, "X-Forwarded-Proto": "https", **headers}
        )
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, {name.lower(): said for name, said in answer.getheaders()}, body

    def type(
        self, command: str, *, answers: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Type a command of README.md in this folder, and answer its questions."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return subprocess.run(
            shlex.split(command),
            cwd=ROOT,
            env={**self.environment(), "HOME": str(home), **variables},
            input=answers,
            capture_output=True,
            text=True,
            check=False,
        )
