"""Hundreds of files that mean harm, between a thousand good pictures, in confined children."""

import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from tests.media.hostile.bad_file import BadFile
from tests.media.hostile.corpus import every_bad_file
from tests.media.raw_samples import RAW
from tests.media.samples import EVERY_TYPE

KINDS = {
    "pixel bomb": 60,
    "frame bomb": 12,
    "metadata bomb": 70,
    "truncation": 100,
    "bit flips": 100,
    "polyglot": 25,
    "renamed": 43,
}
GOOD = [*EVERY_TYPE.values(), *RAW.values()]
MANY_GOOD = 1000
MAX_BYTES = 512 << 20


@dataclass(frozen=True, kw_only=True)
class Told:
    """How all of them ended, what the largest child took, and whether one called elsewhere."""

    bad: list[tuple[BadFile, str]]
    good: list[str]
    peak_bytes: int
    was_called: bool


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("hostile")
    with socket.create_server(("127.0.0.1", 0)) as witness:
        address = f"http://127.0.0.1:{witness.getsockname()[1]}/called"
        bad = list(every_bad_file(witness=address))
        order = lay_out(bad, folder)
        said = through_decoders(folder)
        was_called = has_caller(witness)
    ends = list(zip(order, said["ends"], strict=True))
    of_bad = [end for name, end in ends if name.startswith("bad")]
    return Told(
        bad=list(zip(bad, of_bad, strict=True)),
        good=[end for name, end in ends if name.startswith("good")],
        peak_bytes=said["peak_bytes"],
        was_called=was_called,
    )


def lay_out(bad: list[BadFile], folder: Path) -> list[str]:
    """Write all files; return their names in the order of their turns, good ones in between."""
    for number, content in enumerate(GOOD):
        (folder / f"good {number}").write_bytes(content)
    good = islice(cycle(f"good {number}" for number in range(len(GOOD))), MANY_GOOD)
    order = []
    for number, file in enumerate(bad):
        (folder / f"bad {number}").write_bytes(file.content)
        order += [f"bad {number}", *islice(good, MANY_GOOD // len(bad))]
    order += good
    (folder / "order.json").write_text(json.dumps(order))
    return order


def through_decoders(folder: Path) -> dict[str, Any]:
    program = [sys.executable, "-m", "tests.media.hostile.run_in_sandbox", str(folder)]
    done = subprocess.run(program, stdout=subprocess.PIPE, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def has_caller(witness: socket.socket) -> bool:
    witness.setblocking(False)  # noqa: FBT003 - the socket's own
    try:
        witness.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_each_comes_to_the_end_that_it_should(told: Told, kind: str) -> None:
    of_kind = [(file, end) for file, end in told.bad if file.kind == kind]
    assert len(of_kind) >= KINDS[kind]
    wrong = {file.name: end for file, end in of_kind if end not in file.ends}
    assert wrong == {}


def test_there_is_no_other_kind_and_none_comes_twice(told: Told) -> None:
    assert {file.kind for file, _ in told.bad} == set(KINDS)
    assert len({(file.kind, file.name) for file, _ in told.bad}) == len(told.bad)


def test_the_good_ones_between_them_are_all_processed(told: Told) -> None:
    assert told.good == ["ready"] * MANY_GOOD


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps this limit")
def test_no_child_took_more_than_half_a_gigabyte(told: Told) -> None:
    assert 0 < told.peak_bytes <= MAX_BYTES


def test_none_of_them_called_elsewhere(told: Told) -> None:
    assert not told.was_called


def test_the_same_files_are_made_every_time() -> None:
    first, second = (list(every_bad_file(witness="http://127.0.0.1/called")) for _ in range(2))
    assert first == second
