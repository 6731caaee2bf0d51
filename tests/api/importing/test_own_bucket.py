"""Whoever has their bucket alone has everything: another account has the same library again."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clients.aws.image_store import prefix_of_user
from scripts.embedded.policies import BUCKET
from tests.api.conftest import until
from tests.media.raw_samples import RAW
from tests.support.images import Picture
from tests.support.importing import Importer
from tests.support.sidecars import Writer, as_owner_of_bucket
from tests.support.whole_library import albums, fill, library

if TYPE_CHECKING:
    from app.jobs.worker_context import WorkerContext
    from scripts.embedded.stack import EmbeddedStack
    from tests.support.users import Person

GUIDE = Path(__file__).parents[3] / "docs/exports.md"
NEF = "image/x-nikon-nef"  # a TIFF, of which no byte at its beginning says so


def test_library_comes_back_from_the_bucket_alone(
    site: str,
    ada: Person,
    bob: Person,
    stack: EmbeddedStack,
    worker_context: WorkerContext,
    tmp_path: Path,
) -> None:
    fill(ada)
    (image_id,) = ada.upload(Picture(name="DSC_1.NEF", content_type=NEF, content=RAW[NEF]))
    until(lambda: ada.settled(image_id))
    until(lambda: Writer(worker_context).write(ada) == 0)
    folder = tmp_path / "bucket"
    download(as_owner_of_bucket(stack), prefix_of_user(UUID(ada.user_id)), folder)
    rename_by_the_guide(tmp_path)
    named = {
        path.relative_to(tmp_path / "pictures").as_posix()
        for path in tmp_path.rglob("*.*")
        if "pictures" in path.parts
    }
    assert {"Boat, at sea.jpg", "Boat, at sea.jpg.json", "Boat, at sea.jpg.xmp"} <= {
        name.rpartition("/")[2] for name in named
    }
    assert len([name for name in named if name.endswith(".json")]) == 10
    code, said = Importer(site, bob, tmp_path).run(folder)
    assert code == 0, said
    assert library(bob) == library(ada)
    # An album without pictures is in no sidecar.
    assert albums(bob) == {title: of for title, of in albums(ada).items() if title != "Empty"}


def rename_by_the_guide(folder: Path) -> None:
    """Give the files of a copy their names, as docs/exports.md says it."""
    (script,) = re.findall(r"```sh\n(for folder in bucket/.*?)```", GUIDE.read_text(), re.DOTALL)
    subprocess.run(["bash", "-eu", "-c", script], cwd=folder, check=True)  # noqa: S607


def download(s3: Any, prefix: str, folder: Path) -> None:
    """As `aws s3 sync` does."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
        for item in page["Contents"]:
            path = folder / item["Key"].removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read())
