"""The API as the outside meets it: real servers over HTTP, with real PostgreSQL and S3.

Every test makes people of its own, so that tests share one database and still see nothing of each
other: which is, besides, what the product promises.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from secrets import randbelow
from typing import Any

import boto3
import httpx2
import pytest
from sqlalchemy import Connection, Engine, create_engine, event

from app.cli.migrate import migrate
from app.jobs.worker_context import WorkerContext
from app.settings import Settings, with_driver
from scripts.embedded.models import StandIn
from scripts.embedded.ports import free_ports
from scripts.embedded.stack import EmbeddedStack
from tests.support.users import Json, Person

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
_MANY = 100


@pytest.fixture(scope="session")
def database(stack: EmbeddedStack) -> Iterator[Engine]:
    """The database, for looking behind the API's back."""
    migrate(stack.database_url)
    engine = create_engine(with_driver(stack.database_url))
    event.listen(engine, "after_cursor_execute", _leave_many_to_no_worker)
    yield engine
    engine.dispose()


def _leave_many_to_no_worker(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
    """Forget that images which a test seeds by the hundred are to be indexed, compared, written.

    The worker would take more of the machine for them than the tests do, until long after these.
    """
    if cursor.rowcount < _MANY or "INTO images " not in statement:
        return
    for queue in ("images_to_index", "fingerprints"):
        connection.exec_driver_sql(
            f"DELETE FROM {queue} WHERE xmin = pg_current_xact_id()::xid"  # noqa: S608 - constants
        )
    connection.exec_driver_sql(
        "INSERT INTO sidecar_progress (user_id, number)"
        " SELECT DISTINCT owner_id, 9e18::bigint FROM images"
        " WHERE xmin = pg_current_xact_id()::xid ON CONFLICT DO NOTHING"
    )


@pytest.fixture(scope="session")
def model() -> Iterator[StandIn]:
    """The stand-in model, which answers as OpenAI does."""
    stand_in = StandIn(port=free_ports(1)[0])
    command = [sys.executable, "-m", "scripts.embedded.openai_stand_in", str(stand_in.port)]
    with _running(command, {}):
        until(lambda: _answers(f"{stand_in.address}/models"))
        yield stand_in


@pytest.fixture(scope="session")
def site(stack: EmbeddedStack, model: StandIn, database: Engine) -> Iterator[str]:  # noqa: ARG001 - migrated
    """The API and the worker, running as they do on one machine; the address of the API.

    The tests are its one front door: they say which network a browser is in.
    """
    with ExitStack() as running:
        address = running.enter_context(running_api(api_settings(stack, model)))
        worker = [sys.executable, "-m", "app.jobs.worker"]
        running.enter_context(_running(worker, stack.environment("worker") | model.settings()))
        yield address


@pytest.fixture
def visitor(site: str, stack: EmbeddedStack) -> Iterator[httpx2.Client]:
    """Somebody who is not signed in."""
    with _browser(site, stack) as client:
        yield client


@pytest.fixture
def new_visitor(site: str, stack: EmbeddedStack) -> Iterator[Callable[[], httpx2.Client]]:
    """Make browsers in which nobody is signed in."""
    with ExitStack() as browsers:
        yield lambda: browsers.enter_context(_browser(site, stack))


@pytest.fixture
def new_person(site: str, stack: EmbeddedStack, database: Engine) -> Iterator[Callable[[], Person]]:
    """Make people with accounts, each in a browser of their own."""
    with ExitStack() as browsers:
        yield lambda: Person(http=browsers.enter_context(_browser(site, stack))).join(database)


@pytest.fixture
def ada(new_person: Callable[[], Person]) -> Person:
    """A person with an account, signed in."""
    return new_person()


@pytest.fixture
def bob(new_person: Callable[[], Person]) -> Person:
    """Another one, who is curious."""
    return new_person()


def until(condition: Callable[[], Any]) -> Any:
    """Wait until a condition holds and return what it gave; fail when it never does."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError("this did not happen in time")
        time.sleep(0.05)
    return found


def api_settings(stack: EmbeddedStack, model: StandIn) -> dict[str, str]:
    """What a process of the API is started with."""
    return stack.environment("api") | model.settings() | {"TRUSTED_PROXIES": "1"}


def new_network() -> str:
    """An address that nobody else in these tests has: limits are counted by network."""
    return str(IPv4Address(int(IPv4Address("10.0.0.0")) + randbelow(2**24)))


def _browser(site: str, stack: EmbeddedStack) -> httpx2.Client:
    headers = {"Origin": stack.site_origin, "X-Forwarded-For": new_network()}
    cookies = {"mailbox": stack.mailbox_key}  # all browsers here are the tests' own
    return httpx2.Client(base_url=site, headers=headers, cookies=cookies, timeout=PATIENCE)


def _answers(address: str) -> bool:
    try:
        return httpx2.get(address, timeout=2).is_success
    except httpx2.TransportError:
        return False


@contextmanager
def keys_of(environment: Mapping[str, str]) -> Iterator[None]:
    """Let boto3 clients that are made meanwhile find the keys of one of the product's parts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, environment[name])
        yield


@contextmanager
def running_api(environment: Mapping[str, str]) -> Iterator[str]:
    """One more API, with settings of its own; its address."""
    address = f"http://127.0.0.1:{(port := free_ports(1)[0])}"
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    server += ["--port", str(port), "--blocking-threads", "8", "app.wsgi:app"]
    with _running(server, environment):
        until(lambda: _answers(f"{address}/api/health"))
        yield address


@contextmanager
def _running(command: list[str], settings: Mapping[str, str]) -> Iterator[None]:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **settings}
    environment["PYTHONWARNINGS"] = "error"  # as in the tests: a warning is an answer 500
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="session")
def bucket(stack: EmbeddedStack) -> Any:
    """The bucket, for looking behind the API's back with the worker's rights."""
    environment = stack.environment("worker")
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    s3 = session.resource("s3", endpoint_url=stack.aws_endpoint_url)
    return s3.Bucket(environment["PICTURE_BUCKET"])


