"""No transaction waits for S3: a slow bucket must not use up the database's connections."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.api.app import create_app
from app.clients.aws.multipart_uploads import PartUploads
from app.clients.aws.object_calls import Answer
from app.database import db
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import keys_of
from tests.support.multipart import PART, big_file, put_part
from tests.support.users import Person

SESSION = "session"


class Watched(PartUploads):
    """Notes at each call whether a transaction is open."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.seen: list[bool] = []

    def _call(self, *args: Any, **kwargs: Any) -> Answer:
        self.seen.append(db.session().in_transaction())
        return super()._call(*args, **kwargs)


@pytest.fixture
def watched(stack: EmbeddedStack, database: Engine) -> Iterator[tuple[FlaskClient, Watched]]:  # noqa: ARG001 - migrated
    """An API in this process, and what it asks of S3."""
    environment = stack.environment("api")
    with keys_of(environment):
        parts = build_parts(Settings.from_environment(environment))
        uploads = Watched(access=parts.access)
        app = create_app(replace(parts, uploads=uploads))
        yield app.test_client(), uploads
    with app.app_context():
        db.engine.dispose()


def test_no_transaction_waits_for_s3(
    ada: Person, watched: tuple[FlaskClient, Watched], stack: EmbeddedStack
) -> None:
    api, uploads = watched
    api.set_cookie(SESSION, ada.http.cookies[SESSION])
    headers = {"Origin": stack.site_origin}
    big = big_file(seed=970)
    said = big.announcement()
    cut = {"size": PART + 1, "sha256": [sha256(bytes([each])).hexdigest() for each in (1, 2)]}
    # Opened, cut otherwise and back, asked again; too early, completed, cancelled.
    for parts in (said["parts"], cut, said["parts"], said["parts"]):
        answer = api.post(
            "/api/images", json={"images": [said | {"parts": parts}]}, headers=headers
        )
        assert answer.status_code == 200
    (place,) = answer.get_json()["places"]
    address = f"/api/images/{place['image']['id']}"
    assert api.post(f"{address}/complete", headers=headers).status_code == 409
    for part, content in zip(place["upload"]["parts"], big.parts, strict=True):
        put_part(part, content).raise_for_status()
    assert api.post(f"{address}/complete", headers=headers).status_code == 202
    other = big_file(seed=971).announcement()
    answer = api.post("/api/images", json={"images": [other]}, headers=headers)
    (place,) = answer.get_json()["places"]
    gone = api.delete(f"/api/images/{place['image']['id']}", headers=headers)
    assert gone.status_code == 204
    assert len(uploads.seen) >= 10
    assert not any(uploads.seen)
