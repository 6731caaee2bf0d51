"""What is told inside reaches who listens, and nobody else has to be there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.observability import metrics
from app.observability.metrics import Counted, Timed, count, count_undecodable, listen, step, timed


class Heard:
    def __init__(self) -> None:
        self.said: list[tuple[str, float] | str] = []

    def count(self, name: Counted, number: int) -> None:
        self.said.append((name, number))

    def took(self, name: Timed, seconds: float) -> None:
        assert seconds >= 0
        self.said.append(name)

    def undecodable(self, error: str) -> None:
        self.said.append(f"undecodable: {error}")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.said.append(f"{name} begins")
        try:
            yield
        finally:
            self.said.append(f"{name} ends")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    monkeypatch.setattr(metrics, "_listeners", [])
    listener = Heard()
    listen(listener)
    return listener


def test_nobody_has_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_listeners", [])
    count("PicturesReady")
    with step("fetch"), timed("PictureSeconds"):
        pass


def test_who_listens_hears(heard: Heard) -> None:
    count("UploadsPromised", 3)
    count("UploadsPromised", 0)
    with step("fetch"), timed("PictureSeconds"):
        pass
    assert heard.said == [
        ("UploadsPromised", 3),
        "fetch begins",
        "PictureSeconds",
        "fetch ends",
    ]


def test_what_failed_has_no_time(heard: Heard) -> None:
    with pytest.raises(ValueError, match="bad"), step("decode"), timed("PictureSeconds"):
        raise ValueError("bad")
    assert heard.said == ["decode begins", "decode ends"]


def test_undecodable_pictures_are_counted_by_exceptions_that_there_are(heard: Heard) -> None:
    count_undecodable("LookupError")
    count_undecodable("MadeUpByATakenChild")
    count_undecodable("out_of_memory")
    assert heard.said == [
        "undecodable: LookupError",
        "undecodable: other",
        "undecodable: out_of_memory",
    ]
