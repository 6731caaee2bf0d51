"""The API in the process of a test, whose messages reach no worker."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from app.api.app import create_app
from app.http.dependencies import build_parts
from app.settings import Settings
from tests.api.conftest import keys_of, until
from tests.support.images import jpeg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from scripts.embedded.models import StandIn
    from scripts.embedded.stack import EmbeddedStack
    from tests.support.users import Person


@dataclass
class Sent:
    """A queue that keeps what is sent to it, so that no worker takes it."""

    messages: list[Mapping[str, object]] = field(default_factory=list)

    def send(self, body: Mapping[str, object]) -> None:
        self.messages.append(body)


@pytest.fixture
def nothing_waits(database: Engine) -> Iterator[None]:
    """No picture waits for a description, before and after, and no model is left alone.

    Whose turn it is depends on everybody's pictures, those of other tests too.
    """

    def forget() -> None:
        with database.begin() as connection:
            connection.execute(text("UPDATE images SET description_state = 'none'"))
            connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'model-%'"))

    forget()
    yield
    forget()


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def api(stack: EmbeddedStack, model: StandIn, ada: Person, sent: Sent) -> Iterator[FlaskClient]:
    """The API in this process, as Ada's browser, whose messages go nowhere."""
    environment = stack.environment("api") | model.settings()
    settings = Settings.from_environment(environment)
    queue: Any = sent
    with keys_of(environment):
        parts = replace(build_parts(settings), description_queue=queue, export_queue=queue)
        client = create_app(parts).test_client()
        client.environ_base["HTTP_ORIGIN"] = stack.site_origin
        client.set_cookie("session", ada.http.cookies["session"], domain="localhost")
        yield client


def rendered(person: Person, seed: int) -> str:
    (image_id,) = person.upload(jpeg(seed=seed))
    until(lambda: person.settled(image_id))
    return image_id


def switch_on(person: Person) -> None:
    person.switch_descriptions_on()


def set_row(database: Engine, image_id: str, changes: str) -> None:
    with database.begin() as connection:
        statement = text(f"UPDATE images SET {changes} WHERE id = :id")  # noqa: S608
        connection.execute(statement, {"id": image_id})
