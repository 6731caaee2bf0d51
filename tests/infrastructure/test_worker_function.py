"""The worker's function: which pictures it begins, and what it does with them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from app.messages import PROCESS
from app.processing.lease import BULK_AFTER
from scripts.embedded.policies import REGION
from tests.conftest import running_stack
from tests.infrastructure.conftest import MACHINE
from tests.infrastructure.events import queue_record
from tests.infrastructure.inside import Inside
from tests.media.child_processes import descendants_of
from tests.support.library import Library, library_on

WOKEN = queue_record(json.dumps(PROCESS), queue="pinhole-pictures")
NOTHING_FAILED: dict[str, dict[str, list[object]]] = {"answer": {"batchItemFailures": []}}


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture
def worker(packages: dict[str, Path], library: Library, tmp_path: Path) -> Iterator[Inside]:
    inside = Inside(
        "worker",
        package=packages[MACHINE],
        stack=library.stack,
        folder=tmp_path,
        WORKER_CONCURRENCY="2",
    )
    yield inside
    inside.end()


def told(library: Library) -> list[object]:
    """Take all messages out of the queue of pictures; return what they say."""
    bodies: list[object] = []
    while messages := library.worker_context.pictures.receive(most=10, wait_seconds=0):
        bodies += [json.loads(message.body) for message in messages]
        library.worker_context.pictures.all_done(messages)
    return bodies


def sqs_of(library: Library) -> Any:
    """A client with all rights."""
    return boto3.Session(
        aws_access_key_id=library.stack.aws.root_key,
        aws_secret_access_key=library.stack.aws.root_key,
        region_name=REGION,
    ).client("sqs", endpoint_url=library.stack.aws_endpoint_url)


@pytest.fixture(autouse=True)
def _queue_is_empty(library: Library) -> None:
    """Also of what an earlier test's function left, to come later."""
    sqs_of(library).purge_queue(QueueUrl=library.worker_context.settings.picture_queue_url)


def delayed(library: Library) -> int:
    """How many messages of the queue of pictures are to come later."""
    name = "ApproximateNumberOfMessagesDelayed"
    answer = sqs_of(library).get_queue_attributes(
        QueueUrl=library.worker_context.settings.picture_queue_url, AttributeNames=[name]
    )
    return int(answer["Attributes"][name])


def upload_in_bulk(library: Library) -> None:
    """Have the pictures of everybody be those of bulk uploads."""
    turn = (
        "INSERT INTO rate_limits (key, empty_at) SELECT 'turn:' || id, now() + :ahead FROM users"
        " ON CONFLICT (key) DO NOTHING; SELECT 1"
    )
    library.value(turn, ahead=2 * BULK_AFTER)


def test_function_begins_no_picture_that_it_may_not_end(library: Library, worker: Inside) -> None:
    """The slowest is granted memory after a minute, and has one more; it is fetched before."""
    place = library.add(library.person())
    library.value("UPDATE images SET state = 'processing' RETURNING 1")
    soon_over = {"Records": [WOKEN], "test_remaining_milliseconds": 149_000}
    assert worker.tell(soon_over) == NOTHING_FAILED
    assert library.state(place) == "processing"
    assert PROCESS in told(library)  # for the next one
    assert worker.tell({"Records": [WOKEN]}) == NOTHING_FAILED
    assert library.state(place) == "ready"


def test_function_passes_over_whoever_has_all_others(library: Library, worker: Inside) -> None:
    ada, bob = library.person(), library.person()
    at_work, waits = library.add(ada), library.add(ada)
    first = library.add(bob)
    library.value("UPDATE images SET state = 'processing' RETURNING 1")
    query = "UPDATE images SET leased_until = now() + interval '1 hour' WHERE id = :id RETURNING 1"
    library.value(query, id=at_work.image_id)
    assert worker.tell({"Records": [WOKEN]}) == NOTHING_FAILED
    assert library.state(first) == "ready"
    assert library.state(waits) == "processing"
    assert told(library) == []  # without a delay functions would follow one another
    assert delayed(library) == 1
    library.value("UPDATE images SET leased_until = NULL RETURNING 1")
    assert worker.tell({"Records": [WOKEN]}) == NOTHING_FAILED
    assert {library.state(at_work), library.state(waits)} == {"ready"}


def test_function_leaves_none_to_others_where_there_are_none(
    library: Library, worker: Inside
) -> None:
    library.value("DELETE FROM images; DELETE FROM users; SELECT 1")
    ada = library.person()
    at_work, waits = library.add(ada), library.add(ada)
    library.value("UPDATE images SET state = 'processing' RETURNING 1")
    query = "UPDATE images SET leased_until = now() + interval '1 hour' WHERE id = :id RETURNING 1"
    library.value(query, id=at_work.image_id)
    assert worker.tell({"Records": [WOKEN]}) == NOTHING_FAILED
    assert library.state(waits) == "ready"


def test_function_that_meets_an_outage_wakes_another_later(
    library: Library, worker: Inside
) -> None:
    """A full disk: rows can be read, so without a delay functions would follow one another."""
    place = library.add(library.person())
    library.value("UPDATE images SET state = 'processing' RETURNING 1")
    library.value(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$;"
        " CREATE TRIGGER refuse BEFORE UPDATE ON images EXECUTE FUNCTION refuse(); SELECT 1"
    )
    assert worker.tell({"Records": [WOKEN]}) == NOTHING_FAILED
    library.value("DROP TRIGGER refuse ON images; DROP FUNCTION refuse; SELECT 1")
    assert told(library) == []
    assert delayed(library) == 1
    assert worker.tell({"Records": [WOKEN]}) == NOTHING_FAILED
    assert library.state(place) == "ready"


@pytest.mark.skipif(sys.platform != "linux", reason="decoders are kept where they are confined")
def test_function_decodes_bulk_uploads_at_full_speed(library: Library, worker: Inside) -> None:
    """Nothing runs beside it. What is too slow there would be decoded again, as slowly."""
    place = library.add(library.person())
    upload_in_bulk(library)
    library.value("UPDATE images SET state = 'processing' RETURNING 1")
    assert worker.tell({"Records": [WOKEN]}) == NOTHING_FAILED
    assert library.state(place) == "ready"
    started = descendants_of(worker.pid)  # what forks, and the decoder that waits for the next one
    assert len(started) > 1
    priorities = {os.getpriority(os.PRIO_PROCESS, each) for each in started}
    assert priorities == {os.getpriority(os.PRIO_PROCESS, 0)}
