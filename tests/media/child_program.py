"""Another program in the place of the decoder child, to have it do what decoders rarely do."""

import textwrap
from pathlib import Path
from typing import Protocol

_HEAD = """
import json, os, resource, signal, socket, sys, time
settings = json.loads(sys.argv[1])
sys.path[:] = settings["path"]
from app.media.sandbox import child as decoder_child
from app.media.sandbox import fork_server
from app.media.sandbox.child_limits import ChildLimits
from app.media.sandbox.seccomp import confine, give_up_account
from app.media.metadata.reader import PictureMetadata
from app.media.results import Header, Rejected, VisionInput, pack
{first}
MESSAGE = decoder_child.MESSAGE.size
def serve(parent):
    {ready}
"""
_TAIL = """
    return
control = socket.socket(fileno=0)
give_up_account()
limits = ChildLimits(most=settings["max_bytes"], seconds=settings["timeout"])
control.sendall(decoder_child.{said})
fork_server.run(control, serve, {limits})
"""


class Program(Protocol):
    """Puts another program in the place of the child.

    code is run by each child, with `parent`, its socket; first is run before all of them, by the
    process that they are forked from, which may import what they cannot; is_ready says whether a
    child says so before it runs code.
    """

    def __call__(
        self,
        code: str,
        *,
        said: str = ...,
        first: str = ...,
        limits_itself: bool = ...,
        is_ready: bool = ...,
    ) -> Path:
        """Return where the program is."""


def write_program(
    place: Path, code: str, *, said: str, first: str, limits_itself: bool, is_ready: bool
) -> None:
    """Write a program; see Program."""
    ready = "parent.sendall(decoder_child.READY)" if is_ready else ""
    limits = "None" if limits_itself else "limits if limits.can_be_set() else None"
    head = _HEAD.format(first=textwrap.dedent(first), ready=ready)
    body = textwrap.indent(textwrap.dedent(code), "    ")
    place.write_text(head + body + _TAIL.format(said=said, limits=limits))
