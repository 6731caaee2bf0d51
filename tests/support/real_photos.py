"""Real photos that lie beside the checkout, where there are any; tests pass without them."""

import os
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PINHOLE_PHOTOS", _CHECKOUT.parent / "shared" / "photos"))
PHOTOS = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md")
NO_PHOTOS = "no folder of real photos beside the checkout"
# Those that are not ready, by their path in the folder, and why.
NOT_READY: dict[str, str] = {}
