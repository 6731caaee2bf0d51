"""How long many tiny files take from the first byte to the last thumbnail: what waits shows here.

    python -m tests.bench.small_files [--count 2000] [--beside CHECKOUT]

Processing a tiny picture costs next to nothing, so the time is that of everything around it:
places, signed PUTs, events, messages, rows. The floor of the same run does the least that keeps a
picture: two processes write each file and sync it, derive from it by the same code, and commit a
row. Ends with status 1 when a file is lost. With --beside it only uploads, by turns with another
checkout in which `python3 -m scripts.embedded.install --with test` was run, and a ratio that misses
its aim is status 1 as well.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psycopg2
import pyvips  # type: ignore[import-untyped]

from app.media.decode import decoder
from tests.bench.parts.renderers import ROOT
from tests.bench.parts.turns import take_turns
from tests.bench.parts.upload_run import Run, serving, upload_all

AIM_SECONDS = 60  # for 2,000 on two cores that do nothing else
MAX_OF_BEFORE = AIM_SECONDS / 163  # what commit b532b8f took
WORKERS = 2
_TABLE = "CREATE TABLE small_files (number int PRIMARY KEY, preview_bytes int NOT NULL)"
Share = tuple[str, str, list[tuple[int, bytes]]]


def tiny_files(count: int) -> Iterator[bytes]:
    """Return JPEGs of 64 by 48 pixels and half a kilobyte, no two the same."""
    for number in range(count):
        colour = [number % 251, number // 251 % 251, number * 19 % 247]
        image = (pyvips.Image.black(64, 48, bands=3) + colour).cast("uchar")
        jpeg = bytes(image.copy(interpretation="srgb").jpegsave_buffer(keep="none"))
        mark = b"%08d" % number
        yield jpeg[:2] + b"\xff\xfe" + (len(mark) + 2).to_bytes(2, "big") + mark + jpeg[2:]


def floor_seconds(files: list[bytes], *, data: Path) -> float:
    """Keep the same files with nothing between them and the disk and the database."""
    with serving(data) as stack:
        with psycopg2.connect(stack.database_url) as connection, connection.cursor() as cursor:
            cursor.execute(_TABLE)
        connection.close()
        numbered = list(enumerate(files))
        shares = [(stack.database_url, str(data), numbered[n::WORKERS]) for n in range(WORKERS)]
        with ProcessPoolExecutor(WORKERS) as pool:
            list(pool.map(_keep, [(url, place, []) for url, place, _ in shares]))  # warm them up
            begun = time.monotonic()
            list(pool.map(_keep, shares))
            return time.monotonic() - begun


def _keep(share: Share) -> None:
    url, place, files = share
    decoder.prepare()
    connection = psycopg2.connect(url)
    for number, content in files:
        path = Path(place, f"floor-{number}")
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        rendered = decoder.render(memoryview(content))
        preview, thumbnail = rendered.preview, rendered.thumbnail  # type: ignore[union-attr]
        for name, derived in (("preview", preview or b""), ("thumbnail", thumbnail or b"")):
            path.with_name(f"{path.name}-{name}").write_bytes(derived)
        with connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO small_files VALUES (%s, %s)", [number, len(preview or b"")])
    connection.close()


def measure(count: int) -> bool:
    """Measure and print; return whether nothing was lost."""
    files = list(tiny_files(count))
    with tempfile.TemporaryDirectory(prefix="pinhole-") as place:
        Path(place).chmod(0o711)  # as root, PostgreSQL passes through as another user
        run = upload_all(files, data=Path(place) / "data")
        floor = floor_seconds(files, data=Path(place) / "floor")
    _print(run, floor)
    return run.lost == 0


def measure_beside(count: int, other: Path) -> bool:
    """Upload by turns with another checkout; return whether the ratio is as aimed."""
    turns = take_turns(tiny_files(count), ours=ROOT, other=other.resolve())
    ours, others = (count / speed for speed in turns.photos_per_second)
    print(f"{count} tiny files, by turns with {other}: ours, the other's, ratio")
    print(f"  {ours:7.1f} {others:7.1f}  {ours / others:.3f}  s (aim {MAX_OF_BEFORE:.3f})")
    cpu, others_cpu = turns.cpu_ms
    print(f"  {cpu:7.1f} {others_cpu:7.1f}  {cpu / others_cpu:.3f}  ms CPU a file", end="")
    print(", with the embedded AWS")
    return ours / others <= MAX_OF_BEFORE


def _print(run: Run, floor: float) -> None:
    print(f"{run.count} tiny files: {run.seconds:.1f} s from the first byte to the last thumbnail")
    print(f"  (aim {AIM_SECONDS * run.count / 2000:.0f} s; {run.lost} lost)")
    print(f"floor of this run: {floor:.1f} s; ratio {run.seconds / floor:.1f}")
    for name, use in run.uses.items():
        print(f"  {name:27} {use.cpu_seconds:6.1f} s CPU")
    print(json.dumps({"run": run.as_json(), "floor_seconds": floor}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT")
    options = parser.parse_args()
    if options.beside is None:
        is_as_aimed = measure(options.count)
    else:
        is_as_aimed = measure_beside(options.count, options.beside)
    sys.exit(0 if is_as_aimed else 1)
