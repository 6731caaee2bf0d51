"""ministack behind a request filter; a change is answered only when it is on disk."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from scripts.embedded.aws_server.durability import (
    Ledger,
    deliver_events_at_once,
    hash_quickly,
    read_settings_once,
    remember_sessions,
    send_events_again,
    settle_object,
    show_hidden_messages,
    size_of,
)
from scripts.embedded.aws_server.mailbox import keep_mails
from scripts.embedded.aws_server.parts import Shelf
from scripts.embedded.aws_server.refusals import Admission, Door, Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from pathlib import Path

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Message, Receive, Send], Awaitable[None]]

# Changes whose loss would only bring a message again.
_LIGHT_SQS_ACTIONS = {
    b"AmazonSQS.ReceiveMessage",
    b"AmazonSQS.DeleteMessage",
    b"AmazonSQS.DeleteMessageBatch",
    b"AmazonSQS.ChangeMessageVisibility",
    b"AmazonSQS.ChangeMessageVisibilityBatch",
    b"AmazonSQS.GetQueueUrl",
    b"AmazonSQS.GetQueueAttributes",
}


_DISK_FULL = Refusal(status=500, code="InternalError", message="The disk did not take it.")
_IS_THERE = Refusal(status=412, code="PreconditionFailed", message="There is an object already.")
# The header by which S3 copies an object, instead of taking one.
_COPIES = b"x-amz-copy-source"
# What opens an upload in parts, and what each later request about it has in its address.
_OPENS = "uploads"
_NAMES = "uploadId"

# What is written was true this long before: the disk may be slow.
_SAVED_WITHIN = timedelta(seconds=10)

ministack = importlib.import_module("ministack.app").app
uvicorn = importlib.import_module("uvicorn")


class Guard:
    """An ASGI application that judges requests, passes them on and settles what they changed."""

    def __init__(self, inner: Application, *, door: Door, ledger: Ledger, shelf: Shelf) -> None:
        """Stand in front of `inner`, which is ministack."""
        self._inner = inner
        self._door = door
        self._ledger = ledger
        self._shelf = shelf

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, self._before_serving(send))
            return
        verdict = self._door.judge(scope)
        if isinstance(verdict, Refusal):
            await _refuse(send, verdict)
        elif _copies_over(scope):
            await _refuse(send, _IS_THERE)
        elif scope["method"] in ("PUT", "POST") or _is_of_an_upload(scope):
            await self._pass_change(scope, receive, send, verdict)
        else:
            await self._inner(scope, receive, send)

    async def _pass_change(
        self, scope: Message, receive: Receive, send: Send, admission: Admission
    ) -> None:
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self._inner(scope, receive, hold)
        if held and held[0]["status"] < 300:  # noqa: PLR2004 - 2xx
            refusal = await self._settle(scope, admission)
            if refusal:
                await _refuse(send, refusal)
                return
        for message in held:
            await send(message)

    async def _settle(self, scope: Message, admission: Admission) -> Refusal | None:
        headers = dict(scope["headers"])
        bucket, _, key = scope["path"].lstrip("/").partition("/")
        is_object = admission.service == "s3" and bool(key)
        is_part = is_object and _is_of_an_upload(scope)
        is_completed = is_part and scope["method"] == "POST" and _NAMES in _parameters(scope)
        if is_completed or (is_object and scope["method"] == "PUT" and not is_part):
            is_sent = not is_part and _COPIES not in headers
            size = int(headers[b"content-length"]) if is_sent else size_of(bucket, key)
            # None: completed before, and deleted since; ministack only says so again.
            if size is not None and not await settle_object(bucket=bucket, key=key, size=size):
                return _DISK_FULL
            # Not the message that it put into the queue: see [Note: Events are in the objects].
        elif not is_object and headers.get(b"x-amz-target") not in _LIGHT_SQS_ACTIONS:
            await self._ledger.settle(admission.service)
        # Last: what is put together has no parts any more.
        if is_part and not await self._shelf.settle():
            return _DISK_FULL
        return None

    def _before_serving(self, send: Send) -> Send:
        async def send_lifespan(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":  # ministack has read its state
                show_hidden_messages()
                self._shelf.bring_back()
                send_events_again(since=self._ledger.saved_at("sqs") - _SAVED_WITHIN)
            await send(message)

        return send_lifespan


def _copies_over(scope: Message) -> bool:
    """Whether this copies to where an object is, which it must not: ministack does not look."""
    headers = dict(scope["headers"])
    bucket, _, key = scope["path"].lstrip("/").partition("/")
    may_not = scope["method"] == "PUT" and _COPIES in headers and b"if-none-match" in headers
    return may_not and size_of(bucket, key) is not None


def _is_of_an_upload(scope: Message) -> bool:
    """Whether this is about an upload in parts, and changes it."""
    is_named = not _parameters(scope).isdisjoint({_OPENS, _NAMES})
    return is_named and scope["method"] in ("PUT", "POST", "DELETE")


def _parameters(scope: Message) -> set[str]:
    """The names in an address, however they are written there."""
    query = scope["query_string"].decode("latin-1")
    return {name for name, _ in parse_qsl(query, keep_blank_values=True)}


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{refusal.code}</Code><Message>{refusal.message}</Message></Error>"
    ).encode()
    headers = [
        (b"content-type", b"application/xml"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # the body, if any, was not read
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def serve(door: Door, *, state: Path, mailbox: Path) -> None:
    """Serve on loopback until SIGTERM or SIGINT; state and mails are kept in these folders.

    By uvicorn on httptools and uvloop, not by hypercorn, which ministack brings: a photo of 2.5 MB
    comes in and goes out in forty pieces, and hypercorn starts a task for each.
    """
    deliver_events_at_once()
    hash_quickly()
    read_settings_once()
    keep_mails(mailbox)
    remember_sessions()
    ledger = Ledger(folder=state)
    saving = asyncio.create_task(ledger.keep_saving())
    guard = Guard(ministack, door=door, ledger=ledger, shelf=Shelf(state.with_name("parts")))
    config = uvicorn.Config(
        guard,
        host="127.0.0.1",
        port=door.port,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,  # ministack has its own
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    # Not `serve`, which raises the signal again once it has stopped: the state is saved after that.
    await server._serve()  # noqa: SLF001
    saving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await saving
    await ledger.save_all()
