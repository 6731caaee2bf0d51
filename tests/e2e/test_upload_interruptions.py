"""When an upload is cut off: by a reload, by the network, by the person."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import Gate
from tests.e2e.page_objects import Screen
from tests.e2e.running_app import RunningProduct
from tests.support.images import jpeg

BROKEN = r"net::ERR_FAILED|net::ERR_CONNECTION_FAILED"


class BrokenLine:
    """A network that fails so many times before it works again."""

    def __init__(self, times: int) -> None:
        self._left = times

    def __call__(self, route: Route) -> None:
        if self._left > 0 and route.request.method == "PUT":
            self._left -= 1
            route.abort("connectionfailed")
        else:
            route.continue_()


@pytest.fixture
def storage(product: RunningProduct) -> str:
    return f"{product.storage}/**"


def test_a_reload_in_the_middle_loses_nothing(
    screen: Screen, storage: str, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    files = on_disk(jpeg(seed=20, name="cut off.jpg"), jpeg(seed=21, name="too.jpg"))
    gate = Gate()
    screen.page.route(storage, gate)
    screen.drop(*files)
    for file in files:
        screen.expect_phase(file.name, "Uploading")
    # The page asks whether one really wants to leave; the witness answers yes.
    screen.page.reload()
    screen.page.unroute_all()

    notice = screen.page.get_by_role("region", name="Unfinished uploads")
    expect(notice.get_by_role("heading")).to_have_text("2 pictures were not finished")
    expect(notice).to_contain_text("cut off.jpg and too.jpg")
    expect(screen.tiles).to_have_count(0)

    with screen.page.expect_file_chooser() as chooser:
        notice.get_by_role("button", name="Choose again").click()
    chooser.value.set_files(files[0])
    screen.expect_added("cut off.jpg")
    screen.drop(files[1])
    screen.expect_added("too.jpg")
    expect(notice).to_have_count(0)
    screen.page.reload()
    screen.expect_thumbnail("cut off.jpg")
    screen.expect_thumbnail("too.jpg")
    expect(screen.tiles).to_have_count(2)
    expect(notice).to_have_count(0)
    assert screen.call("GET", "/api/account")["pictures"] == 2


def test_a_connection_that_breaks_twice_is_tried_again(
    screen: Screen, storage: str, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    screen.witness.forgive(BROKEN)
    screen.page.route(storage, BrokenLine(2))
    screen.drop(*on_disk(jpeg(seed=22, name="patient.jpg")))
    screen.expect_phase("patient.jpg", "Connection lost, trying again soon")
    screen.expect_added("patient.jpg")
    screen.expect_thumbnail("patient.jpg")


def test_a_connection_that_stays_broken_is_said_and_can_be_tried_again(
    screen: Screen, storage: str, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    screen.witness.forgive(BROKEN)
    screen.page.route(storage, BrokenLine(1000))
    screen.drop(*on_disk(jpeg(seed=23, name="unlucky.jpg")))
    screen.expect_phase("unlucky.jpg", "The connection was lost")
    expect(screen.panel.get_by_role("heading")).to_have_text("1 picture not uploaded")
    screen.page.unroute_all()
    screen.row("unlucky.jpg").get_by_role("button", name="Try unlucky.jpg again").click()
    screen.expect_added("unlucky.jpg")
    screen.expect_thumbnail("unlucky.jpg")


def test_waiting_for_the_network(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    screen.drop(*on_disk(jpeg(seed=24, name="before.jpg")))
    screen.expect_added("before.jpg")
    screen.witness.forgive(r"net::ERR_INTERNET_DISCONNECTED")
    screen.context.set_offline(True)
    expect(screen.page.get_by_text("You are offline")).to_be_visible()
    screen.drop_made(jpeg(seed=27, name="offline.jpg"))
    screen.expect_phase("offline.jpg", "No connection. It continues")
    screen.context.set_offline(False)
    screen.expect_added("offline.jpg")
    screen.expect_thumbnail("offline.jpg")


def test_cancelling_leaves_nothing(
    screen: Screen, storage: str, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    gate = Gate()
    screen.page.route(storage, gate)
    screen.drop(*on_disk(jpeg(seed=25, name="kept.jpg"), jpeg(seed=26, name="unwanted.jpg")))
    screen.expect_phase("unwanted.jpg", "Uploading")
    screen.expect_phase("kept.jpg", "Uploading")
    with screen.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        screen.row("unwanted.jpg").get_by_role("button", name="Cancel unwanted.jpg").click()
    assert deleted.value.status == 204
    screen.expect_phase("unwanted.jpg", "Cancelled")
    gate.open()
    screen.expect_added("kept.jpg")
    expect(screen.tiles).to_have_count(1)
    screen.page.reload()
    screen.expect_thumbnail("kept.jpg")
    expect(screen.tiles).to_have_count(1)
    screen.go_to("Recently deleted")
    expect(screen.page.get_by_text("No deleted pictures")).to_be_visible()
    assert screen.call("GET", "/api/account")["pictures"] == 1
