"""Messages of a queue for several threads: each once, hidden while in hand, and taken out."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from app.clients.aws.sqs import Message, Queue
from app.jobs.queue_feed import MAX_BATCH, Delivery, Feed


class Sqs:
    """SQS as far as a feed asks it: visible messages, those in hand, and how often it was asked."""

    def __init__(self, count: int) -> None:
        self.visible = [str(number) for number in range(count)]
        self.in_hand: set[str] = set()
        self.asked: list[str] = []
        self.lock = threading.Lock()

    def receive_message(self, *, MaxNumberOfMessages: int, **_: Any) -> Any:  # noqa: N803 - boto3's
        with self.lock:
            assert 1 <= MaxNumberOfMessages <= MAX_BATCH
            self.asked.append("receive")
            given = self.visible[:MaxNumberOfMessages]
            del self.visible[: len(given)]
            self.in_hand.update(given)
            return {"Messages": [{"Body": body, "ReceiptHandle": body} for body in given]}

    def delete_message_batch(self, *, Entries: list[Any], **_: Any) -> Any:  # noqa: N803 - boto3's
        with self.lock:
            assert 1 <= len(Entries) <= MAX_BATCH
            assert len({entry["Id"] for entry in Entries}) == len(Entries)
            self.asked.append("delete")
            self.in_hand -= {entry["ReceiptHandle"] for entry in Entries}

    def change_message_visibility(self, *, ReceiptHandle: str, **_: Any) -> Any:  # noqa: N803
        with self.lock:
            self.in_hand.remove(ReceiptHandle)
            self.visible.append(ReceiptHandle)


class Hidden:
    """Which messages somebody says to be still at."""

    def __init__(self) -> None:
        self.now: set[str] = set()

    @contextmanager
    def __call__(self, message: Message) -> Iterator[None]:
        self.now.add(message.body)
        yield
        self.now.remove(message.body)


def feed_of(sqs: Sqs, *, ahead: int, hidden: Hidden | None = None) -> Feed:
    return Feed(Queue(sqs=sqs, url="queue"), ahead=ahead, hide=hidden or Hidden())


def taken(feed: Feed) -> Delivery:
    delivery = feed.take(wait_seconds=0)
    assert delivery
    return delivery


def test_feed_of_several_threads_hands_each_message_out_once() -> None:
    sqs, hidden = Sqs(500), Hidden()
    feed = feed_of(sqs, ahead=3, hidden=hidden)

    def work() -> list[str]:
        done = []
        while delivery := feed.take(wait_seconds=0):
            with delivery.release:
                done.append(delivery.message.body)
            feed.done(delivery.message)
        return done

    with ThreadPoolExecutor(6) as threads:
        done = [
            body for worked in [threads.submit(work) for _ in range(6)] for body in worked.result()
        ]
    feed.close()
    assert sorted(done, key=int) == [str(number) for number in range(500)]
    assert not sqs.in_hand
    assert not hidden.now


def test_feed_asks_for_several_messages_at_a_time() -> None:
    sqs = Sqs(40)
    feed = feed_of(sqs, ahead=3)
    while delivery := feed.take(wait_seconds=0):
        delivery.release.close()
        feed.done(delivery.message)
    feed.close()
    # One by one it would be 80 requests and the last in vain.
    assert sqs.asked.count("receive") == 11
    assert sqs.asked.count("delete") <= 10
    assert not sqs.in_hand


def test_message_that_waits_for_a_thread_stays_hidden() -> None:
    sqs, hidden = Sqs(3), Hidden()
    feed = feed_of(sqs, ahead=2, hidden=hidden)
    first = taken(feed)
    assert hidden.now == {"0", "1", "2"}
    first.release.close()
    assert hidden.now == {"1", "2"}


def test_feed_without_a_message_ahead_takes_no_more_than_it_hands_out() -> None:
    sqs = Sqs(3)
    taken(feed_of(sqs, ahead=0))
    assert sqs.visible == ["1", "2"]


def test_closed_feed_gives_back_what_nobody_began() -> None:
    sqs, hidden = Sqs(3), Hidden()
    feed = feed_of(sqs, ahead=2, hidden=hidden)
    begun = taken(feed)
    begun.release.close()
    feed.done(begun.message)
    feed.close()
    assert sorted(sqs.visible) == ["1", "2"]
    assert not sqs.in_hand
    assert not hidden.now
