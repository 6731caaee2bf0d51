"""What the sweep does to copies and accounts while their people change their minds."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.deletion import delete_person, people_to_delete, people_to_shut, shut
from app.accounts.models import User
from app.clients.aws.export_store import ExportStore, Upload
from app.database import db, now
from app.exports.create import make_next_zip
from app.integrity.one_step import try_step
from app.jobs.worker_context import WorkerContext
from app.messages import ExportLibrary
from app.processing.yielding import never_give_way
from tests.api.accounts.test_account_deletion import (
    let_time_pass,
    rows_of,
    versions,
)
from tests.api.conftest import until
from tests.support.exporting import begun, ready
from tests.support.images import jpeg
from tests.support.users import Person


class Removing(ExportStore):
    """Lets somebody remove a copy at the moment at which its last zip is written."""

    remove: Callable[[], httpx2.Response]

    @contextmanager
    def writing(self, key: str) -> Iterator[Upload]:
        """Write, and have it removed."""
        with super().writing(key) as upload:
            yield upload
        self.remove().raise_for_status()


def test_a_copy_that_is_removed_while_it_is_made_stays_away(
    ada: Person, worker_context: WorkerContext, database: Engine, bucket: Any
) -> None:
    ada.upload(jpeg(seed=945))
    export_id = begun(database, ada)
    store = Removing(s3=bucket.meta.client, bucket_name=bucket.name)
    store.remove = partial(ada.http.delete, f"/api/account/exports/{export_id}")
    with worker_context.app.app_context():
        task = ExportLibrary(export_id=UUID(export_id))
        make_next_zip(
            task,
            1,
            store=store,
            send=lambda _: None,
            holding=lambda _: nullcontext(),
            give_way=never_give_way,
            zip_bytes=1024**3,
        )
    assert ada.http.get("/api/account/exports").json() == {"exports": []}


def test_after_one_was_removed_another_is_made(ada: Person, database: Engine) -> None:
    removed = begun(database, ada)
    ada.http.delete(f"/api/account/exports/{removed}").raise_for_status()
    assert ada.http.post("/api/account/exports").json()["id"] != removed
    assert until(lambda: ready(ada))


def test_whoever_asks_while_the_last_one_is_being_finished_waits_for_nothing_in_a_ring(
    ada: Person, database: Engine
) -> None:
    """The worker holds the copy and then writes a mail to its person; the API asks for both."""
    last = begun(database, ada)
    with database.begin() as connection:
        ready_now = text("UPDATE exports SET state = 'ready' WHERE id = :id")
        connection.execute(ready_now, {"id": last})
    with ThreadPoolExecutor(1) as pool:
        with database.begin() as connection:
            connection.execute(
                text("SELECT 1 FROM exports WHERE id = :id FOR UPDATE"), {"id": last}
            )
            asking = pool.submit(ada.http.post, "/api/account/exports")
            until(lambda: _somebody_waits(database) or asking.done())
            # What the mail's foreign key takes.
            connection.execute(
                text("SELECT 1 FROM users WHERE id = :id FOR KEY SHARE"), {"id": ada.user_id}
            )
        assert asking.result().status_code == 202


def test_whoever_calls_it_off_at_the_last_moment_stays(
    ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    user_id = ada.user_id
    ada.http.post("/api/account/deletion").raise_for_status()
    with database.begin() as connection:
        let_time_pass(connection, user_id)
    with ThreadPoolExecutor(1) as pool:
        with database.begin() as connection:
            calling_off = text("UPDATE users SET delete_after = NULL WHERE id = :id")
            connection.execute(calling_off, {"id": user_id})
            sweeping = pool.submit(_shut, worker_context)
            until(lambda: _somebody_waits(database) or sweeping.done())
        sweeping.result()
    assert ada.http.get("/api/auth/session").json()["user"]["delete_after"] is None


def test_what_is_shut_cannot_be_called_off(ada: Person, database: Engine) -> None:
    """Called off while the sweep shuts the account: it must not stay shut for ever."""
    user_id = ada.user_id
    ada.http.post("/api/account/deletion").raise_for_status()
    with ThreadPoolExecutor(1) as pool:
        with database.begin() as connection:
            shutting = text("UPDATE users SET disabled_at = now() WHERE id = :id")
            connection.execute(shutting, {"id": user_id})
            calling_off = pool.submit(ada.http.delete, "/api/account/deletion")
            until(lambda: _somebody_waits(database) or calling_off.done())
        assert calling_off.result().status_code == 401
    with database.connect() as connection:
        query = text("SELECT delete_after FROM users WHERE id = :id")
        assert connection.scalar(query, {"id": user_id}) is not None


@pytest.mark.parametrize("disabled_at", ["NULL", "now()"])
def test_nobody_is_deleted_who_was_opened_or_only_just_shut(
    ada: Person, worker_context: WorkerContext, database: Engine, bucket: Any, disabled_at: str
) -> None:
    """What was signed for somebody who was shut a moment ago still brings objects in."""
    user_id = ada.user_id
    ada.upload(jpeg(seed=946))
    with database.begin() as connection:
        query = f"UPDATE users SET delete_after = now(), disabled_at = {disabled_at}"  # noqa: S608
        connection.execute(text(f"{query} WHERE id = :id"), {"id": user_id})
    with worker_context.app.app_context():
        delete_person(UUID(user_id), store=worker_context.exports)
        assert UUID(user_id) not in people_to_delete()
    assert versions(bucket, user_id)
    assert rows_of(database, user_id, ada.email)["users"] == 1


def test_who_has_waited_longest_is_deleted_first(
    worker_context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.accounts.deletion.MAX_PEOPLE", 1)
    with worker_context.app.app_context():
        closed = {"disabled_at": now() - timedelta(days=1)}
        for years in (90, 91):
            long_ago = now() - timedelta(days=365 * years)
            user = User(email=f"left-{uuid4().hex}@example.org", delete_after=long_ago, **closed)
            db.session.add(user)
            db.session.flush()
        assert people_to_delete() == [user.id]


def _shut(worker_context: WorkerContext) -> None:
    with worker_context.app.app_context():
        for user_id in people_to_shut():
            try_step(partial(shut, user_id))


def _somebody_waits(database: Engine) -> bool:
    """Whether a statement waits for another's row."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with database.connect() as connection:
        return bool(connection.scalar(text(query)))


