"""Moving parts are sent from the file that they are in, and never stand in memory as a whole."""

from io import SEEK_END
from pathlib import Path
from tracemalloc import get_traced_memory, start, stop
from uuid import uuid4

from app.clients.aws.image_store import MOTION, PictureStore, key_of
from app.processing.part_of_file import PartOfFile
from scripts.embedded.policies import BUCKET
from scripts.embedded.stack import EmbeddedStack
from tests.embedded.raw_http import as_user, client

MEBIBYTE = 1 << 20


def test_a_part_ends_where_it_was_said(tmp_path: Path) -> None:
    path = tmp_path / "whole"
    path.write_bytes(b"still" + b"moving" + b"trailer")
    with path.open("rb") as file:
        part = PartOfFile(file, start=5, length=6)
        assert (part.read(4), part.read(100), part.read(100)) == (b"movi", b"ng", b"")
        assert part.seek(0, SEEK_END) == 6
        assert part.seek(2) == part.tell() == 2
        assert part.read() == b"ving"
        part.seek(9)
        assert part.read() == b""
        assert file.tell() == 0


def test_a_large_part_is_sent_without_holding_it(stack: EmbeddedStack, tmp_path: Path) -> None:
    moving = b"".join(bytes([number]) * MEBIBYTE for number in range(24))
    path = tmp_path / "whole"
    path.write_bytes(b"still" + moving + b"trailer")
    s3 = client(stack, "s3", keys=stack.environment("worker"))
    store, user, image = PictureStore(s3=s3, bucket_name=BUCKET), uuid4(), uuid4()
    store.put_derived(user, image, "thumbnail.webp", content=b"what boto3 loads is loaded")
    start()
    try:
        with path.open("rb") as file:
            part = PartOfFile(file, start=5, length=len(moving))
            store.put_derived(user, image, MOTION, content=part)
        _, most = get_traced_memory()
    finally:
        stop()
    assert most < 6 * MEBIBYTE
    mine = client(stack, "s3", keys=as_user(stack, user.hex))
    found = mine.get_object(Bucket=BUCKET, Key=key_of(user, image, MOTION))
    assert found["Body"].read() == moving
