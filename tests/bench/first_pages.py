"""The first page of an album, as its owner and as somebody else sees it, by turns."""

from __future__ import annotations

import time
from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.listing.processes import cpu_of

if TYPE_CHECKING:
    import httpx2

    from tests.bench.listing.processes import Api

IN_VIEW = 100
MAX_SLOWER, MAX_CPU = 1.2, 1.3
_ROUNDS = 60
_PREPARED = 5  # rounds in which things are imported and prepared once

# Who asks, where the album's ids are, and where the addresses of some of them.
Way = tuple["httpx2.Client", str, str]


def compare_first_pages(api: Api, name: str, *, owner: httpx2.Client, album: str, way: Way) -> bool:
    """Look at the first page as owner and in another way, in turn; print both.

    Args:
        api: whose CPU is counted.
        name: of whoever looks in the other way.
        owner: their client.
        album: its id.
        way: the other way.

    Returns:
        Whether the other way takes at most 1.2 times the time, and 1.3 times the CPU.
    """
    ways: dict[str, Way] = {
        "owner": (owner, f"/api/albums/{album}/images", "/api/timeline/addresses"),
        name: way,
    }
    waits: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    for number in range(_ROUNDS + _PREPARED):
        for each, asked in ways.items():
            before, start = cpu_of(api.pid), time.perf_counter()
            found = first_page(*asked)
            if number < _PREPARED:
                continue
            waits[each].append((time.perf_counter() - start) * 1e3)
            cpu[each].append((cpu_of(api.pid) - before) * 1e3)
            if found != IN_VIEW:
                raise RuntimeError(f"{each} was shown {found} images")
    for each in ways:
        print(f"{each:8} p50 {median(waits[each]):6.1f} ms   CPU {median(cpu[each]):5.1f} ms")
    slower = median(waits[name]) / median(waits["owner"])
    more = median(cpu[name]) / median(cpu["owner"])
    print(f"{name}: {slower:.2f} times the time, {more:.2f} times the CPU")
    return slower <= MAX_SLOWER and more <= MAX_CPU


def first_page(client: httpx2.Client, pages: str, addresses: str) -> int:
    """Ask for a first page as a browser does; return of how many images addresses came."""
    ids = client.get(pages).raise_for_status().json()["ids"][:IN_VIEW]
    found = client.get(addresses, params={"ids": ",".join(ids)}).raise_for_status().json()
    return sum(len(part["thumbnails"]) for part in found.get("parts", [found]))
