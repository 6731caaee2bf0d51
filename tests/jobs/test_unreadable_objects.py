"""An object whose bytes are lost is nobody's outage: others go on, and it comes to an end."""

from __future__ import annotations

import logging
import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from app.clients.aws.boto import AwsUnreachableError
from app.clients.aws.image_store import Part, UnreadableObjectError
from app.clients.outage import Outage
from app.jobs.worker import Worker
from app.media.sandbox.pool import DecoderPool
from app.messages import MAX_ATTEMPTS
from tests.conftest import running_stack
from tests.support.library import Library, library_on, root_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.clients.aws.bucket_versions import Place

WAITS_NO_MORE = "UPDATE images SET leased_until = NULL WHERE id = :id RETURNING 1"


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture(autouse=True)
def keys(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, root_environment(library.stack)[name])


def lose_bytes(library: Library, place: Place, *, part: Part = "original") -> None:
    """Leave half of an object's bytes on the disk of the embedded S3, and its name and length."""
    files = [
        path
        for path in library.stack.folder.aws.rglob(part)
        if path.is_file() and place.image_id.hex in str(path)
    ]
    assert files
    for path in files:
        os.truncate(path, path.stat().st_size // 2)


def test_original_that_cannot_be_read_holds_up_nobody_and_is_given_up(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    library.add(library.person())  # whose preview can be read
    lost, sound = library.add(library.person()), library.add(library.person())
    lose_bytes(library, lost)
    library.value(
        "UPDATE images SET state = 'processing' WHERE id = ANY(:ids) RETURNING 1",
        ids=[lost.image_id, sound.image_id],
    )
    with closing(DecoderPool(children=1)) as decoders:
        worker = Worker(library.assembly.settings, decoders=decoders, max_of_one=1)
        worker._stopping.set()  # noqa: SLF001 - so its pauses are short; there is to be none
        outage = Outage(ask=library.assembly.ask_all)
        with caplog.at_level(logging.WARNING):
            for _ in range(4 * MAX_ATTEMPTS):
                library.value(WAITS_NO_MORE, id=lost.image_id)
                with worker._troubles(outage, "a picture", pause=0):  # noqa: SLF001 - its loop's
                    worker._assembly.process_next(decoders)  # noqa: SLF001
                if library.state(lost) != "processing":
                    break
    assert not any(each.startswith("out of reach") for each in caplog.messages)
    assert library.state(sound) == "ready"
    assert library.state(lost) == "damaged"
    code = "SELECT failure_code FROM images WHERE id = :id"
    assert library.value(code, id=lost.image_id) == "processing_failed"
    # The operator's alarm counts these words (infrastructure/observability.py).
    assert f"gave up on picture {lost.image_id}" in caplog.messages


def test_reads_of_one_object_are_told_from_reads_of_any(library: Library) -> None:
    store, exports = library.assembly.store, library.assembly.exports
    library.add(library.person())
    lost = library.add(library.person())
    lose_bytes(library, lost)
    lose_bytes(library, lost, part="preview.webp")
    with pytest.raises(UnreadableObjectError):
        store.fetch_preview(lost.user_id, lost.image_id, "preview.webp")
    with pytest.raises(UnreadableObjectError):
        b"".join(exports.original(lost.user_id, lost.image_id).chunks)


def test_disk_on_which_no_object_can_be_read_is_an_outage(library: Library) -> None:
    """Their names may be there still."""
    place = library.add(library.person())
    for path in library.stack.folder.aws.rglob("preview.*"):
        os.truncate(path, 0)
    with pytest.raises(AwsUnreachableError):
        library.assembly.store.fetch_preview(place.user_id, place.image_id, "preview.webp")
