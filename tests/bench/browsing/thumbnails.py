"""A storage for benches of screens: a real thumbnail for each picture, whatever its id.

    python -m tests.bench.browsing.thumbnails PORT

Some dozens of paintings as the worker would store them, told apart by address, so that each is
fetched and decoded by itself. The browser is told to find the embedded AWS here.
"""

from __future__ import annotations

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zlib import crc32

import pyvips  # type: ignore[import-untyped]

from app.media.render.derivatives import THUMBNAIL_HEIGHT
from scripts.embedded import demo_landscapes as landscapes
from scripts.embedded import demo_plants as plants
from scripts.embedded import demo_waters as waters

_RATIO = 4 / 3
_COUNT = 48
_PAINTINGS = (landscapes.mountains_at_dawn, plants.sunlit_leaves, waters.autumn_lake)
_PICTURE = re.compile(r"/(thumbnail|preview)\.[a-z]+\?")
_GRAIN = 5.0


def thumbnails() -> list[bytes]:
    """Paint some, each from another place of a painting, with the grain of a photo."""
    width, height = round(THUMBNAIL_HEIGHT * _RATIO), THUMBNAIL_HEIGHT
    found: list[bytes] = []
    for painting in _PAINTINGS:
        large: Any = painting().thumbnail_image(width * 2, height=height * 2, size="force")
        for number in range(_COUNT // len(_PAINTINGS)):
            place = number * width // 16, number * height // 16
            grain = pyvips.Image.gaussnoise(width, height, sigma=_GRAIN, mean=0, seed=number)
            cut = (large.crop(*place, width, height) + grain).cast("uchar")
            found.append(bytes(cut.webpsave_buffer(Q=75, effort=2, keep="none")))
    return found


class _Storage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pictures: tuple[bytes, ...] = ()

    def do_GET(self) -> None:
        if not _PICTURE.search(self.path):
            self._answer(404, {}, b"")
            return
        content = self.pictures[crc32(self.path.partition("?")[0].encode()) % len(self.pictures)]
        self._answer(200, {"Content-Type": "image/webp", "Cache-Control": "private"}, content)

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is inherited
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a browser that asked and went."""


def main() -> None:
    """Serve until told to stop."""
    _Storage.pictures = tuple(thumbnails())
    _Server(("127.0.0.1", int(sys.argv[1])), _Storage).serve_forever()


if __name__ == "__main__":
    main()
