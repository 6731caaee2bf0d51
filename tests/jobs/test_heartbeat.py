"""What is at work says so every few seconds, and nothing keeps it from doing so."""

import threading

from app.jobs.heartbeat import Heartbeat


def test_it_beats_while_the_block_runs_and_not_after() -> None:
    heartbeat = Heartbeat(every_seconds=0.01)
    beaten = threading.Semaphore(0)
    with heartbeat.during(beaten.release):
        assert all(beaten.acquire(timeout=30) for _ in range(3))
    with heartbeat.during(lambda: None):
        pass
    other = threading.Semaphore(0)
    with heartbeat.during(other.release):
        while beaten.acquire(blocking=False):
            pass  # one may have been under way
        assert all(other.acquire(timeout=30) for _ in range(5))
        assert not beaten.acquire(blocking=False)


def test_one_that_fails_does_not_silence_the_others() -> None:
    heartbeat = Heartbeat(every_seconds=0.01)
    tried, beaten = threading.Semaphore(0), threading.Semaphore(0)

    def fail() -> None:
        tried.release()
        raise ConnectionError

    with heartbeat.during(fail), heartbeat.during(beaten.release):
        assert all(tried.acquire(timeout=30) and beaten.acquire(timeout=30) for _ in range(3))


def test_what_is_done_at_once_costs_no_beat() -> None:
    heartbeat = Heartbeat(every_seconds=3600)
    beaten: list[None] = []
    for _ in range(100):
        with heartbeat.during(lambda: beaten.append(None)):
            pass
    assert beaten == []
