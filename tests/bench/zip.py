"""A zip of many originals that Chromium makes: memory, first byte, and what it holds.

    ./scripts/bench zip [--pictures 2000] [--megabytes 5000] [--visitor]

Ada uploads small JPEGs that are filled up to the size, and downloads all of an album, or a visitor
does by a link to it. Half-way the browser's network is cut for some seconds. The zip is then read
by Python, which compares each file's SHA-256 with the API's, and by unzip, bsdtar and 7z, where
these are installed. The page's heap and its process' memory are looked at every half second.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
from sqlalchemy import create_engine

from app.settings import with_driver
from tests.bench.fairness import upload, wait_for
from tests.bench.parts.meters import descendants
from tests.e2e.chromium import chromium
from tests.e2e.running_app import product_in_a_folder_of_its_own
from tests.support.albums import add_to, make_album
from tests.support.images import jpeg
from tests.support.shares import share
from tests.support.users import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SEGMENT_BYTES = 65_000  # a comment of a JPEG has 64 KiB at most
_BATCH = 100
_CUT_SECONDS = 5.0
_MIB = 1024**2
_READERS = {
    "unzip": ["unzip", "-tqq"],
    "bsdtar": ["bsdtar", "-xOf"],
    "7z": [shutil.which("7zz") or "7z", "t"],
}


def filled(number: int, size: int) -> bytes:
    """A picture of its own with comments that make it so large."""
    picture = jpeg(seed=number).content
    segments = []
    for _ in range(max(1, (size - len(picture)) // _SEGMENT_BYTES)):
        segments += [b"\xff\xfe", (_SEGMENT_BYTES + 2).to_bytes(2), os.urandom(_SEGMENT_BYTES)]
    return b"".join((picture[:2], *segments, picture[2:]))


def put_in(person: Person, database: Any, *, pictures: int, size: int) -> dict[str, str]:
    """Upload them; return the SHA-256 of each by its id."""
    for begin in range(0, pictures, _BATCH):
        count = min(_BATCH, pictures - begin)
        upload(person, [filled(begin + n, size) for n in range(count)])
        wait_for(database, person.user_id, done=begin + count)
        print(f"{begin + count} uploaded", flush=True)
    with database.connect() as rows:
        query = "SELECT id::text, encode(sha256, 'hex') FROM images WHERE owner_id = %s"
        return dict(rows.exec_driver_sql(query, (person.user_id,)).all())


class Memory:
    """The most that the page's heap and the browser's largest renderer had."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self.heap = self.buffers = 0.0
        self.renderer = 0

    def look(self) -> None:
        """Look once."""
        used = self._session.send("Runtime.getHeapUsage")
        self.heap = max(self.heap, used["usedSize"])
        self.buffers = max(self.buffers, used.get("backingStorageSize", 0))
        self.renderer = max(self.renderer, renderer_bytes())


def renderer_bytes() -> int:
    """The resident memory of the largest page of the browser."""
    pids = [pid for pid, line in descendants(os.getpid()).items() if "--type=renderer" in line]
    found = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        found = max(
            [found, *(int(each.split()[1]) * 1024 for each in lines if each.startswith("VmRSS:"))]
        )
    return found


def save(page: Page, begin: Any, to: Path) -> None:
    """Download, cut the network half-way, and print what it took."""
    ranges: list[str] = []
    page.on(
        "request",
        lambda request: (
            ranges.append(request.headers["range"]) if "range" in request.headers else None
        ),
    )
    begin()
    memory = Memory(page)
    memory.look()
    rest = memory.renderer
    tray = page.get_by_role("region", name="Download")
    begun = time.monotonic()
    with page.expect_download() as coming:
        page.get_by_role("dialog").get_by_role("button", name="Download").click()
    print(f"the download began after {time.monotonic() - begun:.2f} s")
    is_cut = False
    while tray.get_by_role("progressbar").count():
        memory.look()
        bar = tray.get_by_role("progressbar")
        share_done = int(bar.get_attribute("aria-valuenow") or 0) if bar.count() else 100
        if not is_cut and share_done >= 50:
            is_cut = True
            page.context.set_offline(True)
            page.wait_for_timeout(_CUT_SECONDS * 1000)
            print(f"cut at {share_done} %: {tray.get_by_role('status').inner_text()}")
            page.context.set_offline(False)
        page.wait_for_timeout(500)
    seconds = time.monotonic() - begun
    coming.value.save_as(to)
    megabytes = to.stat().st_size / 1e6
    print(f"{tray.inner_text()!r}: {megabytes:,.0f} MB in {seconds:.0f} s, {len(ranges)} resumed")
    print(
        f"heap {memory.heap / _MIB:.0f} MiB, buffers {memory.buffers / _MIB:.0f} MiB, the page's"
        f" process {memory.renderer / _MIB:.0f} MiB ({rest / _MIB:.0f} before)"
    )


def check(path: Path, wanted: set[str]) -> None:
    """Read it with everything that is here."""
    with zipfile.ZipFile(path) as archive:
        found = set()
        for entry in archive.infolist():
            with archive.open(entry) as file:
                digest = hashlib.sha256()
                for chunk in iter(lambda file=file: file.read(_MIB), b""):  # type: ignore[misc]
                    digest.update(chunk)
                found.add(digest.hexdigest())
        print(f"Python: {len(archive.infolist())} files, SHA-256 all equal: {found == wanted}")
    for name, command in _READERS.items():
        if shutil.which(command[0]) is None:
            print(f"{name}: is not installed")
            continue
        ended = subprocess.run(
            [*command, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        print(f"{name}: {'reads it' if ended.returncode == 0 else 'complains'}")


def main() -> None:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--megabytes", type=int, default=5000)
    parser.add_argument("--visitor", action="store_true")
    words = parser.parse_args()
    size = words.megabytes * 1_000_000 // words.pictures
    with ExitStack() as running:
        product = running.enter_context(product_in_a_folder_of_its_own())
        database = create_engine(with_driver(product.database))
        running.callback(database.dispose)
        client = httpx2.Client(base_url=product.site, headers={"Origin": product.site}, timeout=300)
        ada = Person(http=running.enter_context(client)).join(database)
        (session,) = ada.http.cookies.jar
        # Python sends a cookie for "localhost" to nobody.
        client.headers["Cookie"] = f"session={session.value}"
        hashes = put_in(ada, database, pictures=words.pictures, size=size)
        album = make_album(ada, title="Iceland")
        add_to(ada, album, list(hashes))
        browser = running.enter_context(chromium())
        context = browser.new_context(accept_downloads=True)
        page = context.new_page()
        if words.visitor:
            link = share(ada, album_id=album, allow_downloads=True)
            page.goto(f"{product.site}/s#{link.token}")

            def begin() -> None:
                page.get_by_role("button", name="Download all").click()
        else:
            context.add_cookies(
                [
                    {"name": each.name, "value": each.value or "", "url": product.site}
                    for each in ada.http.cookies.jar
                ]
            )
            page.goto(f"{product.site}/albums/{album}")

            def begin() -> None:
                page.get_by_role("button", name="More for this album").click()
                page.get_by_role("menuitem", name="Download all pictures").click()

        page.get_by_role("heading", name="Iceland").or_(
            page.get_by_role("heading", name="Shared pictures")
        ).wait_for()
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="pinhole-zip-"))
        save(page, begin, Path(folder) / "zip")
        check(Path(folder) / "zip", set(hashes.values()))


if __name__ == "__main__":
    main()
