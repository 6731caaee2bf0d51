"""Big files in a browser: they go in parts, and what storage has of them is never sent again."""

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256, shake_256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Request, Response, Route, expect

from tests.e2e.page_objects import PATIENCE_MS, Screen
from tests.e2e.running_app import RunningProduct, running_product
from tests.support.images import Picture, jpeg

MB = 1024 * 1024
PART = 8 * MB
OFFLINE = r"net::ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION_FAILED)"


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Where the product of these tests keeps everything."""
    with tempfile.TemporaryDirectory(prefix="pinhole-e2e-big-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def product(data: Path) -> Iterator[RunningProduct]:
    """A product that takes files of such a size."""
    with running_product(data, {"MAX_UPLOAD_BYTES": str(64 * MB)}) as running:
        yield running


@dataclass
class Parts:
    """The parts on their way to storage: notes them, and lets so many through."""

    # None: as many as come.
    passing: int | None = None
    sent: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)
    _waiting: list[Route] = field(default_factory=list)

    def watch(self, context: BrowserContext, storage: str) -> None:
        context.on("response", self._on_response)
        context.route(f"{storage}/**", self._on_route)

    def let_through(self, count: int | None = None) -> None:
        """Open the way again, for those that wait and those that come."""
        self.passing = count
        waiting, self._waiting = self._waiting, []
        for route in waiting:
            self._on_route(route)

    def break_off(self) -> None:
        """Break the lines of all that wait."""
        waiting, self._waiting = self._waiting, []
        for route in waiting:
            route.abort("connectionfailed")

    def _on_route(self, route: Route) -> None:
        number = _part_number(route.request)
        if number is not None and self.passing == 0:
            self._waiting.append(route)
            return
        if number is not None:
            self.sent.append(number)
            self.passing = None if self.passing is None else self.passing - 1
        route.continue_()

    def _on_response(self, response: Response) -> None:
        number = _part_number(response.request)
        if number is not None and response.ok:
            self.stored.append(number)


def _part_number(request: Request) -> int | None:
    numbers = parse_qs(urlsplit(request.url).query).get("partNumber", [])
    return int(numbers[0]) if request.method == "PUT" and numbers else None


@pytest.fixture
def parts(screen: Screen, product: RunningProduct) -> Parts:
    """What goes between this page and storage."""
    parts = Parts()
    parts.watch(screen.context, product.storage)
    return parts


def wall(seed: int, *, megabytes: int = 25) -> Picture:
    """A picture with much behind it: small to decode, big to send."""
    small = jpeg(seed=seed, name="wall.jpg")
    noise = shake_256(b"%d" % seed).digest(megabytes * MB - len(small.content))
    return Picture(name="wall.jpg", content_type="image/jpeg", content=small.content + noise)


def expect_added(screen: Screen) -> None:
    """Wait for what takes longer than with a small file: all of it is hashed here and there."""
    expect(screen.row("wall.jpg")).to_contain_text("Added", timeout=3 * PATIENCE_MS)


def expect_whole(screen: Screen, picture: Picture) -> None:
    """The library has this one picture, byte for byte."""
    (listed,) = screen.call("GET", "/api/images")["images"]
    details = screen.call("GET", f"/api/images/{listed['id']}")
    assert details["state"] == "ready"
    assert details["sha256"] == sha256(picture.content).hexdigest()
    assert details["receipt"]["by"] == "worker"
    original = screen.call("GET", f"/api/images/{listed['id']}/original")["url"]
    served = screen.context.request.get(original).body()
    assert sha256(served).hexdigest() == details["sha256"]
    assert screen.call("GET", "/api/account")["bytes"] == len(picture.content)


def wait_for_stored(screen: Screen, parts: Parts, count: int) -> None:
    """Wait until storage has said yes to so many."""
    while len(parts.stored) < count:
        screen.page.wait_for_event("response", timeout=PATIENCE_MS)


def test_a_big_file_goes_in_parts(
    screen: Screen, parts: Parts, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    picture = wall(1)
    answered = re.compile("/complete$")
    with screen.page.expect_response(answered, timeout=3 * PATIENCE_MS) as completed:
        screen.choose(*on_disk(picture))
        expect_added(screen)
    assert completed.value.status == 202
    assert sorted(parts.sent) == [1, 2, 3, 4]
    screen.expect_thumbnail("wall.jpg")
    expect_whole(screen, picture)


def test_a_lost_network_costs_no_part_that_was_stored(
    screen: Screen, parts: Parts, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    screen.witness.forgive(OFFLINE)
    picture = wall(2)
    parts.passing = 2
    screen.choose(*on_disk(picture))
    wait_for_stored(screen, parts, 2)
    screen.expect_phase("wall.jpg", "Uploading 64 %")
    screen.context.set_offline(True)
    parts.break_off()
    screen.expect_phase("wall.jpg", "No connection. It continues")

    there = set(parts.stored)
    screen.context.set_offline(False)
    parts.let_through()
    expect_added(screen)
    assert len(there) == 2
    assert sorted(parts.sent) == [1, 2, 3, 4]
    expect_whole(screen, picture)


def test_a_part_that_breaks_off_is_sent_again_alone(
    screen: Screen, parts: Parts, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    screen.witness.forgive(OFFLINE)
    picture = wall(3)
    parts.passing = 3
    screen.choose(*on_disk(picture))
    wait_for_stored(screen, parts, 3)
    parts.break_off()
    screen.expect_phase("wall.jpg", "Connection lost, trying again soon")
    parts.let_through()
    expect_added(screen)
    assert sorted(parts.sent) == [1, 2, 3, 4]
    expect_whole(screen, picture)


def test_after_a_reload_only_the_missing_parts_are_sent(
    screen: Screen, parts: Parts, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    picture = wall(4)
    (file,) = on_disk(picture)
    parts.passing = 2
    screen.choose(file)
    wait_for_stored(screen, parts, 2)
    screen.page.reload()
    parts.break_off()

    notice = screen.page.get_by_role("region", name="Unfinished uploads")
    expect(notice).to_contain_text("of large files only the missing parts are sent")
    with screen.page.expect_file_chooser() as chooser:
        notice.get_by_role("button", name="Choose again").click()
    chooser.value.set_files(file)
    screen.expect_phase("wall.jpg", "; 64 % was there already")
    parts.let_through()
    expect_added(screen)
    assert sorted(parts.sent) == [1, 2, 3, 4]
    expect(notice).to_have_count(0)
    expect_whole(screen, picture)


def test_a_file_that_goes_away_meanwhile_is_no_fault_of_the_network(
    screen: Screen, parts: Parts, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    screen.witness.forgive(OFFLINE, r"net::ERR_(FILE_NOT_FOUND|UPLOAD_FILE_CHANGED)")
    (file,) = on_disk(wall(6))
    parts.passing = 1
    screen.choose(file)
    wait_for_stored(screen, parts, 1)
    file.unlink()
    parts.let_through()
    screen.expect_phase("wall.jpg", "The file could not be read.")


def test_cancelling_a_big_file_leaves_nothing(
    screen: Screen, parts: Parts, data: Path, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    picture = wall(5)
    others = _parts_on_disk(data)
    parts.passing = 2
    screen.choose(*on_disk(picture))
    wait_for_stored(screen, parts, 2)
    assert _parts_on_disk(data) > others
    with screen.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        screen.row("wall.jpg").get_by_role("button", name="Cancel wall.jpg").click()
    assert deleted.value.status == 204
    screen.expect_phase("wall.jpg", "Cancelled")

    assert _parts_on_disk(data) == others
    assert screen.call("GET", "/api/account")["bytes"] == 0
    assert [part["is_stored"] for part in _ask_again(screen, picture)] == [False] * 4
    screen.page.reload()
    expect(screen.page.get_by_role("heading", name="Drop pictures anywhere")).to_be_visible()


def _parts_on_disk(data: Path) -> set[Path]:
    return {file for file in data.rglob("*") if file.is_file() and file.stat().st_size == PART}


def _ask_again(screen: Screen, picture: Picture) -> list[dict[str, Any]]:
    """What storage has of it, as the API says."""
    content = picture.content
    pieces = [content[at : at + PART] for at in range(0, len(content), PART)]
    checksums = [sha256(piece).hexdigest() for piece in pieces]
    announced = picture.announcement() | {"parts": {"size": PART, "sha256": checksums}}
    (place,) = screen.call("POST", "/api/images", {"images": [announced]})["places"]
    parts: list[dict[str, Any]] = place["upload"]["parts"]
    return parts
