"""STS may refuse a policy of many keys though it is short enough: then it is asked for fewer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest

from app.clients.aws.boto import PolicyTooLargeError, kind_of
from app.clients.aws.copies import MAX_COPIED, Copier, Copy
from app.clients.aws.image_store import key_of
from app.clients.aws.lightweight import Caller, SecurityTokenService
from app.clients.aws.presigned_urls import UserAccess, bucket_at
from app.clients.aws.session_policies import as_many_as_fit

OWNER, SAVER, SHARE = uuid4(), uuid4(), uuid4()
REFUSAL = "<ErrorResponse><Error><Code>PackedPolicyTooLarge</Code></Error></ErrorResponse>"
EXPIRES = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


@contextmanager
def aws(*, most_keys: int, packed: int = 50) -> Iterator[tuple[UserAccess, list[str]]]:
    """An STS that takes so many keys, and an S3 that lets a session write what it names."""
    sessions: list[list[str]] = []
    written: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            policy = json.loads(parse_qs(body)["Policy"][0])
            keys = policy["Statement"][-1]["Resource"]
            if policy["Statement"][-1]["Effect"] == "Deny":
                keys = policy["Statement"][0]["Resource"]
            if len(keys) > most_keys:
                self.say(400, REFUSAL)
                return
            sessions.append(keys)
            given = {
                "AccessKeyId": f"ASIA{len(sessions) - 1}",
                "SecretAccessKey": "s",
                "SessionToken": "t",
                "Expiration": EXPIRES,
                "PackedPolicySize": packed,
            }
            self.say(200, "<R>" + "".join(f"<{k}>{v}</{k}>" for k, v in given.items()) + "</R>")

        def do_PUT(self) -> None:
            path, _, query = self.path.partition("?")
            (by,) = parse_qs(query)["X-Amz-Credential"]
            number = by.removeprefix("ASIA").partition("/")[0]
            key = path.removeprefix("/pictures/")
            is_named = f"arn:aws:s3:::pictures/{key}" in sessions[int(number)]
            written.extend([key] if is_named else [])
            self.say(200 if is_named else 403, "<CopyObjectResult/>")

        def say(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{running.server_port}"
        keys = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "A"}
        caller = Caller.from_environment(
            keys | {"AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": address}
        )
        bucket = bucket_at(name="pictures", region="eu-central-1", endpoint_url=address)
        try:
            yield (
                UserAccess(
                    sts=SecurityTokenService(caller),
                    role_arn="role",
                    bucket_name="pictures",
                    bucket=bucket,
                ),
                written,
            )
        finally:
            running.shutdown()
            thread.join()


def copies() -> list[Copy]:
    return [
        Copy(
            image_id=uuid4(),
            part="original",
            etag="",
            to_image_id=uuid4(),
            content_type="image/jpeg",
        )
        for _ in range(MAX_COPIED)
    ]


@pytest.mark.parametrize("most_keys", [1, 2, 3, MAX_COPIED])
def test_all_are_copied_by_sessions_for_fewer(most_keys: int) -> None:
    wanted = copies()
    with aws(most_keys=most_keys) as (access, written):
        copier = Copier(access, OWNER, SAVER, wanted)
        assert all(copier.copy(each) for each in wanted)
    assert written == [key_of(SAVER, each.to_image_id, "original") for each in wanted]


def test_where_one_is_too_much_it_is_told() -> None:
    with aws(most_keys=0) as (access, _), pytest.raises(PolicyTooLargeError):
        Copier(access, OWNER, SAVER, copies())


def test_visitors_get_addresses_of_as_many_as_fit() -> None:
    images = [uuid4() for _ in range(10)]

    def ask(access: UserAccess, some: list[UUID]) -> object:
        return access.visitor_originals(SHARE, OWNER, some, until=None)

    with aws(most_keys=3) as (access, _):
        count, reader = as_many_as_fit(images, lambda some: ask(access, list(some)))
    assert count == 2
    assert reader is not None


@pytest.mark.parametrize(("packed", "is_told"), [(79, False), (80, True)])
def test_a_policy_that_is_nearly_too_large_is_told(
    caplog: pytest.LogCaptureFixture, packed: int, *, is_told: bool
) -> None:
    with aws(most_keys=10, packed=packed) as (access, _):
        access.visitor_originals(SHARE, OWNER, [uuid4()], until=None)
    assert (f"takes {packed} % of what STS packs" in caplog.text) is is_told


def test_boto3s_error_is_the_same() -> None:
    assert kind_of("PackedPolicyTooLarge", status=400) is PolicyTooLargeError
