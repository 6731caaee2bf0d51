"""How fast an export of many small files comes in, beside a model of how others bring theirs.

    ./scripts/bench import [--count 2000] [--rounds 3]

The peer is the published design of immich-go as a model, against the same product: over 4
connections, for each file by itself, one request after another: hash it, ask for a place, send it,
say that it is a favourite and what its description is. Two numbers: until the last byte is in (of
the peer, everything is said by then), and until the site has read everything and the importer has
said the rest and proved it. The peer says no dates: the site takes them of pictures that it has
read. The order changes from round to round; ratios are of medians.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Engine, create_engine

from app.settings import with_driver
from tests.bench.parts.upload_run import serving
from tests.bench.small_files import tiny_files
from tests.support.importing import ROOT
from tests.support.users import Person, in_turn

CONNECTIONS = 4
AIM = 1.5  # times as many files a second
MAX_MEGABYTES = 150  # of the importer
FOLDER = "Takeout/Google Photos/Photos from 2019"


@dataclass(frozen=True)
class Took:
    """Seconds until everything was sent and said, and until it was all proved.

    `megabytes` is the most memory that the importer had at any moment.
    """

    sent: float
    proved: float
    megabytes: float = 0.0


def main() -> int:
    """Measure both by turns; return 1 where an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    files = list(tiny_files(chosen.count))
    ours: list[Took] = []
    peers: list[Took] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        zips = write_export(files, folder)
        with serving(folder / "data") as stack:
            database = create_engine(with_driver(stack.database_url))
            for number in range(chosen.rounds):
                for is_ours in (True, False) if number % 2 else (False, True):
                    if is_ours:
                        ours.append(bring(stack.site_origin, database, zips, folder))
                    else:
                        peers.append(bring_like_others(stack.site_origin, database, zips))
                print(f"round {number + 1}: importer {ours[-1]}, peer {peers[-1]}", flush=True)
            database.dispose()
    return tell(chosen.count, ours, peers)


def tell(count: int, ours: list[Took], peers: list[Took]) -> int:
    """Print medians and ratios."""
    ratios = {}
    for name in ("sent", "proved"):
        mine = statistics.median(getattr(took, name) for took in ours)
        other = statistics.median(getattr(took, name) for took in peers)
        ratios[name] = other / mine
        print(
            f"until {name}: importer {count / mine:.1f} files/s, peer {count / other:.1f},"
            f" {ratios[name]:.2f} times as many"
        )
    megabytes = max(took.megabytes for took in ours)
    print(f"the importer had {megabytes:.0f} MB at most")
    return 0 if ratios["sent"] >= AIM and megabytes <= MAX_MEGABYTES else 1


def write_export(files: list[bytes], folder: Path) -> list[Path]:
    """Write a Takeout over four zips, with a sidecar for each file."""
    paths = [folder / f"takeout-{part}.zip" for part in range(4)]
    for part, path in enumerate(paths):
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(part, len(files), len(paths)):
                name = f"IMG_{number:06}.jpg"
                archive.writestr(f"{FOLDER}/{name}", files[number])
                archive.writestr(f"{FOLDER}/{name}.json", json.dumps(sidecar(name, number)))
    return paths


def sidecar(name: str, number: int) -> dict[str, Any]:
    """As Google writes it: one in ten has a description, one in twenty is a favourite."""
    said: dict[str, Any] = {
        "title": name,
        "description": "By the sea" if number % 10 == 0 else "",
        "photoTakenTime": {"timestamp": str(1563105600 + number)},
        "geoData": {"latitude": 0.0, "longitude": 0.0},
    }
    return said | ({"favorited": True} if number % 20 == 0 else {})


