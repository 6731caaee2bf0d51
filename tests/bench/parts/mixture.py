"""Photos as phones make them, by kind: the product's CPU in that of bare decoders and libvips.

    python -m tests.bench.parts.mixture FOLDER

A process of its own, so that libvips is set up as in a decoder; ours and the bare take turns.
Prints JSON: for each file the medians of both, in ms of CPU.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pillow_heif
import pyvips  # type: ignore[import-untyped]

from app.media.decode import decoder
from app.media.render.derivatives import PREVIEW_SIDE
from app.media.results import Rendered

ROUNDS = 7


def _ours(data: bytes) -> None:
    rendered = decoder.render(memoryview(data))
    assert isinstance(rendered, Rendered)
    assert rendered.outcome == "ready"


def _bare_jpeg(data: bytes) -> None:
    _derive(pyvips.Image.jpegload_buffer(data, shrink=2, access="sequential").copy_memory())


def _bare_heic(data: bytes) -> None:
    decoded = pillow_heif.open_heif(data)
    width, height = decoded.size
    bands = len(decoded.mode)
    image = pyvips.Image.new_from_memory(decoded.data, width, height, bands, "uchar")
    image = image.copy(interpretation="srgb")
    _derive(image.resize(PREVIEW_SIDE / max(width, height)).copy_memory())


def _derive(screen: Any) -> None:
    """Make the two pictures of the product, and nothing else."""
    small = screen.resize(480 / screen.height).copy_memory()
    screen.jpegsave_buffer(Q=71, keep="icc")
    small.webpsave_buffer(Q=75, effort=2, keep="icc")


def main(folder: Path) -> None:
    """Measure all files of a folder."""
    decoder.prepare()
    told = {}
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        bare = _bare_heic if path.suffix.lower() == ".heic" else _bare_jpeg
        spent: dict[Callable[[bytes], None], list[float]] = {_ours: [], bare: []}
        for _ in range(ROUNDS):
            for way, times in spent.items():
                before = time.process_time()
                way(data)
                times.append((time.process_time() - before) * 1e3)
        told[path.name] = {"ours": median(spent[_ours]), "bare": median(spent[bare])}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
