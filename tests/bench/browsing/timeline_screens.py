"""The screen of the timeline at several sizes, by turns; part of ./scripts/bench timeline."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from scripts.embedded.ports import free_ports
from scripts.embedded.product import SITE
from scripts.embedded.stack import EmbeddedStack
from tests.bench.browsing.screen import (
    LABELS,
    Shown,
    browser_for,
    look,
    reaches_bottom,
    wrong_labels,
)
from tests.bench.listing.processes import ROOT, running_api
from tests.bench.listing.seed import LISTER

SMALL, USUAL = 1_000, 100_000
ROUNDS = 3
MAX_LCP_MS = 700
MAX_SCROLL_CPU_S = 1.7
MAX_JUMP_MS = 400
MAX_HEAP_MB = 60
_PATIENCE = 60.0
_OLDEST = (
    "SELECT id FROM images WHERE owner_id = %s AND deleted_at IS NULL ORDER BY timeline_at, id"
    " LIMIT 1"
)


@dataclass(frozen=True, kw_only=True)
class Library:
    """A database of one size, as its owner and as the API reach it."""

    count: int
    owner_url: str
    url: str


@contextmanager
def _thumbnails(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.bench.browsing.thumbnails", str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The thumbnails did not come up.")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _answers(port: int) -> bool:
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().status > 0
    except OSError:
        return False


def _oldest(library: Library) -> str:
    with closing(psycopg2.connect(library.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute(_OLDEST, [str(LISTER)])
        (found,) = cursor.fetchone() or ("",)
        return str(found)


def measure_screens(stack: EmbeddedStack, libraries: list[Library]) -> dict[str, Any]:
    """Print a line for each size; return the figures and the aims."""
    if not (SITE / "index.html").exists():
        raise RuntimeError("Build the site first: npm --prefix frontend run build")
    shown = {library.count: Shown() for library in libraries}
    wrong: dict[int, list[str]] = {}
    bottoms: dict[int, bool] = {}
    storage = urlsplit(stack.aws_endpoint_url).port
    assert storage
    with ExitStack() as running:
        thumbnails, *ports = free_ports(1 + len(libraries))
        running.enter_context(_thumbnails(thumbnails))
        sites: dict[int, str] = {}
        for library, port in zip(libraries, ports, strict=True):
            sites[library.count] = f"http://localhost:{port}"
            environment: Mapping[str, str] = stack.environment("api") | {
                "DATABASE_URL": library.url,
                "SITE_ORIGIN": sites[library.count],
                "SITE_DIR": str(SITE),
            }
            running.enter_context(running_api("app.wsgi:app", environment, port=port))
        browser = running.enter_context(browser_for(storage, thumbnails))
        for _ in range(ROUNDS):
            for library in libraries:
                look(browser, sites[library.count], shown[library.count])
        for count, each in shown.items():
            print(f"{count:>9,}  {each.line()}", flush=True)
        for library in libraries:
            site = sites[library.count]
            bottoms[library.count] = reaches_bottom(browser, site, _oldest(library))
            wrong[library.count] = wrong_labels(browser, site)
    for count, lines in wrong.items():
        print(
            f"{count:>9,}  bottom reached: {bottoms[count]}; {len(lines)} of {LABELS} labels wrong"
        )
        print("".join(f"           {line}\n" for line in lines), end="")
    return _figures(shown, wrong, bottoms)


def _figures(
    shown: dict[int, Shown], wrong: dict[int, list[str]], bottoms: dict[int, bool]
) -> dict[str, Any]:
    usual = shown[USUAL]
    lcp = median(usual.lcp_ms)
    found = {
        "lcp_ms": (lcp, MAX_LCP_MS),
        "scroll_cpu_s": (median(usual.scroll_cpu_s), MAX_SCROLL_CPU_S),
        "jump_ms": (median(usual.jump_ms), MAX_JUMP_MS),
        "heap_mb": (median(usual.heap_mb), MAX_HEAP_MB),
        "wrong_labels": (sum(map(len, wrong.values())), 0),
        "bottoms_missed": (sum(not each for each in bottoms.values()), 0),
    }
    return {
        **{name: round(value, 2) for name, (value, _) in found.items()},
        **{f"{name}_at_most": most for name, (_, most) in found.items()},
        "lcp_to_that_of_1k": round(lcp / median(shown[SMALL].lcp_ms), 2),
        "unpainted": round(median(usual.unpainted), 3),
        "missed": sorted(name for name, (value, most) in found.items() if value > most),
    }
