"""Whose picture is next: whoever has had the least lately, however much others have waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.images.giving_way import give_way
from app.images.lease import (
    ARRIVING,
    BULK_AFTER,
    Begun,
    BulkLimit,
    begin_next,
    is_anybody_waiting,
    let_go,
    note_stored,
)
from app.tasks import PictureStored
from tests.conftest import running_stack
from tests.images.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


@pytest.fixture(scope="module")
def shared() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library, library.assembly.app.app_context():
        yield library


@pytest.fixture
def library(shared: Library) -> Library:
    """A library in which nothing waits and nobody has had anything."""
    shared.value("DELETE FROM images; DELETE FROM rate_limits; SELECT 1")
    return shared


def waiting(library: Library, owner: UUID, count: int) -> list[UUID]:
    """Pictures that have arrived, the first of them first."""
    query = (
        "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
        " created_at, stored_at, has_preview, attempts, timeline_at, description_state)"
        " SELECT gen_random_uuid(), :owner, 'a.jpg', 1000000,"
        " sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'image/jpeg', 'processing', now(),"
        " clock_timestamp() + n * interval '1 ms', false, 0, now(), 'none'"
        " FROM generate_series(1, :count) AS n RETURNING 1"
    )
    library.value(query, owner=owner, count=count)
    array = "SELECT array_agg(id ORDER BY stored_at) FROM images WHERE owner_id = :owner"
    return list(library.value(array, owner=owner))


def begin(count: int) -> list[tuple[UUID, UUID]]:
    """Begin with so many pictures, one after the other; whose, and which."""
    begun = [begin_next(BulkLimit(alone=count)) for _ in range(count)]
    return [(each.task.user_id, each.task.image_id) for each in begun if each]


def test_ten_pictures_do_not_wait_for_thousands_of_another(library: Library) -> None:
    ada, bob = library.person(), library.person()
    thousands = waiting(library, ada, 3000)
    assert begin(20) == [(ada, each) for each in thousands[:20]]
    ten = waiting(library, bob, 10)
    assert begin(10) == [(bob, each) for each in ten]
    assert begin(2) == [(ada, each) for each in thousands[20:22]]


def test_two_who_upload_without_an_end_alternate(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 1000)
    begin(800)
    waiting(library, bob, 1000)
    begin(800)  # an hour's worth: the most that anybody is behind
    begun = [owner for owner, _ in begin(40)]
    assert 15 <= begun.count(ada) <= 25


def in_bulk(library: Library, owner: UUID) -> None:
    """Let somebody have had so much lately that they upload in bulk."""
    query = (
        "INSERT INTO rate_limits (key, empty_at) VALUES ('turn:' || :owner, now() + :ahead)"
        " RETURNING 1"
    )
    library.value(query, owner=str(owner), ahead=2 * BULK_AFTER)


def arriving(library: Library, owner: UUID, *, promised_ago: timedelta = timedelta()) -> None:
    """A picture that is promised and not yet here."""
    place = library.add(owner)
    query = "UPDATE images SET state = 'uploading', created_at = now() - :ago WHERE id = :id"
    library.value(f"{query} RETURNING 1", id=place.image_id, ago=promised_ago)


def owners(*begun: Begun | None) -> list[UUID | None]:
    return [each.task.user_id if each else None for each in begun]


def test_bulk_upload_alone_is_begun_up_to_the_wide_limit(library: Library) -> None:
    ada = library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    limit = BulkLimit(alone=3)
    assert owners(*[begin_next(limit) for _ in range(4)]) == [ada, ada, ada, None]
    limit.give_back()
    assert owners(begin_next(limit), begin_next(limit)) == [ada, None]


def test_bulk_upload_beside_few_arriving_is_begun_one_at_a_time(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    arriving(library, bob)
    limit = BulkLimit(alone=3)
    assert owners(begin_next(limit), begin_next(limit)) == [ada, None]
    limit.give_back()
    assert owners(begin_next(limit), begin_next(limit)) == [ada, None]


def test_promise_that_nobody_keeps_holds_no_bulk_upload_up(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    arriving(library, bob, promised_ago=2 * ARRIVING)
    limit = BulkLimit(alone=3)
    assert owners(begin_next(limit), begin_next(limit)) == [ada, ada]


def test_few_pictures_are_begun_whatever_a_bulk_upload_has_in_hand(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    limit = BulkLimit(alone=3)
    begun = [begin_next(limit) for _ in range(3)]
    assert all(each and each.is_bulk for each in begun)
    waiting(library, bob, 5)
    few = [begin_next(limit) for _ in range(6)]
    assert owners(*few) == [bob] * 5 + [None]
    assert not any(each and each.is_bulk for each in few)


def test_place_of_a_bulk_upload_is_kept_by_nothing_that_was_not_begun(library: Library) -> None:
    ada = library.person()
    (picture,) = waiting(library, ada, 1)
    in_bulk(library, ada)
    limit = BulkLimit(alone=1)
    assert owners(begin_next(limit)) == [ada]
    limit.give_back()
    assert begin_next(limit) is None  # it is in hand
    let_go(picture, counts=True)
    assert owners(begin_next(limit)) == [ada]


def test_bulk_upload_beside_few_without_an_end_goes_on(library: Library) -> None:
    """Whoever always has something waiting uploads in bulk soon, and then they alternate."""
    ada, bob = library.person(), library.person()
    waiting(library, ada, 500)
    in_bulk(library, ada)
    waiting(library, bob, 500)
    limit = BulkLimit(alone=3)
    begun: list[UUID] = []
    for _ in range(300):
        one = begin_next(limit)
        assert one is not None
        begun.append(one.task.user_id)
        if one.is_bulk:
            limit.give_back()
    assert begun[:40] == [bob] * 40
    assert 60 <= begun[100:].count(ada) <= 140


def test_long_work_rests_for_others_few_pictures_only(library: Library) -> None:
    ada, bob, eve = library.person(), library.person(), library.person()
    assert not is_anybody_waiting(but=ada)
    waiting(library, eve, 5)
    in_bulk(library, eve)
    arriving(library, ada)
    arriving(library, bob, promised_ago=2 * ARRIVING)
    assert not is_anybody_waiting(but=ada)
    assert is_anybody_waiting(but=bob)
    waiting(library, bob, 1)
    assert is_anybody_waiting(but=ada)


class Clock:
    """Time that goes by in rests only."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.rests = 0

    def pause(self, seconds: float) -> bool:
        self.seconds += seconds
        self.rests += 1
        return False


