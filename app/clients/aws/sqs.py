"""Messages in SQS. They only wake the worker: one may come twice, late or out of order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.clients.aws.boto import AwsUnavailableError, translated

WAIT_SECONDS = 10
_LENGTHS = [f"ApproximateNumberOfMessages{which}" for which in ("", "Delayed", "NotVisible")]
MAX_MESSAGES = 10  # that SQS hands out, or takes, at once
# [Note: Who falls silent] What a worker has in hand is hidden from others for a few seconds only,
# and the worker says every three seconds that it is still at it. One that is killed says nothing
# more, and its work is taken up by the next. (On Lambda the event source mapping receives, and the
# queue's own time-out holds.)
HIDDEN_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Message:
    """One delivery of one message; `attempt` counts from 1."""

    body: str
    receipt: str
    attempt: int


class Queue:
    """One queue."""

    def __init__(self, *, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self.url = url

    def send(self, body: Mapping[str, object], *, delay_seconds: int = 0) -> None:
        """Put a message into the queue, to be received after a delay."""
        with translated():
            self._sqs.send_message(
                QueueUrl=self.url, MessageBody=json.dumps(body), DelaySeconds=delay_seconds
            )

    def send_all(self, bodies: Sequence[Mapping[str, object]]) -> None:
        """Put messages into the queue, ten at a time.

        Raises:
            AwsUnavailableError: not all were taken; what was taken comes twice when this is
                repeated.
        """
        for at in range(0, len(bodies), MAX_MESSAGES):
            entries = [
                {"Id": str(number), "MessageBody": json.dumps(body)}
                for number, body in enumerate(bodies[at : at + MAX_MESSAGES])
            ]
            with translated():
                answer = self._sqs.send_message_batch(QueueUrl=self.url, Entries=entries)
            if answer.get("Failed"):
                raise AwsUnavailableError("some messages were not taken")

    def length(self) -> int:
        """Return about how many messages there are: waiting, delayed and in hand."""
        with translated():
            answer = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=_LENGTHS)
        return sum(int(answer["Attributes"].get(name, 0)) for name in _LENGTHS)

    def receive(self, *, most: int = 1, wait_seconds: int = WAIT_SECONDS) -> list[Message]:
        """Wait for messages; each is hidden from others for a while, unless that is renewed."""
        with translated():
            answer = self._sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=wait_seconds,
                VisibilityTimeout=HIDDEN_SECONDS,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [
            Message(
                body=item["Body"],
                receipt=item["ReceiptHandle"],
                attempt=int(item.get("Attributes", {}).get("ApproximateReceiveCount", 1)),
            )
            for item in answer.get("Messages", [])
        ]

    def stay_hidden(self, message: Message) -> None:
        """Say that a message is still being handled. See [Note: Who falls silent]."""
        self.again_in(message, seconds=HIDDEN_SECONDS)

    def done(self, message: Message) -> None:
        """Take a handled message out of the queue."""
        with translated():
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)

    def all_done(self, messages: Sequence[Message]) -> None:
        """Take up to ten handled messages out; one that stays comes again, which does no harm."""
        entries = [
            {"Id": str(number), "ReceiptHandle": message.receipt}
            for number, message in enumerate(messages)
        ]
        with translated():
            self._sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)

    def again_in(self, message: Message, *, seconds: int) -> None:
        """Let a message come back after so many seconds from now, instead of its time-out."""
        with translated():
            self._sqs.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
            )
