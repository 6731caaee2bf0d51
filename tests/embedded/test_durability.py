"""Acknowledged means kept, through kill -9 of every service; a write cut off leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from scripts.embedded.aws_server.__main__ import forget_unfinished_writes
from scripts.embedded.policies import BUCKET
from scripts.embedded.stack import EmbeddedStack
from tests.conftest import SITE_ORIGIN
from tests.embedded.raw_http import client, place, send
from tests.embedded.test_s3_events import events_until

if TYPE_CHECKING:
    from scripts.embedded.processes import Part


def part(stack: EmbeddedStack, name: str) -> Part:
    return next(part for part in stack.crew.parts if part.program.name == name)


def test_nothing_acknowledged_is_lost_to_kill_9(data_folder: Path) -> None:
    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN) as stack:
        keys = stack.environment("api")
        connection = psycopg2.connect(stack.database_url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.close()
        promised = place(stack, user=uuid.uuid4().hex, image=uuid.uuid4().hex, content=b"kept")
        assert send("PUT", promised.url, headers=promised.headers, body=b"kept").status == 200
        later = place(stack, user=uuid.uuid4().hex, image=uuid.uuid4().hex, content=b"later")
        client(stack, "sqs", keys=keys).send_message(
            QueueUrl=keys["DESCRIPTION_QUEUE_URL"], MessageBody="describe this"
        )
        for name in ("aws", "postgres"):  # at once, before any save of its own accord
            os.kill(part(stack, name).process.pid, signal.SIGKILL)

    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN) as stack:
        keys = stack.environment("worker")
        s3, sqs = client(stack, "s3", keys=keys), client(stack, "sqs", keys=keys)
        head = s3.head_object(Bucket=BUCKET, Key=promised.key, ChecksumMode="ENABLED")
        assert head["ContentType"] == "image/jpeg"
        assert head["ChecksumSHA256"] == promised.headers["x-amz-checksum-sha256"]
        assert s3.get_object(Bucket=BUCKET, Key=promised.key)["Body"].read() == b"kept"
        assert events_until(sqs, keys["PICTURE_QUEUE_URL"], promised.key) == [promised.key]
        # What was signed before is still good: people's browsers hold such addresses.
        assert send("PUT", later.url, headers=later.headers, body=b"later").status == 200
        messages = sqs.receive_message(QueueUrl=keys["DESCRIPTION_QUEUE_URL"])["Messages"]
        assert [message["Body"] for message in messages] == ["describe this"]
        connection = psycopg2.connect(stack.database_url)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT answer FROM kept")
            assert cursor.fetchall() == [(42,)]
        connection.close()


@pytest.mark.parametrize(("seconds_later", "is_rung_again"), [(5, True), (60, False)])
def test_an_event_that_a_crash_swallowed_comes_at_the_next_start(
    data_folder: Path, seconds_later: int, *, is_rung_again: bool
) -> None:
    """The message is in no state that was saved, whether or not somebody had received it."""
    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN) as stack:
        promised = place(stack, user=uuid.uuid4().hex, image=uuid.uuid4().hex, content=b"rung")
        assert send("PUT", promised.url, headers=promised.headers, body=b"rung").status == 200
        moment = time.time() + seconds_later
        os.kill(part(stack, "aws").process.pid, signal.SIGKILL)
    saved = data_folder / "aws/state/sqs.json"
    state = json.loads(saved.read_text())
    _drop_messages(state)
    saved.write_text(json.dumps(state))
    os.utime(saved, (moment, moment))

    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN, careless=True) as stack:
        keys = stack.environment("worker")
        sqs = client(stack, "sqs", keys=keys)
        answer = sqs.receive_message(QueueUrl=keys["PICTURE_QUEUE_URL"], MaxNumberOfMessages=10)
        told = [promised.key in message["Body"] for message in answer.get("Messages", [])]
        assert sum(told) == is_rung_again


def _drop_messages(state: Any) -> int:
    """Empty every queue of a saved state; return how many messages there were."""
    if isinstance(state, list):
        return sum(_drop_messages(each) for each in state)
    if not isinstance(state, dict):
        return 0
    dropped = len(state["messages"]) if isinstance(state.get("messages"), list) else 0
    if dropped:
        state["messages"] = []
    return dropped + sum(_drop_messages(each) for each in state.values())


def test_a_message_in_work_comes_back_at_the_next_start(data_folder: Path) -> None:
    def receive(stack: EmbeddedStack) -> list[str]:
        keys = stack.environment("worker")
        sqs = client(stack, "sqs", keys=keys)
        answer = sqs.receive_message(QueueUrl=keys["DESCRIPTION_QUEUE_URL"])
        return [message["Body"] for message in answer.get("Messages", [])]

    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN, careless=True) as stack:
        keys = stack.environment("api")
        client(stack, "sqs", keys=keys).send_message(
            QueueUrl=keys["DESCRIPTION_QUEUE_URL"], MessageBody="in work"
        )
        assert receive(stack) == ["in work"]
        assert receive(stack) == []
    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN, careless=True) as stack:
        assert receive(stack) == ["in work"]


def test_a_write_that_was_cut_off_leaves_nothing(tmp_path: Path) -> None:
    whole, cut, temporary = tmp_path / "a/whole", tmp_path / "b/cut", tmp_path / "c/x.tmp"
    for path in (whole, cut, temporary, whole.with_name("whole.meta.json")):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    forget_unfinished_writes(tmp_path)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"whole", "whole.meta.json"}


def test_what_the_disk_refuses_is_not_acknowledged(data_folder: Path) -> None:
    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN, careless=True) as stack:
        promised = place(stack, user=uuid.uuid4().hex, image=uuid.uuid4().hex, content=b"kept")
        bucket = next((data_folder / "aws/objects").iterdir()) / BUCKET
        aside = bucket.rename(bucket.with_name("aside"))
        bucket.touch()  # a file where the folder must be: no object can be written
        answer = send("PUT", promised.url, headers=promised.headers, body=b"kept")
        assert answer.status == 500
        bucket.unlink()
        aside.rename(bucket)
        assert send("PUT", promised.url, headers=promised.headers, body=b"kept").status == 200
