"""Files large enough for two parts, and sending them as a browser does."""

import os
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import httpx2

from tests.support.images import jpeg
from tests.support.users import Json, Person, in_turn

PART = 5 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class BigFile:
    """A picture with so much behind its end that it has several parts."""

    content: bytes

    @property
    def parts(self) -> list[bytes]:
        """Its bytes, cut."""
        return [self.content[at : at + PART] for at in range(0, len(self.content), PART)]

    def announcement(self, **changed: object) -> Json:
        """What is said of it before it is sent."""
        said: Json = {
            "name": "big.jpg",
            "size": len(self.content),
            "content_type": "image/jpeg",
            "sha256": sha256(self.content).hexdigest(),
            "parts": {"size": PART, "sha256": [sha256(part).hexdigest() for part in self.parts]},
        }
        return said | changed


@cache
def _padding() -> bytes:
    return os.urandom(2 * PART)


def big_file(*, seed: int, more: int = 100_000) -> BigFile:
    """A JPEG of two parts: what comes after its end is read by nobody."""
    start = jpeg(seed=seed).content
    return BigFile(content=(start + os.urandom(32) + _padding())[: PART + more])


def promise(person: Person, big: BigFile, **changed: object) -> Json:
    """Ask for the place of one file in parts."""
    body = {"images": [big.announcement(**changed)]}
    answer = in_turn(lambda: person.http.post("/api/images", json=body))
    answer.raise_for_status()
    (place,) = answer.json()["places"]
    found: Json = place
    return found


def put_part(part: Json, content: bytes, *, url: str = "", **changed: str) -> httpx2.Response:
    """PUT one part; `changed` headers are named with underscores."""
    headers = part["headers"] | {name.replace("_", "-"): text for name, text in changed.items()}
    return httpx2.put(url or part["url"], headers=headers, content=content, timeout=30)


def send(place: Json, big: BigFile) -> None:
    """PUT whatever is not there yet."""
    for part, content in zip(place["upload"]["parts"], big.parts, strict=True):
        if not part["is_stored"]:
            put_part(part, content).raise_for_status()


def complete(person: Person, place: Json) -> httpx2.Response:
    """Say that all parts were sent."""
    path = f"/api/images/{place['image']['id']}/complete"
    return in_turn(lambda: person.http.post(path))


def open_uploads(bucket: Any, person: Person) -> list[str]:
    """The ids of a person's uploads that are not finished, as S3 lists them."""
    return open_uploads_of(bucket, person.user_id)


def open_uploads_of(bucket: Any, user_id: str) -> list[str]:
    """The same of somebody who is not signed in any more."""
    prefix = f"users/{user_id.replace('-', '')}/"
    said = bucket.meta.client.list_multipart_uploads(Bucket=bucket.name, Prefix=prefix)
    return [upload["UploadId"] for upload in said.get("Uploads", [])]
