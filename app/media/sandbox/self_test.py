"""Decode tiny images of every kind before the first real one.

The self-test proves that every decoder works on this machine under the filter; otherwise every
image would be called damaged. It also finds the code that is loaded late, which a confined process
could not load. It runs in forks: libvips leaves threads behind, and the process that decoder
processes are forked from must have none.
"""

import base64
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyvips  # type: ignore[import-untyped]

from app.media.colour.gain_map import ISO_SEGMENT
from app.media.colour.management import to_screen
from app.media.decode.decoder import render
from app.media.decode.original import Original
from app.media.metadata.reader import read_metadata
from app.media.render.fingerprint import fingerprint
from app.media.render.thumbhash import thumbhash
from app.media.results import Rendered
from app.media.sandbox.seccomp import confine
from app.media.sandbox.self_test_samples import (
    BLOCKS,
    every_sample,
    is_decoded_at_start,
    make,
    make_raw,
    make_with_gain_map,
)


class SelfTestError(Exception):
    """A decoder of this installation does not work."""


def run_self_test() -> bool:
    """Process a picture of each kind in forks of this process, and load what they had to load.

    Returns whether a fork can be confined here.

    Raises:
        SelfTestError: when a picture does not come out.
    """
    found = _in_a_fork(_render_samples)
    for module in found["modules"]:
        with suppress(ImportError):  # some are only made by others
            importlib.import_module(module)
    samples = [base64.b64decode(sample) for sample in found["samples"]]
    confined: bool = _in_a_fork(lambda: _render_confined(samples))
    return confined


def _render_samples() -> dict[str, list[str]]:
    """Process samples of all kinds; return what was imported by that, and some samples."""
    before = set(sys.modules)
    kept: dict[tuple[str, int], bytes] = {}
    for sample in every_sample():
        picture = make(sample)
        if is_decoded_at_start(sample):
            _expect_ready(picture, sample.content_type)
            kept[sample.content_type, sample.depth] = picture
        else:
            Original(picture, sample.content_type).header()
    for content_type, photo in make_raw().items():
        _expect_ready(photo, content_type)
        kept[content_type, 8] = photo
    bright = make_with_gain_map()
    _expect_gain_map(bright)
    _expect_fingerprint()
    return {
        "modules": sorted(set(sys.modules) - before),
        "samples": [base64.b64encode(picture).decode() for picture in (*kept.values(), bright)],
    }


def _render_confined(samples: list[bytes]) -> bool:
    confined = confine()
    for picture in samples:
        _expect_ready(picture, "a confined picture")
    _expect_fingerprint()
    return confined


def _expect_ready(picture: bytes, name: str) -> None:
    outcome = render(picture)
    if not isinstance(outcome, Rendered) or outcome.outcome != "ready":
        raise SelfTestError(f"{name} does not decode here: {outcome.reason}")


def _expect_gain_map(picture: bytes) -> None:
    outcome = render(picture)
    if not isinstance(outcome, Rendered) or ISO_SEGMENT not in (outcome.preview or b""):
        raise SelfTestError("gain maps do not decode here")


def _expect_fingerprint() -> None:
    """Make one: the samples, of one colour each, have none."""
    across = pyvips.Image.xyz(64, 64)[0] * 4
    if fingerprint(across.bandjoin([across, across]).cast("uchar")) is None:
        raise SelfTestError("fingerprints are not made here")


def warm_up() -> None:
    """Do what every child would do first, without a pipeline that starts threads.

    libvips learns its operations when they are first built; a child is spared 20 ms of that.
    """
    read_metadata(**BLOCKS)
    thumbhash(4, 3, bytes(4 * 4 * 3))
    plain = pyvips.Image.black(8, 8, bands=3).copy(interpretation="srgb")
    to_screen(plain.resize(0.5).autorot())
    for operation in ("jpegload_buffer", "jpegsave_buffer", "webpsave_buffer", "recomb"):
        pyvips.Introspect.get(operation)


def _in_a_fork(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Do the work in a fork of this process, and return what it returns, through JSON."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(read)
            with os.fdopen(write, "w") as pipe:
                json.dump(work(), pipe)
            status = 0
        except BaseException:  # noqa: BLE001 - told below, by its exit
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise SelfTestError(f"the self-test ended with status {os.waitstatus_to_exitcode(status)}")
    return json.loads(answer)
