"""Make the icons of the installable site from its one drawing, frontend/public/favicon.svg.

Run by hand after a change of the drawing: `.venv/bin/python -m scripts.generation.icons`. Not by
./scripts/generate, which compares bytes: another release of the renderer makes other ones.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyvips  # type: ignore[import-untyped]

PUBLIC = Path(__file__).resolve().parents[2] / "frontend" / "public"
# Where others cut an icon (maskable, and by iOS) the drawing has no round corners of its own. What
# counts of it lies in the middle, in the circle that every mask leaves (W3C "Web Application
# Manifest", Icon masks and safe zone); its rays may be cut.
ICONS = {
    "icon-192.png": (192, False),
    "icon-512.png": (512, False),
    "icon-maskable-512.png": (512, True),
    "apple-touch-icon.png": (180, True),
}


def draw(svg: str, size: int, *, fills_square: bool) -> bytes:
    """Return the drawing as a PNG; without round corners where others cut it."""
    if fills_square:
        svg = re.sub(r'rx="\d+"', 'rx="0"', svg)
    image = pyvips.Image.thumbnail_buffer(svg.encode(), size)
    if fills_square:
        image = image.flatten(background=[0x1C, 0x1A, 0x18])
    return bytes(image.pngsave_buffer(compression=9, palette=True, Q=95, effort=10, strip=True))


def main() -> None:
    """Write all of them."""
    svg = (PUBLIC / "favicon.svg").read_text()
    for name, (size, fills_square) in ICONS.items():
        (PUBLIC / name).write_bytes(draw(svg, size, fills_square=fills_square))


if __name__ == "__main__":
    main()
