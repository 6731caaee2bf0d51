"""What functions tell CloudWatch and X-Ray, inside the package, to a daemon of the test's own."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

from scripts.deployment.build import find_python
from tests.infrastructure.conftest import MACHINE

_TRACED = """
import os
from app.lambda_handlers.powertools import trace
from app.observability.metrics import count, step, timed
telling = trace("worker", os.environ)
count("PicturesReady")
count("PicturesReady")
with step("fetch"), timed("PictureSeconds"):
    pass
try:
    with step("decode"):
        raise ValueError("what Ada wrote")
except ValueError as error:
    assert str(error) == "what Ada wrote"
else:
    raise AssertionError
telling.flush()
telling.flush()
"""


_UNDECODABLE = """
import os
from app.lambda_handlers.powertools import trace
from app.observability.metrics import count_undecodable
telling = trace("worker", os.environ)
count_undecodable("KeyError")
count_undecodable("what a child made up")
telling.flush()
"""


def tell(package: Path, code: str, **variables: str) -> str:
    done = subprocess.run(
        [find_python(), "-B", "-W", "error", "-c", code],
        cwd=package,
        env={"PYTHONPATH": str(package), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def documents(daemon: socket.socket, number: int) -> list[dict[str, Any]]:
    """Return what was sent to X-Ray's daemon: a header and a document each."""
    return [json.loads(daemon.recv(65536).split(b"\n", 1)[1]) for _ in range(number)]


def test_steps_are_traced_and_numbers_counted(packages: dict[str, Path]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(20)
        out = tell(
            packages[MACHINE],
            _TRACED,
            LAMBDA_TASK_ROOT="/var/task",
            AWS_XRAY_DAEMON_ADDRESS=f"127.0.0.1:{daemon.getsockname()[1]}",
            _X_AMZN_TRACE_ID="Root=1-5759e988-bd862e3fe1be46a994272793;"
            "Parent=53995c3f42cd8ad8;Sampled=1",
        )
        fetch, decode = documents(daemon, 2)
    assert fetch["name"] == "fetch"
    assert "fault" not in fetch
    assert decode["name"] == "decode"
    assert decode["fault"] is True
    assert "Ada" not in json.dumps(decode)
    (line,) = out.splitlines()  # nothing is written where nothing was counted
    told = json.loads(line)
    assert told["PicturesReady"] == [1.0, 1.0]
    assert told["service"] == "worker"
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Pinhole"
    units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert units == {"PicturesReady": "Count", "PictureSeconds": "Seconds"}


def test_outside_of_lambda_nothing_is_traced(packages: dict[str, Path]) -> None:
    (line,) = tell(packages[MACHINE], _TRACED).splitlines()
    assert json.loads(line)["PicturesReady"] == [1.0, 1.0]


def test_undecodable_pictures_are_counted_by_exception(packages: dict[str, Path]) -> None:
    told = [json.loads(line) for line in tell(packages[MACHINE], _UNDECODABLE).splitlines()]
    assert [line["exception"] for line in told] == ["KeyError", "other"]
    for line in told:
        assert line["PicturesUndecodable"] == [1.0]
        assert line["service"] == "worker"
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "Pinhole"
        assert [set(names) for names in directive["Dimensions"]] == [{"service", "exception"}]