def bring(site: str, database: Engine, zips: list[Path], folder: Path) -> Took:
    """Run the importer, and watch its output for when everything is sent."""
    person, address = newcomer(site, database)
    asked = {"name": "bench", "scope": "write", "days": 1}
    token = person.http.post("/api/account/tokens", json=asked).json()["token"]
    journal = folder / f"journal-{time.monotonic_ns()}"
    command = [sys.executable, str(ROOT / "scripts/import"), *map(str, zips)]
    command += ["--site", address, "--yes", "--journal", str(journal)]
    environment = {"PATH": os.environ["PATH"], "PINHOLE_TOKEN": token}
    began = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    sent = megabytes = 0.0
    for line in process.stderr or ():
        megabytes = most_memory_of(process.pid) or megabytes
        if line.startswith("Uploading:"):
            sent = time.monotonic() - began  # the last one counts
    if process.wait():
        raise SystemExit("the importer failed")
    return Took(sent=sent, proved=time.monotonic() - began, megabytes=megabytes)


def most_memory_of(process: int) -> float | None:
    """The most memory that a process has had until now, in megabytes; None: it has ended.

    Not what the kernel says once it has ended: that counts the memory of whoever began it, too.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else None


def bring_like_others(site: str, database: Engine, zips: list[Path]) -> Took:
    """Bring each file by itself, one request after another, over some connections."""
    person, address = newcomer(site, database)
    token = person.http.cookies["session"]
    began = time.monotonic()
    work: list[tuple[Path, str]] = []
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            work += [(path, name) for name in archive.namelist() if name.endswith(".jpg")]
    with ThreadPoolExecutor(CONNECTIONS) as workers:
        shares = [work[number::CONNECTIONS] for number in range(CONNECTIONS)]
        list(workers.map(lambda share: _bring_share(share, site, address, token), shares))
    sent = time.monotonic() - began
    while person.http.get("/api/timeline").json()["count"] < len(work) or _unread(person):
        time.sleep(0.5)
    return Took(sent=sent, proved=time.monotonic() - began)


def _bring_share(share: list[tuple[Path, str]], site: str, address: str, token: str) -> None:
    cookies = {"session": token}
    archives = {path: zipfile.ZipFile(path) for path, _ in share}
    with (
        httpx2.Client(base_url=address, headers={"Origin": site}, cookies=cookies) as api,
        httpx2.Client() as storage,
    ):
        for path, name in share:
            content = archives[path].read(name)
            said = json.loads(archives[path].read(f"{name}.json"))
            _bring_one(api, storage, content, said)
    for archive in archives.values():
        archive.close()


def _bring_one(
    api: httpx2.Client, storage: httpx2.Client, content: bytes, said: dict[str, Any]
) -> None:
    image = {
        "name": said["title"],
        "size": len(content),
        "content_type": "image/jpeg",
        "sha256": sha256(content).hexdigest(),
    }
    answer = in_turn(lambda: api.post("/api/images", json={"images": [image]}))
    (place,) = answer.raise_for_status().json()["places"]
    upload = place["upload"]
    storage.put(upload["url"], headers=upload["headers"], content=content).raise_for_status()
    changes: dict[str, Any] = {"favourite": said.get("favorited", False)}
    if said["description"]:
        changes["description"] = {"alt_text": said["description"], "text": said["description"]}
    path = f"/api/images/{place['image']['id']}"
    in_turn(lambda: api.patch(path, json=changes)).raise_for_status()


def _unread(person: Person) -> int:
    """How many of the newest month the site has not read yet."""
    buckets = person.http.get("/api/timeline").json()["buckets"]
    return sum(
        len(person.http.get(f"/api/timeline/{bucket['key']}").json()["states"])
        for bucket in buckets
    )


def newcomer(site: str, database: Engine) -> tuple[Person, str]:
    """Somebody whose library is empty, and the address of the site by number."""
    address = site.replace("localhost", "127.0.0.1")
    http = httpx2.Client(base_url=address, headers={"Origin": site}, timeout=60)
    return Person(http=http).join(database), address


if __name__ == "__main__":
    sys.exit(main())
