"""The importer's memory does not grow with the size of a zip, nor with what it says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.importer.takeout_export import picture, sidecar

ROOT = Path(__file__).parents[2]
MOST = 150 * 1024 * 1024
COUNT = 8000
# Not ru_maxrss: after a fork that begins with what the parent has, which may be gigabytes.
_PROGRAM = """
import re, sys
from pathlib import Path
from tests.importer.planning import planned
with planned(Path(sys.argv[1]), Path(sys.argv[2])) as journal:
    query = "SELECT count(*) FROM entries WHERE outcome IN ('upload', 'read')"
    found = journal.db.execute(query).fetchone()[0]
print(found, re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def test_plan_of_a_large_zip_takes_less_than_150_mb(tmp_path: Path) -> None:
    path = tmp_path / "takeout.zip"
    start = picture(1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(COUNT):
            name = f"Takeout/Google Photos/Photos from 2019/IMG_{number:05}.jpg"
            archive.writestr(name, start + str(number).encode())
            said = sidecar(f"IMG_{number:05}.jpg", description="Words of some length " * 5)
            archive.writestr(f"{name}.supplemental-me.json", json.dumps(said))
        with archive.open("Takeout/large.jpg", "w", force_zip64=True) as file:
            for _ in range(300):
                file.write(start + b"\0" * 2**20)
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path / "journal"), str(path)]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found, kilobytes = (int(word) for word in answer.stdout.split())
    assert found == 2 * COUNT  # the large one is larger than the site takes
    assert kilobytes * (1 if sys.platform == "darwin" else 1024) < MOST
