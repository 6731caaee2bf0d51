"""Big files in parts: what was promised is taken, and everything else is refused."""

from tests.api.conftest import until
from tests.api.in_parts import PART, big_file, complete, promise, send
from tests.people import Person


def test_a_file_comes_in_parts(ada: Person) -> None:
    big = big_file(seed=900)
    place = promise(ada, big)
    assert place["status"] == "upload"
    first, second = place["upload"]["parts"]
    assert (first["number"], first["offset"], first["size"]) == (1, 0, PART)
    assert (second["number"], second["offset"], second["size"]) == (2, PART, 100_000)
    send(place, big)
    answer = complete(ada, place)
    assert answer.status_code == 202
    assert answer.json()["state"] in {"processing", "ready"}
    settled = until(lambda: ada.settled(place["image"]["id"]))
    assert settled["state"] == "ready"
    receipt = ada.detail(place["image"]["id"])["receipt"]
    assert (receipt["sha256"], receipt["by"]) == (big.announcement()["sha256"], "worker")
