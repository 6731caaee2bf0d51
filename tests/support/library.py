"""A library whose rows, objects and versions a test damages on purpose."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import boto3
import pytest
from sqlalchemy import create_engine, text

from app.accounts.models import User
from app.cli.migrate import migrate
from app.clients.aws.boto import make_client
from app.clients.aws.bucket_versions import ObjectVersions, Place
from app.clients.aws.image_store import Part, delete_versions, key_of
from app.database import db, now
from app.images.models import Image, ImageState
from app.integrity.check import IntegrityChecker, RepairOptions, Slice
from app.integrity.orphans import look_for_orphans
from app.jobs.worker_context import WorkerContext
from app.media.sandbox.pool import DecoderPool
from app.processing.in_hand import InHand
from app.settings import Settings, with_driver
from scripts.embedded.policies import BUCKET, REGION
from tests.conftest import running_stack
from tests.support.images import Picture, jpeg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.embedded.stack import EmbeddedStack

DERIVED: tuple[Part, ...] = ("thumbnail.webp", "preview.webp")


def root_environment(stack: EmbeddedStack) -> dict[str, str]:
    """The settings of a program that an operator runs."""
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), stack.aws.root_key)
    return {**stack.environment("worker"), **keys}


@dataclass(frozen=True)
class Library:
    """People's pictures, and all rights on them."""

    stack: EmbeddedStack
    worker_context: WorkerContext
    archive: ObjectVersions
    s3: Any

    def person(self) -> UUID:
        """Somebody with an account."""
        user = User(email=f"person-{uuid4().hex}@example.org", password_hash="none")
        with self.worker_context.app.app_context():
            db.session.add(user)
            db.session.commit()
            return user.id

    def add(self, owner: UUID, picture: Picture | None = None) -> Place:
        """A picture that is stored and processed."""
        place = Place(user_id=owner, image_id=uuid4())
        picture = picture or jpeg(seed=place.image_id.int % 100_000)
        self.put(place, picture.content)
        for part in DERIVED:
            self.put(place, b"RIFF", part=part)
        with self.worker_context.app.app_context():
            db.session.add(
                Image(
                    id=place.image_id,
                    owner_id=owner,
                    name=picture.name,
                    byte_size=len(picture.content),
                    sha256=sha256(picture.content).digest(),
                    content_type=picture.content_type,
                    state=ImageState.READY,
                    stored_at=now(),
                    timeline_at=now().replace(tzinfo=None),
                    has_preview=True,
                )
            )
            db.session.commit()
        return place

    def put(self, place: Place, content: bytes, *, part: Part = "original") -> None:
        """Store bytes as S3 stores uploads, with a checksum."""
        self.s3.put_object(
            Bucket=BUCKET,
            Key=key_of(place.user_id, place.image_id, part),
            Body=content,
            ContentType="image/jpeg",
            ChecksumSHA256=base64.b64encode(sha256(content).digest()).decode(),
        )

    def begin_in_parts(self, place: Place, content: bytes) -> tuple[dict[str, str], Any]:
        """Open an upload in parts, and send the one part that it has."""
        named = {"Bucket": BUCKET, "Key": place.key}
        named["UploadId"] = self.s3.create_multipart_upload(
            **named, ContentType="image/jpeg", ChecksumAlgorithm="SHA256"
        )["UploadId"]
        checksum = base64.b64encode(sha256(content).digest()).decode()
        part = self.s3.upload_part(**named, PartNumber=1, Body=content, ChecksumSHA256=checksum)
        return named, [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": checksum}]

    def put_in_parts(self, place: Place, content: bytes) -> None:
        """Store bytes as S3 stores what came in parts: with a checksum of checksums."""
        named, parts = self.begin_in_parts(place, content)
        self.s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})

    def open_uploads(self, place: Place) -> int:
        """How many uploads in parts of a picture are open."""
        said = self.s3.list_multipart_uploads(Bucket=BUCKET, Prefix=place.key)
        return len(said.get("Uploads", []))

    def delete(self, place: Place, *, part: Part = "original") -> None:
        """Put a delete marker on top."""
        self.s3.delete_object(Bucket=BUCKET, Key=key_of(place.user_id, place.image_id, part))

    def lose(self, place: Place) -> None:
        """Delete every part of a picture for good, as no right of the product allows."""
        prefix = place.key.removesuffix("original")
        delete_versions(self.s3, bucket_name=BUCKET, prefix=prefix)

    def purge(self, place: Place) -> None:
        """Delete a picture as the sweep does after thirty days."""
        self.worker_context.store.delete_image(place.user_id, place.image_id)
        self.value("DELETE FROM images WHERE id = :id RETURNING id", id=place.image_id)

    def content(self, place: Place) -> bytes:
        """The original as it is seen."""
        return bytes(self.s3.get_object(Bucket=BUCKET, Key=place.key)["Body"].read())

    def examine(self, **treatment: Any) -> list[tuple[str, str, str]]:
        """Go through everything; return trouble, outcome and key."""
        seen = self.slices(max_rows=1000, **treatment)
        return [(each.trouble, each.outcome, each.key) for part in seen for each in part.findings]

    def slices(self, *, max_rows: int, **treatment: Any) -> list[Slice]:
        """Go through everything, so many rows at a time."""
        doctor = IntegrityChecker(
            archive=self.archive,
            store=self.worker_context.store,
            notify=self.worker_context.notify,
            treatment=replace(RepairOptions(), **treatment),
        )
        slices: list[Slice] = []
        with self.worker_context.app.app_context():
            after = None
            while not slices or after:
                slices.append(doctor.examine(after=after, max_rows=max_rows))
                after = slices[-1].last
        return slices

    def go_round(self) -> None:
        """Go through the whole bucket, as sweeps do in the course of a day."""
        self.value("DELETE FROM rounds RETURNING 1")
        with self.worker_context.app.app_context():
            look_for_orphans(
                inventory=self.worker_context.inventory,
                store=self.worker_context.store,
                exports=self.worker_context.exports,
            )

    def empty(self) -> None:
        """Delete all objects, in all versions, and all people."""
        for kind in ("Versions", "DeleteMarkers"):
            for item in self.s3.list_object_versions(Bucket=BUCKET).get(kind, []):
                self.s3.delete_object(Bucket=BUCKET, Key=item["Key"], VersionId=item["VersionId"])
        self.value("DELETE FROM users RETURNING 1")

    def work(self, decoders: DecoderPool) -> None:
        """Do what is in the queue of pictures, as the worker does."""
        while messages := self.worker_context.pictures.receive(wait_seconds=0):
            self.worker_context.note_arrivals(message.body for message in messages)
            self.worker_context.pictures.all_done(messages)
            while self.worker_context.process_next(decoders):
                pass

    def state(self, place: Place) -> str | None:
        """What the row says, None when there is none."""
        found = self.value("SELECT state FROM images WHERE id = :id", id=place.image_id)
        return None if found is None else str(found)

    def value(self, statement: str, **parameters: Any) -> Any:
        """Run one statement; return the first value that it gives."""
        engine = create_engine(with_driver(self.stack.database_url))
        with engine.begin() as connection:
            found = connection.execute(text(statement), parameters).scalar()
        engine.dispose()
        return found


@contextmanager
def library_on(stack: EmbeddedStack, *, pool_size: int = 1) -> Iterator[Library]:
    """A library on a stack, in a bucket with versions as on AWS."""
    migrate(stack.database_url)
    session = boto3.Session(
        aws_access_key_id=stack.aws.root_key,
        aws_secret_access_key=stack.aws.root_key,
        region_name=REGION,
    )
    s3 = session.client("s3", endpoint_url=stack.aws_endpoint_url)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    environment = root_environment(stack)
    settings = Settings.from_environment(environment)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, environment[name])
        worker_context = WorkerContext(
            settings,
            pool_size=pool_size,
            in_hand=InHand(most=pool_size),  # one for each thread
        )
        archive = ObjectVersions(s3=make_client("s3", settings), bucket_name=BUCKET)
    yield Library(stack=stack, worker_context=worker_context, archive=archive, s3=s3)
    with worker_context.app.app_context():
        db.engine.dispose()


@contextmanager
def library_in_context() -> Iterator[Library]:
    """A library on a stack of its own, in the context of the worker's app."""
    with (
        running_stack() as stack,
        library_on(stack) as library,
        library.worker_context.app.app_context(),
    ):
        yield library
