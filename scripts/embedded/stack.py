"""The embedded services as one: PostgreSQL and AWS with everything the product finds there.

Used by the launcher, and by tests, which start the product's parts themselves.
"""

from __future__ import annotations

from contextlib import ExitStack
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit

import psycopg2
from botocore.exceptions import BotoCoreError, ClientError

from scripts.embedded.aws import EmbeddedAws, answers
from scripts.embedded.errors import StartError
from scripts.embedded.folder import DataFolder
from scripts.embedded.locale_upgrade import start_upgraded
from scripts.embedded.models import StandIn
from scripts.embedded.policies import BUCKET, MAIL_ADDRESS, REGION, USER_ROLE_ARN
from scripts.embedded.ports import free_ports
from scripts.embedded.postgres import Postgres
from scripts.embedded.processes import Crew
from scripts.embedded.provision import Keys, Provision, Provisioner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_KEYS = "aws-keys"


class EmbeddedStack:
    """PostgreSQL, S3, SQS, STS and IAM on free ports of loopback, kept in a folder.

    A context manager: everything has answered when it is entered and has ended when it is left.
    """

    def __init__(
        self,
        *,
        data: Path,
        site_origin: str,
        openai: Literal["none", "stand-in"] | Mapping[str, str] = "none",
        careless: bool = False,
        interrupted: Callable[[], bool] = lambda: False,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Describe a stack.

        Args:
            data: the folder to keep everything in.
            site_origin: who may upload from a browser, like `http://localhost:8000`.
            openai: the model: none, the stand-in, or OPENAI_* settings as they are.
            careless: faster, and loses data when the machine (not a process) fails; for tests.
            interrupted: asked while waiting; starting is given up when it says yes.
            say: told what takes long, in words for people.
        """
        self.folder = DataFolder(data)
        self.site_origin = site_origin
        secrets = self.folder.secrets()
        postgres_port, aws_port, model_port = free_ports(
            3, wanted=self.folder.recall("ports", []), but=urlsplit(site_origin).port
        )
        self.folder.keep("ports", [postgres_port, aws_port, model_port])
        self.postgres = Postgres(
            folder=self.folder.path / "postgres",
            port=postgres_port,
            secrets=secrets,
            careless=careless,
        )
        self.aws = EmbeddedAws(
            folder=self.folder.aws,
            mailbox=self.folder.mailbox,
            port=aws_port,
            root_key=secrets.root_key,
        )
        # New at each start: see [Note: The mailbox's key] in app/api/local_mailbox.py.
        self.mailbox_key = token_urlsafe(32)
        self._stand_in = StandIn(port=model_port) if openai == "stand-in" else None
        self._model = {} if isinstance(openai, str) else dict(openai)
        self._interrupted = interrupted
        self._say = say
        self._running = ExitStack()
        self._provision: Provision | None = None
        self._crew: Crew | None = None

    @property
    def crew(self) -> Crew:
        """The processes, to which the launcher adds the product's own parts."""
        if self._crew is None:
            raise RuntimeError("The stack has not been started.")
        return self._crew

    @property
    def database_url(self) -> str:
        """The product's database, as the role that owns it: for migrations, and for tests."""
        return self.postgres.owner_url

    @property
    def runtime_database_url(self) -> str:
        """The same as what the API and the worker are there: they read and write rows."""
        return self.postgres.runtime_url

    @property
    def aws_endpoint_url(self) -> str:
        """Where the embedded AWS answers."""
        return self.aws.endpoint_url

    def start(self) -> None:
        """Start everything and wait until it answers.

        Raises:
            StartError: the folder is in use, or a part did not come up.
        """
        with ExitStack() as starting:
            lock = self.folder.lock()
            starting.callback(lock.close)
            crew = starting.enter_context(
                Crew(logs=self.folder.logs, lock=lock.fileno(), interrupted=self._interrupted)
            )
            self.aws.start(crew)
            if self._stand_in:
                self._stand_in.start(crew)
            start_upgraded(self.postgres, crew, say=self._say)
            crew.wait_until(self.aws.answers, what="The embedded AWS")
            self._provide(crew)
            if self._stand_in:
                models = f"{self._stand_in.address}/models"
                crew.wait_until(lambda: answers(models), what="The stand-in model")
            self._crew = crew
            self._running = starting.pop_all()

    def stop(self) -> None:
        """End everything, newest first. Safe to repeat."""
        self._running.close()
        self._crew = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def environment(self, part: Literal["api", "worker", "migrate"]) -> dict[str, str]:
        """Return the settings of a part: app/settings.py reads them. Keys differ by part."""
        if self._provision is None:
            raise RuntimeError("The stack has not been started.")
        settings = {
            "DATABASE_URL": self.runtime_database_url,
            "SITE_ORIGIN": self.site_origin,
            "PICTURE_BUCKET": BUCKET,
            "PICTURE_QUEUE_URL": self._provision.picture_queue_url,
            "DESCRIPTION_QUEUE_URL": self._provision.description_queue_url,
            "EXPORT_QUEUE_URL": self._provision.export_queue_url,
            "MAIL_QUEUE_URL": self._provision.mail_queue_url,
            "SECRET_KEY": self.folder.secrets().secret_key,
            "REGISTRATION": "open",
            "MAIL_FROM": f"Pinhole <{MAIL_ADDRESS}>",
            "MAILBOX_DIR": str(self.folder.mailbox),
            "MAILBOX_KEY": self.mailbox_key,
            "USER_ROLE_ARN": USER_ROLE_ARN,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.aws_endpoint_url,
        }
        if part == "migrate":  # reaches the database only, and alone as its owner
            return {**settings, "MIGRATION_DATABASE_URL": self.database_url}
        keys = {"api": self._provision.api_keys, "worker": self._provision.worker_keys}[part]
        return {
            **settings,
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            **(self._stand_in.settings() if self._stand_in else self._model),
        }

    def _provide(self, crew: Crew) -> None:
        try:
            self.postgres.provide_database()
            self._provide_aws()
        except (psycopg2.Error, BotoCoreError, ClientError) as error:
            crew.check()  # most likely a part has ended: then its log says why
            raise StartError(f"The embedded services refused to be set up: {error}") from error

    def _provide_aws(self) -> None:
        known = {name: Keys(**keys) for name, keys in self.folder.recall(_KEYS, {}).items()}
        provisioner = Provisioner(endpoint_url=self.aws_endpoint_url, root_key=self.aws.root_key)
        self._provision = provisioner.provide(site_origin=self.site_origin, known_keys=known)
        self.folder.keep(_KEYS, self._provision.keys_by_user())