def test_rest_is_at_most_three_times_the_work_however_long_others_wait(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, bob, 1)
    clock = Clock()
    rested = give_way(ada, 2.0, pause=clock.pause, clock=lambda: clock.seconds)
    assert rested == clock.seconds == pytest.approx(6.0)


def test_rest_ends_when_nobody_waits_any_more(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, bob, 1)
    clock = Clock()

    def pause(seconds: float) -> bool:
        if clock.rests == 4:
            begin(1)
            library.value("UPDATE images SET state = 'ready', leased_until = NULL RETURNING 1")
        return clock.pause(seconds)

    give_way(ada, 100.0, pause=pause, clock=lambda: clock.seconds)
    assert clock.rests == 5


def test_rest_ends_when_the_worker_stops(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, bob, 1)
    clock = Clock()
    give_way(ada, 100.0, pause=lambda s: clock.pause(s) or True, clock=lambda: clock.seconds)
    assert clock.rests == 1


def test_nobody_rests_for_their_own_pictures(library: Library) -> None:
    ada = library.person()
    waiting(library, ada, 5)
    clock = Clock()
    assert give_way(ada, 1.0, pause=clock.pause, clock=lambda: clock.seconds) == 0


def test_whoever_waits_alone_is_not_held_up(library: Library) -> None:
    ada = library.person()
    pictures = waiting(library, ada, 50)
    assert [image for _, image in begin(50)] == pictures
    assert begin_next(BulkLimit(alone=1)) is None


def test_what_rests_holds_nobody_up(library: Library) -> None:
    ada = library.person()
    first, second = waiting(library, ada, 2)
    assert begin(1) == [(ada, first)]
    let_go(first, counts=True, rest=timedelta(minutes=1))
    assert begin(2) == [(ada, second)]


def test_an_event_of_somebody_elses_picture_changes_nothing(library: Library) -> None:
    ada, bob = library.person(), library.person()
    place = library.add(ada)
    library.value("UPDATE images SET state = 'uploading' RETURNING 1")
    forged = PictureStored(user_id=bob, image_id=place.image_id)
    assert note_stored([forged]) == [forged]
    assert library.state(place) == "uploading"
    assert note_stored([PictureStored(user_id=ada, image_id=place.image_id)]) == []
    assert library.state(place) == "processing"
