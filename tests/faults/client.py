"""Somebody who uploads and deletes while things fail, and tries again as a browser does."""

from __future__ import annotations

import http.client
import io
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
from PIL import Image

from tests.faults.expectations import Ledger, Told
from tests.support.images import Picture
from tests.support.multipart import PART, BigFile
from tests.support.users import Json, Person

if TYPE_CHECKING:
    from sqlalchemy import Engine

PATIENCE = 120.0
_AGAIN_AFTER = 0.2
_BIG = PART + 100_000  # two parts
# Of five files, one is deleted again and another one comes in parts.
_DELETED, _IN_PARTS = 0, 2


class OutOfPatienceError(Exception):
    """A browser tried for minutes and was not heard."""


@cache
def _photo(size: tuple[int, int]) -> bytes:
    noise = Image.effect_noise((size[0] // 4, size[1] // 4), 60).resize(size)
    across = Image.linear_gradient("L").resize(size)
    buffer = io.BytesIO()
    Image.merge("RGB", (noise, across, noise.rotate(180))).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def photo(size: tuple[int, int] = (800, 600)) -> Picture:
    """A JPEG that nobody has seen before: the same pixels, and a comment of its own."""
    base, comment = _photo(size), uuid4().hex.encode()
    marked = base[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + base[2:]
    return Picture(name="photo.jpg", content_type="image/jpeg", content=marked)


def big_photo(size: tuple[int, int] = (800, 600)) -> BigFile:
    """The same as a file of two parts: nobody reads what comes after a JPEG's end."""
    return BigFile(content=photo(size).content.ljust(_BIG, b"\0"))


def _nothing() -> None:
    pass


@dataclass
class Browser:
    """One person who does not give up."""

    person: Person
    ledger: Ledger
    proxy: str = ""  # an HTTP proxy for what goes to S3
    stopping: threading.Event = field(default_factory=threading.Event)

    @classmethod
    @contextmanager
    def of(
        cls, site: str, database: Engine, ledger: Ledger, *, proxy: str = ""
    ) -> Iterator[Browser]:
        """A browser in which somebody new is signed in."""
        # By number: what keeps cookies here keeps none for "localhost".
        address = site.replace("localhost", "127.0.0.1")
        headers = {"Origin": site, "Host": urlsplit(site).netloc}
        with httpx2.Client(base_url=address, headers=headers, timeout=20) as client:
            yield cls(person=Person(http=client).join(database), ledger=ledger, proxy=proxy)

    def promise(self, picture: Picture | BigFile) -> Json:
        """Ask for a place, until there is one."""
        body = {"images": [picture.announcement()]}
        answer = self._until(lambda: self.person.http.post("/api/images", json=body))
        found: Json = answer.json()["places"][0]
        return found

    def upload(
        self,
        picture: Picture | BigFile,
        *,
        place: Json | None = None,
        between: Callable[[], None] = _nothing,
        completing: Callable[[], None] = _nothing,
    ) -> Told:
        """Upload; returns once it is acknowledged: by S3, in parts by the API.

        Args:
            picture: what is sent.
            place: one that was promised before; without it, and once that fails, it is asked for.
            between: runs while bytes are sent.
            completing: runs right before the API is told that all parts were sent.
        """
        for _ in self._tries():
            at = place or self.promise(picture)
            place = None
            told = Told(image_id=at["image"]["id"], sha256=str(picture.announcement()["sha256"]))
            # "exists": an earlier try had arrived, though its answer did not.
            if at["status"] == "exists" or self._bring(at, picture, between, completing):
                self.ledger.acknowledge(told)
                return told
        raise OutOfPatienceError

    def delete(self, told: Told) -> None:
        """Delete a picture, until the API says that it is done."""
        path = f"/api/images/{told.image_id}"
        # 404: an earlier try was heard, though its answer was not.
        self._until(lambda: self.person.http.delete(path), also=404)
        self.ledger.acknowledge_deletion(told)

    def keep_uploading(self, *, every: float, size: tuple[int, int] = (800, 600)) -> None:
        """Upload one after the other until `stopping` is set. See `_DELETED`, `_IN_PARTS`."""
        number = 0
        while not self.stopping.wait(every):
            number += 1
            try:
                is_big = number % 5 == _IN_PARTS
                told = self.upload(big_photo(size) if is_big else photo(size))
                if number % 5 == _DELETED:
                    self.delete(told)
            except OutOfPatienceError:
                return

    def put(self, place: Json, content: bytes, between: Callable[[], None] = _nothing) -> bool:
        """Send bytes, the whole or a part; True when S3 has them."""
        try:
            status = send(place, content, proxy=self.proxy, between=between)
        except (OSError, http.client.HTTPException):
            return False
        # 412: it lies there already; the answer to an earlier try was lost.
        return status in {200, 412}

    def _bring(
        self,
        place: Json,
        picture: Picture | BigFile,
        between: Callable[[], None],
        completing: Callable[[], None],
    ) -> bool:
        upload = place["upload"]
        if isinstance(picture, Picture):
            return self.put(upload, picture.content, between)
        cut = zip(upload["parts"], picture.parts, strict=True)
        missing = [(part, content) for part, content in cut if not part["is_stored"]]
        if not all(self.put(part, content, between) for part, content in missing):
            return False
        completing()
        path = f"/api/images/{place['image']['id']}/complete"
        # 409: parts are missing, or nothing is open: asking for the place again tells which.
        return self._until(lambda: self.person.http.post(path), also=409).is_success

    def _until(self, ask: Callable[[], httpx2.Response], *, also: int = 0) -> httpx2.Response:
        for _ in self._tries():
            try:
                answer = ask()
            except httpx2.TransportError:
                continue
            if answer.is_success or answer.status_code == also:
                return answer
            if answer.status_code not in {429, 503}:
                raise AssertionError(f"{answer.status_code}: {answer.text}")
        raise OutOfPatienceError

    def _tries(self) -> Iterator[None]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            yield
            if self.stopping.wait(_AGAIN_AFTER):
                return


def send(
    upload: Json, content: bytes, *, proxy: str = "", between: Callable[[], None] = _nothing
) -> int:
    """PUT in two halves, calling `between` in the middle; return the status."""
    at = urlsplit(proxy or upload["url"])
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=20)
    parts = urlsplit(upload["url"])
    target = upload["url"] if proxy else f"{parts.path}?{parts.query}"
    try:
        connection.putrequest("PUT", target, skip_host=True)
        for name, value in upload["headers"].items():
            connection.putheader(name, value)
        connection.putheader("Host", parts.netloc)
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders()
        connection.send(content[: len(content) // 2])
        between()
        connection.send(content[len(content) // 2 :])
        return connection.getresponse().status
    finally:
        connection.close()
