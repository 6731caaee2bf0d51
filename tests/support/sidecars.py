"""Sidecars in the bucket, written when a test wants it and not when the sweep comes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clients.aws.boto import AwsUnreachableError
from app.clients.aws.image_store import PictureStore
from app.exports.write_sidecars import owners_with_due, write_some
from scripts.embedded.policies import BUCKET
from tests.embedded.raw_http import client

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.jobs.worker_context import WorkerContext
    from scripts.embedded.stack import EmbeddedStack
    from tests.support.users import Person

AT_ONCE = timedelta(0)


class Writer:
    """The sweep's part that writes, called by hand; it counts what is sent."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context
        self.store = CountingStore(context)

    def write(self, person: Person, *, quiet: timedelta = AT_ONCE) -> int:
        """Write all that is due of a person; return how many sidecars were sent."""
        return self.write_of(UUID(person.user_id), quiet=quiet)

    def write_of(self, owner_id: UUID, *, quiet: timedelta = AT_ONCE) -> int:
        """The same, by the id."""
        before = len(self.store.sent)
        with self._context.app.app_context():
            if owner_id in owners_with_due(quiet=quiet):
                while write_some(owner_id, store=self.store, quiet=quiet):
                    pass
        return len(self.store.sent) - before


class CountingStore(PictureStore):
    """The bucket; a test says what it refuses, and what happens while it is written."""

    def __init__(self, context: WorkerContext) -> None:
        super().__init__(s3=context.store._s3, bucket_name=BUCKET)  # noqa: SLF001
        self.sent: list[UUID] = []
        self.refuses: Callable[[UUID], bool] = lambda _: False
        self.problem: Exception = AwsUnreachableError("refused")
        self.meanwhile: Callable[[], object] = lambda: None

    def put_sidecar(self, user_id: UUID, image_id: UUID, *, content: bytes) -> None:
        if self.refuses(image_id):
            raise self.problem
        self.meanwhile()
        super().put_sidecar(user_id, image_id, content=content)
        self.sent.append(image_id)


def as_owner_of_bucket(stack: EmbeddedStack) -> Any:
    """S3 for whoever has the bucket, and nothing else of the site."""
    root = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), stack.aws.root_key)
    return client(stack, "s3", keys=root)