@pytest.fixture
def objects_of(bucket: Any) -> Callable[[Person], list[str]]:
    """List the keys of all objects of a person."""

    def keys(person: Person) -> list[str]:
        user = person.http.get("/api/account").json()["user"]["id"].replace("-", "")
        return [item.key for item in bucket.objects.filter(Prefix=f"users/{user}/")]

    return keys


@pytest.fixture
def store(bucket: Any) -> Callable[[str], Json]:
    """What S3 says about the object at an address's path."""

    def head(path: str) -> Json:
        key = path.removeprefix(f"/{bucket.name}/")
        found: Json = bucket.meta.client.head_object(Bucket=bucket.name, Key=key)
        return found

    return head


@pytest.fixture
def worker_context(stack: EmbeddedStack, site: str) -> WorkerContext:  # noqa: ARG001 - migrated
    """The worker's parts, so that a test can sweep when it wants to."""
    environment = stack.environment("worker")
    with keys_of(environment):
        return WorkerContext(Settings.from_environment(environment), pool_size=2)


@pytest.fixture
def send(stack: EmbeddedStack) -> Callable[[str], None]:
    """Put a message into the queue of pictures."""
    environment = stack.environment("api")
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    sqs = session.client("sqs", endpoint_url=stack.aws_endpoint_url)

    def put_into_queue(body: str) -> None:
        sqs.send_message(QueueUrl=environment["PICTURE_QUEUE_URL"], MessageBody=body)

    return put_into_queue


def stored_event(
    key: str, *, bucket: str = "pinhole-pictures", name: str = "ObjectCreated:Put"
) -> str:
    """What S3 sends when an object has arrived."""
    record = {"eventName": name, "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}
    return json.dumps({"Records": [record]})
