"""Our own calls to AWS: signed as boto3's, tried as often, and telling as little."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import uuid4

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.lightweight import Caller, SecretsManager, SecurityTokenService
from app.clients.aws.secrets_manager import read_secret
from app.clients.aws.session_policies import session_policy
from app.settings import Settings
from scripts.embedded.policies import REGION
from scripts.embedded.stack import EmbeddedStack

NOW = datetime(2026, 5, 3, 14, 5, 6, tzinfo=UTC)
HOST = "secretsmanager.eu-central-1.amazonaws.com"
Answers = list[tuple[int, bytes]]


def caller(**others: str) -> Caller:
    known = {
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "s",
    }
    return Caller.from_environment(known | others)


@pytest.mark.parametrize("token", [None, "token/with+signs=="])
@pytest.mark.parametrize(
    ("service", "headers", "body"),
    [
        ("secretsmanager", {"content-type": "application/x-amz-json-1.1", "x-amz-target": "a.B"},
         b'{"SecretId":"x"}'),
        ("sts", {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, b"A=%C3%B6"),
    ],
)  # fmt: skip
def test_signatures_are_those_of_boto3(
    monkeypatch: pytest.MonkeyPatch,
    token: str | None,
    service: str,
    headers: dict[str, str],
    body: bytes,
) -> None:
    ours = caller(**({"AWS_SESSION_TOKEN": token} if token else {})).signed(
        service, host=HOST, body=body, headers=headers, at=NOW
    )
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: NOW.replace(tzinfo=None))
    request = AWSRequest("POST", f"https://{HOST}/", headers=headers, data=body)
    credentials = Credentials("AKIA", "s", token)
    SigV4Auth(credentials, service, "eu-central-1").add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]


@contextmanager
def server(answers: Answers) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one after the other; the address, and the bodies that were heard."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = answers.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", heard
        running.shutdown()
        thread.join()


def ask(address: str) -> object:
    return caller(AWS_ENDPOINT_URL=address).json_call("secretsmanager", "a.B", {"c": 1})


@pytest.mark.parametrize(
    "first",
    [
        (500, b""),
        (503, b"<html>"),
        (400, b'{"__type":"com.amazon#ThrottlingException"}'),
        (429, b""),
    ],
)
def test_what_may_pass_is_tried_again(first: tuple[int, bytes]) -> None:
    with server([first, first, (200, b'{"d":2}')]) as (address, heard):
        assert ask(address) == {"d": 2}
    assert heard == [b'{"c": 1}'] * 3


def test_it_gives_up_after_three() -> None:
    with (
        server([(503, b"")] * 4) as (address, heard),
        pytest.raises(AwsUnavailableError, match="secretsmanager: 503"),
    ):
        ask(address)
    assert len(heard) == 3


def test_a_refusal_is_not_argued_with_and_not_quoted() -> None:
    refusal = b'{"__type":"AccessDeniedException","Message":"user x may not read the secret y"}'
    with (
        server([(400, refusal)] * 2) as (address, heard),
        pytest.raises(AwsUnavailableError) as told,
    ):
        ask(address)
    assert str(told.value) == "secretsmanager: 400 AccessDeniedException"
    assert len(heard) == 1


def test_nobody_there_is_told_as_such() -> None:
    with server([]) as (address, _):
        pass
    with pytest.raises(AwsUnavailableError, match="ConnectionRefusedError"):
        ask(address)


def test_a_secret_is_what_boto3_wrote(stack: EmbeddedStack) -> None:
    key = stack.aws.root_key  # both halves of it
    keys = {"aws_access_key_id": key, "aws_secret_access_key": key}
    client = boto3.client(
        "secretsmanager", region_name=REGION, endpoint_url=stack.aws_endpoint_url, **keys
    )
    name = f"test-{uuid4()}"
    client.create_secret(Name=name, SecretString=json.dumps({"door": "ż \u2028"}))
    environment = {"AWS_REGION": REGION, "AWS_ENDPOINT_URL": stack.aws_endpoint_url} | {
        variable.upper(): value for variable, value in keys.items()
    }
    reader = SecretsManager(Caller.from_environment(environment))
    assert read_secret(reader, name) == {"door": "ż \u2028"}
    with pytest.raises(AwsUnavailableError, match="ResourceNotFoundException"):
        read_secret(reader, f"{name}-other")


def test_a_role_is_assumed_by_who_may(stack: EmbeddedStack) -> None:
    environment = stack.environment("api")
    settings = Settings.from_environment(environment)

    def assume(key: str) -> Callable[[], object]:
        sts = SecurityTokenService(
            Caller.from_environment(environment | {"AWS_SECRET_ACCESS_KEY": key})
        )
        user = uuid4()
        return lambda: sts.assume_role(
            RoleArn=settings.user_role_arn,
            RoleSessionName=f"user-{user.hex}",
            DurationSeconds=3600,
            Tags=[{"Key": "user", "Value": user.hex}],
            Policy=json.dumps(session_policy(settings.picture_bucket, user)),
        )

    given = assume(environment["AWS_SECRET_ACCESS_KEY"])()
    assert isinstance(given, dict)
    credentials = given["Credentials"]
    assert all(credentials[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    assert credentials["Expiration"] > datetime.now(UTC)
    with pytest.raises(AwsUnavailableError, match="sts: 403 SignatureDoesNotMatch"):
        assume("another")()
