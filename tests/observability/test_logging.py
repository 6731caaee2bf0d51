"""Logs hold no keys to pictures, and no line that a stranger wrote."""

import logging
import subprocess
import sys

from app.observability.logging import OneLine

FORMATTER = OneLine("%(levelname)s: %(message)s")


def logged(message: str, *arguments: object) -> str:
    record = logging.LogRecord("app", logging.WARNING, "", 0, message, arguments, None)
    return FORMATTER.format(record)


def test_addresses_lose_their_signature() -> None:
    url = "https://b.s3.amazonaws.com/users/1/2/original?X-Amz-Signature=0f&X-Amz-Date=2026"
    line = logged("could not read %s at once", url)
    assert "Signature" not in line
    assert "original?… at once" in line


def test_a_line_break_starts_no_new_line_of_the_log() -> None:
    line = logged("no such picture: %s", "x\nERROR: forged\r\nERROR: forged\x1b[2J\u2028")
    assert line == r"WARNING: no such picture: x\nERROR: forged\r\nERROR: forged\x1b[2J\u2028"


def test_each_line_names_the_request_that_it_was_logged_in() -> None:
    # In a process of its own: it changes how all of a process logs.
    program = (
        "import logging; from app.observability import request_ids;"
        " from app.observability.logging import set_up_logging;"
        " set_up_logging('INFO'); logging.info('before'); name = request_ids.begin();"
        " logging.info('meanwhile'); print(name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    before, meanwhile = done.stderr.splitlines()
    assert before.endswith(" INFO root -: before")
    assert meanwhile.endswith(f" INFO root {done.stdout.strip()}: meanwhile")
