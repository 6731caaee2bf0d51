"""Make derived pictures of a folder's photos, as the product does or with bare libvips.

    python -m tests.bench.parts.rendering ours|floor FOLDER OUT

A process of its own, so that libvips is set up as in the decoder pool; prints CPU ms of each photo.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyvips  # type: ignore[import-untyped]

from app.media.decode import decoder
from app.media.results import Rendered

Derived = tuple[bytes, bytes]  # the preview and the thumbnail


def ours(data: bytes) -> Derived:
    """Process as the decoder pool's children do: metadata, colours, ThumbHash and all."""
    rendered = decoder.render(memoryview(data))
    assert isinstance(rendered, Rendered)
    assert rendered.preview
    assert rendered.thumbnail
    return rendered.preview, rendered.thumbnail


def floor(data: bytes) -> Derived:
    """Make nothing but the two pictures, decoding once: what no careful program can undercut."""
    screen = pyvips.Image.jpegload_buffer(data, shrink=2, access="sequential").copy_memory()
    small = screen.resize(480 / screen.height).copy_memory()
    return (
        bytes(screen.jpegsave_buffer(Q=71, optimize_coding=True, keep="icc")),
        bytes(small.webpsave_buffer(Q=75, effort=2, keep="icc")),
    )


def main(way: Callable[[bytes], Derived], folder: Path, out: Path) -> None:
    """Process all files, the first of them once before."""
    decoder.prepare()
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.jpg"))}
    way(next(iter(files.values())))
    spent = []
    for name, data in files.items():
        before = time.process_time()
        made = way(data)
        spent.append((time.process_time() - before) * 1e3)
        for at, content in enumerate(made):
            (out / f"{name}-{at}").write_bytes(content)
    print(json.dumps(spent))


if __name__ == "__main__":
    _, named, given, target = sys.argv
    main({"ours": ours, "floor": floor}[named], Path(given), Path(target))
