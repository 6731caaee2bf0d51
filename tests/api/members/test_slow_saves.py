"""Saving pictures of shared albums while S3 is slow: one that hangs holds up few (issue 14)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import TYPE_CHECKING, cast
from uuid import UUID, uuid4

import pytest

from app.api.app import create_app
from app.clients.aws.lightweight import Caller, SecurityTokenService
from app.clients.aws.presigned_urls import UserAccess, bucket_at
from app.errors import TooManyAtOnceError
from app.http.dependencies import build_parts
from app.members.save import MAX_SAVES, _copy, _look, _one_at_a_time, _Time, _Wanted
from app.settings import Settings
from tests.api.conftest import keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from app.clients.aws.multipart_uploads import PartUploads
    from scripts.embedded.stack import EmbeddedStack

OWNER, SAVER = uuid4(), uuid4()
EXPIRES = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
SESSION = {"AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": EXPIRES}
BRIEF = 0.3  # seconds: an answer of this machine takes milliseconds


@pytest.fixture
def slow_aws() -> Iterator[Callable[[UUID], UserAccess]]:
    """An AWS that never answers about one picture, and about others at once."""
    is_over = Event()
    hangs_at: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.say("<R>" + "".join(f"<{k}>{v}</{k}>" for k, v in SESSION.items()) + "</R>")

        def do_GET(self) -> None:
            if hangs_at[0] in self.path:
                is_over.wait()
            self.say("a picture")

        def do_PUT(self) -> None:
            if hangs_at[0] in self.headers["x-amz-copy-source"]:
                is_over.wait()
            self.say("<CopyObjectResult/>")

        def say(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running, ThreadPoolExecutor(1) as beside:
        beside.submit(running.serve_forever, 0.01)
        address = f"http://127.0.0.1:{running.server_port}"
        keys = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "A"}
        caller = Caller.from_environment(
            keys | {"AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": address}
        )

        def hanging_at(image_id: UUID) -> UserAccess:
            hangs_at[:] = [image_id.hex]
            bucket = bucket_at(name="pictures", region="eu-central-1", endpoint_url=address)
            sts = SecurityTokenService(caller)
            return UserAccess(sts=sts, role_arn="role", bucket_name="pictures", bucket=bucket)

        try:
            yield hanging_at
        finally:
            is_over.set()
            running.shutdown()


def test_one_preview_that_hangs_holds_up_no_other(slow_aws: Callable[[UUID], UserAccess]) -> None:
    ids = [uuid4() for _ in range(4)]
    wanted = {
        each: _Wanted(owner_id=OWNER, name="a.webp", day=None, original=None, preview_format="webp")
        for each in ids
    }
    access = slow_aws(ids[0])
    clock = _Time(one_seconds=BRIEF)
    sources = _look(wanted, access=access, clock=clock)
    assert list(sources) == ids[1:]


def test_one_copy_that_hangs_holds_up_no_other(slow_aws: Callable[[UUID], UserAccess]) -> None:
    ids = [uuid4() for _ in range(4)]
    originals = {
        each: _Wanted(
            owner_id=OWNER,
            name="a.jpg",
            day=None,
            original=("image/jpeg", 9, bytes(32)),
            preview_format="webp",
        )
        for each in ids
    }
    access = slow_aws(ids[0])
    sources = _look(originals, access=access, clock=_Time())
    copied = _copy(
        SAVER,
        sources,
        {each: uuid4() for each in ids},
        access=access,
        uploads=cast("PartUploads", None),  # not asked: nothing was there before
        clock=_Time(one_seconds=BRIEF),
    )
    assert copied == set(ids[1:])


def test_a_few_people_save_at_the_same_moment_and_others_wait(
    stack: EmbeddedStack,
    database: Engine,  # noqa: ARG001 - migrated
) -> None:
    """Each waits for S3 in a thread of those that answer everybody."""
    environment = stack.environment("api")
    with keys_of(environment):
        app = create_app(build_parts(Settings.from_environment(environment)))
    late = uuid4()
    with app.app_context():
        with ExitStack() as under_way:
            for _ in range(MAX_SAVES):
                under_way.enter_context(_one_at_a_time(uuid4()))
            with pytest.raises(TooManyAtOnceError), _one_at_a_time(late):
                pass
        with _one_at_a_time(late):  # nothing was counted
            pass
