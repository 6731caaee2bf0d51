"""The same derived pictures by three: the product's code, bare libvips, and sharp."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import pyvips  # type: ignore[import-untyped]

from app.media.sandbox.process import bare_environment
from tests.bench.parts.similarity import reference, ssim

ROOT = Path(__file__).parents[3]
ROUNDS = 3
WEBP_QUALITY = 75
# Where sharp's table of quantisers makes previews that weigh nearly as much as ours.
JPEG_QUALITY = 68
WEBP = "sharp-webp"
OURS, SHARPS = ("ours", "floor"), ("sharp", WEBP)
_SHARP = Path(__file__).with_name("sharp.mjs")


@dataclass(frozen=True, kw_only=True)
class Made:
    """What one of them took and made, means over all photos."""

    cpu_ms: float
    kilobytes: tuple[float, float]  # of the preview and the thumbnail
    ssim: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """All of them."""

    made: dict[str, Made]

    def cpu_ratio(self, to: str) -> float:
        """Our CPU, metadata and ThumbHash included, in that of one that makes pictures only."""
        return self.made["ours"].cpu_ms / self.made[to].cpu_ms

    def ssim_gap(self, to: str) -> float:
        """How much more alike ours are to what they show, in the worse of the two sizes."""
        pairs = zip(self.made["ours"].ssim, self.made[to].ssim, strict=True)
        return min(ours - theirs for ours, theirs in pairs)

    def lines(self) -> Iterator[str]:
        """Return the table."""
        for name, made in self.made.items():
            sizes = " + ".join(f"{size:.0f}" for size in made.kilobytes)
            alike = " / ".join(f"{value:.4f}" for value in made.ssim)
            yield f"{name:11} {made.cpu_ms:6.1f} ms  {sizes:>10} KB  SSIM {alike}"
        for name in SHARPS:
            yield f"ours takes {self.cpu_ratio(name):.2f} of {name}"

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        return {
            **asdict(self),
            "cpu_ratio": {name: self.cpu_ratio(name) for name in SHARPS},
            "ssim_gap": {name: self.ssim_gap(name) for name in SHARPS},
        }


def compare(originals: list[bytes]) -> Compared:
    """Process all of them in each way, in turns, so that a busy machine is busy for all."""
    with _folder(originals) as folder:
        spent: dict[str, list[float]] = {name: [] for name in (*OURS, *SHARPS)}
        for _ in range(ROUNDS):
            for name in OURS:
                module = [sys.executable, "-m", "tests.bench.parts.rendering"]
                spent[name] += _run(module, name, folder, bare_environment())
            _tell_sizes(folder)
            for name in SHARPS:
                spent[name] += _run(["node", str(_SHARP)], name, folder, {})
        return Compared(made={name: _judge(folder, name, times) for name, times in spent.items()})


@contextmanager
def _folder(originals: list[bytes]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pinhole-") as place:
        folder = Path(place)
        for number, content in enumerate(originals):
            (folder / f"{number:02}.jpg").write_bytes(content)
        for name in (*OURS, *SHARPS):
            (folder / name).mkdir()
        yield folder


def _run(program: list[str], name: str, folder: Path, environment: dict[str, str]) -> list[float]:
    done = subprocess.run(
        [*program, name, str(folder), str(folder / name)],
        check=True,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
    )
    spent: list[float] = json.loads(done.stdout)
    return spent


def _tell_sizes(folder: Path) -> None:
    """Have sharp make pictures as large as ours: in our formats, and in WebP alone."""
    for name in SHARPS:
        sizes = {
            original.name: [
                _shape(folder / f"ours/{original.name}-{at}", only_webp=name == WEBP)
                for at in (0, 1)
            ]
            for original in sorted(folder.glob("*.jpg"))
        }
        (folder / f"{name}.json").write_text(json.dumps(sizes))


def _shape(derived: Path, *, only_webp: bool) -> dict[str, object]:
    content = derived.read_bytes()
    image = pyvips.Image.new_from_buffer(content, "")
    is_jpeg = content.startswith(b"\xff\xd8") and not only_webp
    return {
        "width": image.width,
        "height": image.height,
        "format": "jpeg" if is_jpeg else "webp",
        "quality": JPEG_QUALITY if is_jpeg else WEBP_QUALITY,
    }


def _judge(folder: Path, name: str, spent: list[float]) -> Made:
    sizes: tuple[list[float], list[float]] = ([], [])
    alike: tuple[list[float], list[float]] = ([], [])
    for original in sorted(folder.glob("*.jpg")):
        for at in (0, 1):
            content = (folder / name / f"{original.name}-{at}").read_bytes()
            shown = pyvips.Image.new_from_buffer(content, "")
            whole = reference(original.read_bytes(), shown.width, shown.height)
            sizes[at].append(len(content) / 1024)
            alike[at].append(ssim(content, whole))
    return Made(
        cpu_ms=mean(spent),
        kilobytes=(mean(sizes[0]), mean(sizes[1])),
        ssim=(mean(alike[0]), mean(alike[1])),
    )