def test_who_is_left_looks_after_the_site(
    new_person: Callable[[], Person], worker_context: WorkerContext, database: Engine
) -> None:
    """The only administrator asked to leave while alone, and somebody joined meanwhile."""
    leaver, second, third = new_person(), new_person(), new_person()
    with database.begin() as connection:
        connection.execute(text("UPDATE users SET is_administrator = false"))
        # Here longer than whoever other tests have left behind.
        query = "UPDATE users SET created_at = '1999-12-31' WHERE id = :id"
        connection.execute(text(query), {"id": second.user_id})
        query = "UPDATE users SET is_administrator = true, delete_after = now() WHERE id = :id"
        connection.execute(text(query), {"id": leaver.user_id})
    _shut(worker_context)
    assert second.http.get("/api/auth/session").json()["user"]["is_administrator"]
    assert not third.http.get("/api/auth/session").json()["user"]["is_administrator"]
    assert leaver.http.get("/api/images").status_code == 401


def test_copies_of_everything_are_not_made_without_end(ada: Person, database: Engine) -> None:
    for _ in range(5):
        assert ada.http.post("/api/account/exports").status_code == 202
        with database.begin() as connection:
            done = text("UPDATE exports SET state = 'ready' WHERE user_id = :id")
            connection.execute(done, {"id": ada.user_id})
    refused = ada.http.post("/api/account/exports")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) > 3600
