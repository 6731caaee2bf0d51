"""How long thirty real-size photos take from the drop until all can be seen, and how smoothly.

    python -m tests.bench.thirty_photos [--count 30]

Makes 12-megapixel JPEGs of 2 to 4 MB, drops them on a product of its own in a real browser, and
prints the time to the last upload and to the last visible thumbnail, the longest block of the
page's main thread, and how many were lost.
"""

import argparse
import io
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.chromium import chromium
from tests.e2e.page_errors import Witness
from tests.e2e.page_objects import Screen
from tests.e2e.running_app import let_read_mails, product_in_a_folder_of_its_own
from tests.support.images import TAKEN

SIZE = (4000, 3000)
PATIENCE_MS = 10 * 60_000
# Everything is in sight at once, so that each picture must have been drawn.
WINDOW = {"width": 1440, "height": 3000}

MEASURE = """
window.blocks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.blocks.push(entry.duration);
}).observe({ type: "longtask", buffered: true });
window.gaps = [];
let last = performance.now();
const frame = (now) => {
  window.gaps.push(now - last);
  last = now;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
"""


def photo(seed: int) -> bytes:
    """A JPEG as large as a telephone's, of soft colours under grain."""
    small = Image.effect_noise((80, 60), 90).resize(SIZE, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(SIZE, 18)
    across = Image.linear_gradient("L").rotate(seed * 37 % 360).resize(SIZE)
    red = Image.blend(small, grain, 0.3)
    image = Image.merge(
        "RGB", (red, Image.blend(across, red, 0.4), Image.blend(small, across, 0.5))
    )
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: TAKEN[:-2] + f"{seed % 60:02}"})
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=91, exif=exif)
    return buffer.getvalue()


def make_photos(folder: Path, count: int) -> list[Path]:
    """Photos on the disk."""
    paths = [folder / f"photo {number:02}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(photo(number))
    return paths


def drop_and_wait(screen: Screen, paths: list[Path]) -> dict[str, float]:
    """Drop them; return the seconds until all were added and until all were seen."""
    page = screen.page
    begun = time.monotonic()
    screen.drop(*paths)
    words = f"{len(paths)} pictures added"
    heading = screen.panel.get_by_role("heading")
    expect(heading).to_have_text(words, timeout=PATIENCE_MS)
    added = time.monotonic() - begun
    page.wait_for_function(
        """count => {
          const pictures = [...document.querySelectorAll("main a img")];
          return pictures.filter((one) => one.complete && one.naturalWidth > 0).length === count;
        }""",
        arg=len(paths),
        timeout=PATIENCE_MS,
    )
    return {"added": added, "seen": time.monotonic() - begun}


def measure(count: int) -> None:
    """Do it once and print the figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        product_in_a_folder_of_its_own() as product,
        chromium() as browser,
    ):
        paths = make_photos(Path(folder), count)
        sizes = [path.stat().st_size / 1e6 for path in paths]
        print(f"{count} photos of 12 megapixels, {min(sizes):.1f} to {max(sizes):.1f} MB")
        context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
        let_read_mails(context, product)
        witness = Witness(context, origins=product.origins)
        screen = Screen(page=context.new_page(), site=product.site, witness=witness)
        screen.register()
        screen.page.evaluate(MEASURE)
        took = drop_and_wait(screen, paths)
        _print_figures(screen, took, sizes)
        print(f"lost: {count - screen.call('GET', '/api/account')['pictures']}")
        print(f"complaints of the browser: {witness.complaints or 'none'}")


def _print_figures(screen: Screen, took: dict[str, float], sizes: list[float]) -> None:
    blocks: list[Any] = screen.page.evaluate("window.blocks")
    gaps: list[Any] = screen.page.evaluate("window.gaps")
    print(f"all added after {took['added']:.1f} s, all visible after {took['seen']:.1f} s")
    print(f"that is {len(sizes) / took['seen']:.2f} photos/s, {sum(sizes) / took['seen']:.1f} MB/s")
    longest = max(blocks, default=0)
    print(f"main thread: {len(blocks)} blocks of more than 50 ms, the longest {longest:.0f} ms")
    late = statistics.quantiles(gaps, n=100)[98]
    print(f"frames: 99 of 100 within {late:.0f} ms, longest gap {max(gaps):.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=30)
    measure(parser.parse_args().count)
