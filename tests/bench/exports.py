"""What an export costs the embedded S3: its memory, and how long it answers nobody else.

    ./scripts/bench exports [--megabytes 600] [--zip-bytes 1073741824]

Ada uploads pictures of 4 MB and asks for a copy of everything, and then for the first bytes of its
largest zip. Meanwhile a thumbnail is asked for again and again: the longest time that it took is
the longest pause of anybody's request. Needs Linux, for its /proc.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from tests.bench.fairness import each_its_own, photos, product, upload, wait_for
from tests.bench.parts.meters import descendants
from tests.support.users import Json, Person

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PICTURE_BYTES = 4_000_000
ASK_EVERY_SECONDS = 0.02
PATIENCE_SECONDS = 1800.0
_SEGMENT_BYTES = 65_000  # a comment of a JPEG has 64 KiB at most
_MIB = 1024**2


@dataclass(kw_only=True)
class Pauses:
    """How long each request took that was made meanwhile."""

    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        """Say the longest, and how many there were."""
        return f"longest pause {max(self.seconds):5.2f} s of {len(self.seconds)} requests"


def large(jpeg: bytes) -> bytes:
    """The same photo with comments that make it as large as a phone's."""
    segment = b"\xff\xfe" + (_SEGMENT_BYTES + 2).to_bytes(2) + os.urandom(_SEGMENT_BYTES)
    count = max(0, PICTURE_BYTES - len(jpeg)) // len(segment)
    return b"".join((jpeg[:2], segment * count, jpeg[2:]))


@contextmanager
def asking(url: str) -> Iterator[Pauses]:
    """Ask for one small object again and again."""
    pauses, ended = Pauses(), threading.Event()

    def ask() -> None:
        with httpx2.Client(timeout=300) as http:
            while not ended.wait(ASK_EVERY_SECONDS):
                begun = time.monotonic()
                http.get(url).raise_for_status()
                pauses.seconds.append(time.monotonic() - begun)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield pauses
    finally:
        ended.set()
        thread.join()


def peak_bytes(pid: int) -> int:
    """The most memory that a process has had since `forget_peak`."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def forget_peak(pid: int) -> None:
    """Begin to measure anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def made(person: Person) -> Json:
    """Ask for a copy of everything, and wait until it is there."""
    person.http.post("/api/account/exports").raise_for_status()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        (export,) = person.http.get("/api/account/exports").json()["exports"]
        if export["state"] == "ready":
            return dict(export)
        time.sleep(0.5)
    raise TimeoutError


def main() -> None:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=600)
    parser.add_argument("--zip-bytes", help="the size of a zip; if not told, the product's own")
    words = parser.parse_args()
    own = {"EXPORT_ZIP_BYTES": words.zip_bytes} if words.zip_bytes else {}
    with ExitStack() as running:
        site, database, _ = running.enter_context(product(ROOT, **own))
        client = httpx2.Client(base_url=site, headers={"Origin": site}, timeout=300)
        ada = Person(http=running.enter_context(client)).join(database)
        (photo,) = photos(1)
        first, count = large(photo), words.megabytes * 1_000_000 // PICTURE_BYTES
        upload(ada, [each_its_own(first) for _ in range(count)])
        wait_for(database, ada.user_id, done=count)
        (aws,) = (
            pid for pid, line in descendants(os.getpid()).items() if "embedded.aws_server" in line
        )
        url = ada.http.get("/api/images").json()["images"][0]["thumbnail_url"]
        with asking(url) as pauses:
            time.sleep(5)
        print(f"at rest:  {pauses}")
        forget_peak(aws)
        before, begun = peak_bytes(aws), time.monotonic()
        with asking(url) as pauses:
            export = made(ada)
        sizes = [part["bytes"] for part in export["parts"]]
        print(
            f"export:   {pauses}; {len(sizes)} zips, the largest of {max(sizes) / _MIB:.0f} MiB,"
            f" in {time.monotonic() - begun:.0f} s;"
            f" memory {before / _MIB:.0f} MiB before, at most {peak_bytes(aws) / _MIB:.0f} MiB"
        )
        forget_peak(aws)
        largest = max(export["parts"], key=lambda part: int(part["bytes"]))
        with asking(url) as pauses:
            for _ in range(10):
                some = httpx2.get(largest["url"], headers={"Range": "bytes=0-99"}, timeout=300)
                some.raise_for_status()
        print(f"download: {pauses}; memory at most {peak_bytes(aws) / _MIB:.0f} MiB")


if __name__ == "__main__":
    main()
