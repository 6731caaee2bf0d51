"""S3 rings for originals, and only for originals."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from scripts.embedded.policies import BUCKET
from tests.embedded.raw_http import client, place, send

if TYPE_CHECKING:
    from scripts.embedded.stack import EmbeddedStack

PATIENCE_SECONDS = 10


def test_an_original_rings_and_what_is_derived_does_not(stack: EmbeddedStack) -> None:
    keys = stack.environment("worker")
    sqs, s3 = client(stack, "sqs", keys=keys), client(stack, "s3", keys=keys)
    url = keys["PICTURE_QUEUE_URL"]
    user = uuid.uuid4().hex
    first, last = (
        place(stack, user=user, image=uuid.uuid4().hex, content=b"original") for _ in range(2)
    )
    assert send("PUT", first.url, headers=first.headers, body=b"original").status == 200
    derived = first.key.replace("/original", "/thumbnail.webp")
    s3.put_object(Bucket=BUCKET, Key=derived, Body=b"webp")
    assert send("PUT", last.url, headers=last.headers, body=b"original").status == 200
    # Events arrive in the order of the writes here, so the last one means that no other comes.
    rung = events_until(sqs, url, last.key)
    assert [key for key in rung if key.startswith(f"users/{user}/")] == [first.key, last.key]


def test_an_event_names_our_bucket_and_the_size(stack: EmbeddedStack) -> None:
    keys = stack.environment("worker")
    promised = place(stack, user=uuid.uuid4().hex, image=uuid.uuid4().hex, content=b"12345")
    assert send("PUT", promised.url, headers=promised.headers, body=b"12345").status == 200
    records: dict[str, Any] = {}
    events_until(
        client(stack, "sqs", keys=keys), keys["PICTURE_QUEUE_URL"], promised.key, records=records
    )
    record = records[promised.key]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == BUCKET
    assert record["s3"]["object"]["size"] == 5


def events_until(
    sqs: Any,
    url: str,
    key: str,
    *,
    records: dict[str, Any] | None = None,
) -> list[str]:
    """Receive and delete events until the one for `key`; the keys in the order they came."""
    found: list[str] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while key not in found and time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            for record in json.loads(message["Body"]).get("Records", []):
                found.append(record["s3"]["object"]["key"])
                if records is not None:
                    records[found[-1]] = record
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert key in found
    return found
