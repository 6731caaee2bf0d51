"""Take files through a decoder pool of two children, and tell how each ended and what they took.

`python -m tests.media.hostile.run_in_sandbox FOLDER` reads the names in FOLDER/order.json
and prints JSON. A program of its own, so that the system's account of its children is of these.
"""

import json
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.media.sandbox.pool import DecoderPool
from tests.media.hostile.bad_file import end_of

CHILDREN = 2


def main() -> None:
    """Process all, so many at a time."""
    folder = Path(sys.argv[1])
    order = json.loads((folder / "order.json").read_text())
    # No picture may have more memory than the others: what the largest took is to be told.
    with (
        DecoderPool(children=CHILDREN, large_memory_bytes=0) as decoders,
        ThreadPoolExecutor(CHILDREN) as threads,
    ):
        ends = list(threads.map(lambda name: end_of(decoders.render(folder / name)), order))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(json.dumps({"ends": ends, "peak_bytes": peak}))  # noqa: T201 - for the test that asked


if __name__ == "__main__":
    main()
