"""Messages in SQS. They are doorbells: they may come twice, late or out of order."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.clients.aws import translated

WAIT_SECONDS = 10


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

    def send(self, body: Mapping[str, object]) -> None:
        """Put a message into the queue."""
        with translated():
            self._sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(body))

    def receive(self, *, most: int = 1, wait_seconds: int = WAIT_SECONDS) -> list[Message]:
        """Wait for messages; each is hidden from others until its visibility time-out."""
        with translated():
            answer = self._sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=wait_seconds,
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

    def done(self, message: Message) -> None:
        """Take a handled message out of the queue."""
        with translated():
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)

    def again_in(self, message: Message, *, seconds: int) -> None:
        """Let a message come back after so many seconds instead of its time-out."""
        with translated():
            self._sqs.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
            )
