"""An object whose bytes are lost is nobody's outage: others go on, and it comes to an end."""

from __future__ import annotations

import io
import json
import logging
import os
import threading
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from app.clients.aws.boto import AwsUnreachableError
from app.clients.aws.image_store import Part, UnreadableObjectError
from app.clients.outage import Outage
from app.jobs.worker import Worker
from app.media.sandbox.pool import DecoderPool
from app.messages import MAX_ATTEMPTS, ExportLibrary
from scripts.embedded.policies import BUCKET
from tests.api.conftest import until
from tests.conftest import running_stack
from tests.support.images import jpeg
from tests.support.library import Library, library_on, root_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

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
        worker = Worker(library.worker_context.settings, decoders=decoders, max_of_one=1)
        worker._stopping.set()  # noqa: SLF001 - so its pauses are short; there is to be none
        outage = Outage(ask=library.worker_context.ask_all)
        with caplog.at_level(logging.WARNING):
            for _ in range(4 * MAX_ATTEMPTS):
                library.value(WAITS_NO_MORE, id=lost.image_id)
                with worker._troubles(outage, "a picture", pause=0):  # noqa: SLF001 - its loop's
                    worker._worker_context.process_next(decoders)  # noqa: SLF001
                if library.state(lost) != "processing":
                    break
    assert not any(each.startswith("out of reach") for each in caplog.messages)
    assert library.state(sound) == "ready"
    assert library.state(lost) == "damaged"
    code = "SELECT failure_code FROM images WHERE id = :id"
    assert library.value(code, id=lost.image_id) == "processing_failed"
    # The operator's alarm counts these words (infrastructure/observability.py).
    assert f"gave up on picture {lost.image_id}" in caplog.messages


def made_export(library: Library, owner: UUID) -> zipfile.ZipFile:
    """Have a worker make a copy of everything, which comes in one zip."""
    export_id = uuid4()
    library.value(
        "INSERT INTO exports (id, user_id, state, created_at, touched_at, expires_at, pictures,"
        " done, parts) VALUES (:id, :owner, 'waiting', now(), now(), now() + interval '1 day', 3,"
        " 0, '[]') RETURNING 1",
        id=export_id,
        owner=owner,
    )
    library.worker_context.go_on(ExportLibrary(export_id=export_id))
    state = "SELECT state FROM exports WHERE id = :id"
    with closing(DecoderPool(children=1)) as decoders:
        worker = Worker(library.worker_context.settings, decoders=decoders, max_of_one=1)
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            until(lambda: library.value(state, id=export_id) in {"ready", "failed"})
        finally:
            worker.stop()
            thread.join()
    assert library.value(state, id=export_id) == "ready"
    key = library.value("SELECT parts->0->>'key' FROM exports WHERE id = :id", id=export_id)
    content = library.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return zipfile.ZipFile(io.BytesIO(content))


@pytest.mark.parametrize("is_new", [True, False], ids=["its CRC-32 is kept", "it is not"])
def test_export_tells_of_an_original_that_cannot_be_read_and_holds_the_others(
    library: Library, caplog: pytest.LogCaptureFixture, *, is_new: bool
) -> None:
    library.add(library.person())  # whose preview can be read
    owner = library.person()
    # So long that some of it is in the zip when it breaks off.
    pictures = [
        replace(picture, content=picture.content.ljust(3 << 20, b"\0"))
        for picture in (jpeg(seed=seed) for seed in range(3))
    ]
    places = [library.add(owner, picture) for picture in pictures]
    if is_new:
        for place, picture in zip(places, pictures, strict=True):
            library.value(
                "UPDATE images SET crc32 = :crc32 WHERE id = :id RETURNING 1",
                crc32=zlib.crc32(picture.content),
                id=place.image_id,
            )
    lost = places[1]
    lose_bytes(library, lost)
    with caplog.at_level(logging.WARNING, logger="app.exports.create"):
        archive = made_export(library, owner)
    manifest = json.loads(archive.read(archive.namelist()[-2]))
    by_id = {picture["id"]: picture for picture in manifest["pictures"]}
    assert archive.testzip() is None
    assert set(by_id) == {str(place.image_id) for place in places}
    for place, picture in zip(places, pictures, strict=True):
        listed = by_id[str(place.image_id)]
        if place == lost:
            expected = (None, "its original cannot be read")
            assert (listed["file"], listed["problem"]) == expected
            # Its dates and descriptions are more than nothing.
            known = [name for name in archive.namelist() if name.endswith(".jpg.json")]
            assert str(lost.image_id) in {json.loads(archive.read(name))["id"] for name in known}
        else:
            assert listed["problem"] is None
            assert archive.read(listed["file"]) == picture.content
    assert str(lost.image_id) in caplog.text
    # It is looked for once it has broken off.
    assert ("broke off" in caplog.text) == is_new


def test_reads_of_one_object_are_told_from_reads_of_any(library: Library) -> None:
    store, exports = library.worker_context.store, library.worker_context.exports
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
        library.worker_context.store.fetch_preview(place.user_id, place.image_id, "preview.webp")
