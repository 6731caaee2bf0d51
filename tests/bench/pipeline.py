"""How fast photos become pictures, and what each costs: the real way, the floor, and sharp.

    python -m tests.bench.pipeline [--count 200] [--photos FOLDER] [--beside CHECKOUT]

Takes photos of 12 megapixels through the upload as browsers do it (API, signed PUT, event, worker)
with four clients against a stack of its own; then makes the same derived pictures with bare
libvips and with sharp. Ends with everything as JSON, and with status 1 when a ratio that does not
depend on the machine misses its aim. With --beside it only uploads, by turns with another checkout
in which `python3 -m scripts.embedded.install --with test` was run.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from app.media.sandbox.process import bare_environment
from tests.bench.parts.photos import HEIGHT, WIDTH, bases, photos
from tests.bench.parts.renderers import ROOT, SHARPS, compare
from tests.bench.parts.turns import take_turns
from tests.bench.parts.upload_run import PARENT, Run, upload_all
from tests.support.phone_photos import phone_photos

# Real photos stand beside the repository where somebody put them there; else they are painted.
PHOTOS = Path(__file__).parents[3] / "shared/photos"
AIMS = {"photos_per_second": 10, "cpu_ms_per_photo": 170, "memory_mb": 600}
MAX_OF_SHARP = 0.6
MAX_OF_BARE_HEIC = 1.15
# Beside commit b532b8f.
MAX_CPU, MIN_SPEED, MAX_MEMORY = 0.75, 1.3, 1.1
# What the encoders differ by from one picture to the next.
SSIM_TOLERANCE = 0.001


def measure(count: int, folder: Path) -> bool:
    """Measure and print; return whether the ratios are as aimed."""
    pictures = bases(folder)
    files = list(photos(pictures, count))
    weight = sum(map(len, files)) / 1e6
    print(f"{count} photos of 12 megapixels, {weight:.0f} MB, of {len(pictures)} pictures", end=" ")
    print(f"({', '.join(picture.name for picture in pictures)})\n")
    with tempfile.TemporaryDirectory(prefix="pinhole-") as place:
        Path(place).chmod(0o711)  # as root, PostgreSQL passes through as another user
        run = upload_all(files, data=Path(place) / "data")
    _print_run(run)
    compared = compare([picture.content for picture in pictures])
    print("\nderived pictures alone, CPU ms a photo on one thread; SSIM against Pillow's Lanczos")
    for line in compared.lines():
        print("  " + line)
    mixture = _measure_mixture(pictures[0].content)
    print("\nas phones make them, 12 megapixels, CPU ms a photo: ours, bare decoder and libvips")
    for name, spent in mixture.items():
        ratio = spent["ours"] / spent["bare"]
        print(f"  {name:18} {spent['ours']:6.1f} {spent['bare']:6.1f}  {ratio:.2f}")
    heic = next(spent for name, spent in mixture.items() if name.endswith(".HEIC"))
    verdicts = {
        "nothing lost": run.lost == 0,
        f"HEIC at most {MAX_OF_BARE_HEIC} of a bare decoder": heic["ours"]
        <= MAX_OF_BARE_HEIC * heic["bare"],
    }
    for name in SHARPS:
        ratio, gap = compared.cpu_ratio(name), compared.ssim_gap(name)
        verdicts[f"at most {MAX_OF_SHARP} of {name}'s CPU"] = ratio <= MAX_OF_SHARP
        verdicts[f"no worse SSIM than {name}"] = gap >= -SSIM_TOLERANCE
    for words, is_met in verdicts.items():
        print(f"{'met' if is_met else 'MISSED'}: {words}")
    told = {"run": run.as_json(), "derived": compared.as_json(), "mixture": mixture, "aims": AIMS}
    print(json.dumps(told))
    return all(verdicts.values())


def measure_beside(count: int, folder: Path, other: Path) -> bool:
    """Upload by turns with another checkout; return whether the ratios are as aimed."""
    turns = take_turns(photos(bases(folder), count), ours=ROOT, other=other.resolve())
    print(f"{count} photos of 12 megapixels, by turns with {other}: ours, the other's, ratio")
    rows = {
        "cpu_ms": "ms CPU a photo, with the embedded AWS",
        "photos_per_second": "photos/s",
        "memory_mb": "MB at most",
    }
    for name, words in rows.items():
        ours, others = getattr(turns, name)
        print(f"  {ours:7.1f} {others:7.1f}  {turns.ratio(name):.2f}  {words}")
    verdicts = {
        f"at most {MAX_CPU} of its CPU": turns.ratio("cpu_ms") <= MAX_CPU,
        f"at least {MIN_SPEED} of its speed": turns.ratio("photos_per_second") >= MIN_SPEED,
        f"at most {MAX_MEMORY} of its memory": turns.ratio("memory_mb") <= MAX_MEMORY,
    }
    for words, is_met in verdicts.items():
        print(f"{'met' if is_met else 'MISSED'}: {words}")
    return all(verdicts.values())


def _measure_mixture(photo: bytes) -> dict[str, dict[str, float]]:
    """Take one scene as phones keep it, in each of their ways; see support/phone_photos.py."""
    scene = Image.open(io.BytesIO(photo))
    with tempfile.TemporaryDirectory(prefix="pinhole-") as place:
        for each in phone_photos((WIDTH, HEIGHT), scene=scene):
            (Path(place) / each.name).write_bytes(each.content)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.parts.mixture", place],
            check=True,
            cwd=ROOT,
            env=os.environ | bare_environment(),
            stdout=subprocess.PIPE,
        )
    told: dict[str, dict[str, float]] = json.loads(done.stdout)
    return told


def _print_run(run: Run) -> None:
    print(f"{run.photos_per_second:.1f} photos/s from the first byte to the last thumbnail", end="")
    print(f" ({run.seconds:.1f} s; aim {AIMS['photos_per_second']}, Immich 4.0)")
    print(f"{run.cpu_ms:.0f} ms CPU a photo (aim {AIMS['cpu_ms_per_photo']}, Immich 420)", end="")
    print(f", {run.memory_mb:.0f} MB at most (aim {AIMS['memory_mb']}, Immich 1,500)")
    for name, use in run.uses.items():
        mine = "" if name in (*run.product, PARENT) else ", not the product's"
        print(f"  {name:27} {use.cpu_seconds * 1e3 / run.count:6.1f} ms a photo", end="")
        print(f", {use.peak_bytes / 1e6:4.0f} MB in {use.processes} processes{mine}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--photos", type=Path, default=PHOTOS)
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT")
    options = parser.parse_args()
    if options.beside is None:
        is_as_aimed = measure(options.count, options.photos)
    else:
        is_as_aimed = measure_beside(options.count, options.photos, options.beside)
    sys.exit(0 if is_as_aimed else 1)
