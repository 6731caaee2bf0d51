"""How long some hundred small JPEGs take in a real browser, from the drop until all are ready.

    python -m tests.bench.small_drop [--count 296]

Drops JPEGs of 800 by 600 pixels on a product of its own, and tells when the last place was
promised, the last file was sent and the last picture was ready, what each process took, and how
long the same files take by the API with four clients and no browser, on the same machine. Ends
with status 1 when a file is lost.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyvips  # type: ignore[import-untyped]

from tests.bench.parts.meters import Meter, descendants
from tests.bench.parts.upload_run import upload_all
from tests.e2e.chromium import chromium
from tests.e2e.page_errors import Witness
from tests.e2e.page_objects import Screen
from tests.e2e.running_app import (
    RunningProduct,
    let_read_mails,
    product_in_a_folder_of_its_own,
)

AIM_SECONDS = 15  # for 296 on two cores that do nothing else
PATIENCE_MS = 10 * 60_000
WINDOW = {"width": 1280, "height": 900}
_WIDTH, _HEIGHT = 800, 600
# By a word of its command line.
_PROCESSES = {
    "api": "app.wsgi:app",
    "worker": "app.jobs.worker",
    "aws": "scripts.embedded.aws_server",
    "postgres": "bin/postgres",
}
_KEEP_TIMINGS = "performance.setResourceTimingBufferSize(20000)"
# Not by role, and not at each frame: looking must cost the page next to nothing.
_IS_READY = """count =>
  document.querySelector('section[aria-label="Uploads"] h2')?.textContent
    === `${count} pictures added`"""
_LOOK_EVERY_MS = 100
_ENDS = """storage => {
  const entries = performance.getEntriesByType("resource");
  const last = (found) => Math.max(0, ...found.map((one) => one.responseEnd));
  const sent = entries.filter(
    (one) => one.name.startsWith(storage) && one.initiatorType === "xmlhttprequest");
  const asked = entries.filter((one) => one.name.endsWith("/api/images"));
  return {
    promised: last(asked),
    sent: last(sent),
    now: performance.now(),
    requests: entries.length,
  };
}"""


def small_files(count: int) -> Iterator[bytes]:
    """Return JPEGs of some 60 KB, no two the same."""
    for number in range(count):
        grain = pyvips.Image.gaussnoise(_WIDTH, _HEIGHT, sigma=9, mean=0, seed=number)
        across = pyvips.Image.xyz(_WIDTH, _HEIGHT)
        tone = across.extract_band(number % 2) * (150 / _WIDTH) + 40 + number % 50
        bands = [(tone + grain).cast("uchar"), (tone * 0.8 + 20).cast("uchar"), tone.cast("uchar")]
        image = bands[0].bandjoin(bands[1:]).copy(interpretation="srgb")
        yield bytes(image.jpegsave_buffer(Q=85, keep="none"))


def drop(product: RunningProduct, paths: list[Path]) -> dict[str, Any]:
    """Drop them in a browser; return the seconds until each step was over for the last of them."""
    with chromium() as browser:
        context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
        let_read_mails(context, product)
        witness = Witness(context, origins=product.origins)
        screen = Screen(page=context.new_page(), site=product.site, witness=witness)
        screen.register()
        screen.page.evaluate(_KEEP_TIMINGS)
        meter = Meter(roots=_roots(), alone=frozenset({"bench"}))
        with meter.watching():
            begun = time.monotonic()
            at_begin = screen.page.evaluate("performance.now()")
            screen.drop(*paths)
            screen.page.wait_for_function(
                _IS_READY, arg=len(paths), timeout=PATIENCE_MS, polling=_LOOK_EVERY_MS
            )
            ready = time.monotonic() - begun
            uses = meter.used()
        ends = screen.page.evaluate(_ENDS, product.storage)
        return {
            "promised": (ends["promised"] - at_begin) / 1e3,
            "sent": (ends["sent"] - at_begin) / 1e3,
            "ready": ready,
            "requests": ends["requests"],
            "lost": len(paths) - screen.call("GET", "/api/account")["pictures"],
            "cpu_seconds": {name: use.cpu_seconds for name, use in uses.items()},
            "complaints": witness.complaints,
        }


def _roots() -> dict[str, int]:
    """Return the product's processes and the browser's first, which this one has started."""
    mine = descendants(os.getpid())
    found = {
        name: next(pid for pid, words in mine.items() if word in words)
        for name, word in _PROCESSES.items()
    }
    browser = next(pid for pid, words in mine.items() if "--headless" in words)
    return {**found, "browser": browser, "bench": os.getpid()}


def measure(count: int) -> bool:
    """Measure and print; return whether nothing was lost."""
    files = list(small_files(count))
    with tempfile.TemporaryDirectory(prefix="pinhole-") as place:
        folder = Path(place)
        folder.chmod(0o711)  # as root, PostgreSQL passes through as another user
        paths = [folder / f"IMG_{number:04}.jpg" for number in range(count)]
        for path, content in zip(paths, files, strict=True):
            path.write_bytes(content)
        with product_in_a_folder_of_its_own() as product:
            took = drop(product, paths)
        by_api = upload_all(files, data=folder / "data")
    _print(took, count, by_api.seconds, sum(map(len, files)) / count / 1e3)
    return bool(took["lost"] == 0 and by_api.lost == 0)


def _print(took: dict[str, Any], count: int, by_api: float, kilobytes: float) -> None:
    print(f"{count} JPEGs of {kilobytes:.0f} KB: ready {took['ready']:.1f} s after the drop")
    print(f"  (aim {AIM_SECONDS * count / 296:.0f} s; {took['lost']} lost)")
    print(f"  the last place was promised after {took['promised']:.1f} s", end="")
    print(f", the last file was sent after {took['sent']:.1f} s; {took['requests']} requests")
    print(f"by the API without a browser: {by_api:.1f} s; ratio {took['ready'] / by_api:.1f}")
    for name, seconds in took["cpu_seconds"].items():
        print(f"  {name:10} {seconds:6.1f} s CPU, {seconds * 1e3 / count:6.1f} ms a file")
    print(f"complaints of the browser: {took['complaints'] or 'none'}")
    print(json.dumps(took | {"by_api": by_api}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=296)
    sys.exit(0 if measure(parser.parse_args().count) else 1)
