"""The same files taken in by two checkouts, by turns, so that a busy machine is busy for both."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 2
# Run in the other checkout by its own Python, with its own product: what both have is named here.
_TURN = """
import json, sys, tempfile
from pathlib import Path
sys.path.insert(0, ".")
from tests.bench.parts.upload_run import upload_all
files = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())]
with tempfile.TemporaryDirectory(prefix="pinhole-") as place:
    Path(place).chmod(0o711)
    run = upload_all(files, data=Path(place) / "data")
assert run.lost == 0, f"{run.lost} files were lost"
print(json.dumps(run.as_json()))
"""


@dataclass(frozen=True, kw_only=True)
class Turns:
    """What each took, medians of all rounds: ours first, the other's second."""

    cpu_ms: tuple[float, float]  # of a photo, with the embedded AWS
    photos_per_second: tuple[float, float]
    memory_mb: tuple[float, float]

    def ratio(self, name: str) -> float:
        """Ours in that of the other."""
        ours, others = getattr(self, name)
        return float(ours / others)


def take_turns(files: Iterable[bytes], *, ours: Path, other: Path) -> Turns:
    """Upload all of the files to each, the other first.

    Raises:
        CalledProcessError: a checkout lost a file, or cannot run.
    """
    told: dict[Path, list[Any]] = {ours: [], other: []}
    with tempfile.TemporaryDirectory(prefix="pinhole-") as place:
        for number, content in enumerate(files):
            (Path(place) / f"{number:05}.jpg").write_bytes(content)
        os.sync()  # else the first turn waits for the disk
        for _ in range(ROUNDS):
            for checkout in (other, ours):
                told[checkout].append(_turn(checkout, place))
    return Turns(
        cpu_ms=(_middle(told[ours], _cpu_ms), _middle(told[other], _cpu_ms)),
        photos_per_second=(_middle(told[ours], _speed), _middle(told[other], _speed)),
        memory_mb=(_middle(told[ours], _memory), _middle(told[other], _memory)),
    )


def _turn(checkout: Path, place: str) -> Any:
    done = subprocess.run(
        [checkout / ".venv/bin/python", "-c", _TURN, place],
        check=True,
        cwd=checkout,
        env=os.environ,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


def _middle(runs: list[Any], figure: Any) -> float:
    return float(median(map(figure, runs)))


def _cpu_ms(run: Any) -> float:
    return float(run["cpu_ms_per_photo"] + run["uses"]["aws"]["cpu_seconds"] * 1e3 / run["count"])


def _speed(run: Any) -> float:
    return float(run["photos_per_second"])


def _memory(run: Any) -> float:
    return float(run["memory_mb"])
