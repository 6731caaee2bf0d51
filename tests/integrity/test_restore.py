"""The restore that docs/operations.md tells of, as a drill: an old dump, today's bucket."""

from __future__ import annotations

import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app.clients.aws.bucket_versions import Place
from app.media.sandbox.pool import DecoderPool
from scripts.embedded.postgres import PROGRAMS
from tests.conftest import running_stack
from tests.support.images import jpeg
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


def dump(library: Library, into: Path) -> None:
    run("pg_dump", "--format=custom", f"--file={into}", library.stack.database_url)


def restore(library: Library, dumped: Path) -> None:
    """Bring the whole database back to what it was, as a restored instance holds it."""
    with library.worker_context.app.app_context():
        library.value("DROP SCHEMA public CASCADE; CREATE SCHEMA public; SELECT 1")
    run("pg_restore", "--no-owner", f"--dbname={library.stack.database_url}", str(dumped))


def run(program: str, *words: str) -> None:
    subprocess.run([PROGRAMS / program, *words], check=True)


def test_after_a_restore_every_row_has_its_picture(library: Library, tmp_path: Path) -> None:
    ada = library.person()
    untouched, purged, deleted, overwritten = (
        library.add(ada, jpeg(seed=seed)) for seed in range(4)
    )
    dump(library, tmp_path / "dump")
    dumped_at = datetime.now(UTC).replace(microsecond=0)

    library.purge(purged)  # Ada wanted that
    library.delete(deleted)  # somebody with the operator's keys did
    library.put(overwritten, b"ransom")
    uploaded = library.add(ada, jpeg(seed=9))  # and was told that it is safe

    restore(library, tmp_path / "dump")
    assert library.state(purged) == "ready"
    assert library.state(uploaded) is None
    wanted = {
        ("missing", "deleted", purged.key),
        ("missing", "reported", deleted.key),
        ("wrong", "reported", overwritten.key),
        ("orphan", "reported", uploaded.key),
    }
    assert set(library.examine()) == wanted

    since = dumped_at - timedelta(seconds=1)
    done = library.examine(repair=True, forget_lost=True, adopt_since=since)
    assert {outcome for _, outcome, _ in done} == {"forgotten", "repaired", "adopted"}
    with closing(DecoderPool(children=1)) as decoders:
        library.work(decoders)
    assert library.examine(read=True) == []
    there: list[Place] = [untouched, deleted, overwritten, uploaded]
    assert [library.state(place) for place in there] == ["ready"] * 4
    assert library.content(overwritten) == jpeg(seed=3).content
    assert library.content(uploaded) == jpeg(seed=9).content
    assert library.state(purged) is None  # deleted stays deleted
