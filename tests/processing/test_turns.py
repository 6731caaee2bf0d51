"""Whose picture is next: whoever has had the least lately, however much others have waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from app.database import db
from app.images.turns import (
    ARRIVING,
    MAX_TURN,
    TURN_EACH_BATCH,
    ProcessingCharge,
    estimate,
    move_turn,
)
from app.media.sandbox.decoder_time import DecoderTime
from app.messages import PictureStored
from app.processing.in_hand import InHand
from app.processing.lease import (
    BULK_AFTER,
    Begun,
    begin_next,
    is_anybody_waiting,
    let_go,
    note_stored,
)
from app.processing.yielding import MAX_REST_SECONDS, give_way
from tests.support.library import Library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


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
    begun = [begin_next(InHand(most=count)) for _ in range(count)]
    return [(each.task.user_id, each.task.image_id) for each in begun if each]


def test_nobody_has_the_last_function(library: Library) -> None:
    """However long a person's pictures take: whoever comes finds a function that has none."""
    ada, bob = library.person(), library.person()
    waiting(library, ada, 100)

    def begin_one() -> Begun | None:
        return begin_next(InHand(most=1), max_leases=3)

    begun = [begin_one() for _ in range(4)]
    assert [each and each.task.user_id for each in begun] == [ada, ada, ada, None]
    waiting(library, bob, 2)
    another = [begin_one() for _ in range(3)]
    assert [each and each.task.user_id for each in another] == [bob, bob, None]
    assert begun[0]
    let_go(begun[0], counts=False)
    assert [each and each.task.user_id for each in (begin_one(), begin_one())] == [ada, None]
    library.value("UPDATE images SET leased_until = now() - interval '1 s' RETURNING 1")
    assert begin_one() is not None  # a worker that died holds nobody up for long


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


class Clock:
    """Time that goes by when it is told to, and in rests."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.rests = 0

    def __call__(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> bool:
        self.seconds += seconds
        self.rests += 1
        return False


def turn(library: Library, owner: UUID) -> float:
    """How many seconds ahead somebody's turn lies."""
    query = (
        "SELECT coalesce(max(extract(epoch FROM empty_at - now())), 0)::float8 FROM rate_limits"
        " WHERE key = 'turn:' || :owner"
    )
    return float(library.value(query, owner=str(owner)))


def begin_costly(*, seconds: Mapping[UUID, float]) -> UUID:
    """Begin with the next picture, and have its decoder take as long as its owner's do."""
    begun = begin_next(InHand(most=1))
    assert begun is not None
    owner, clock = begun.task.user_id, Clock()
    decoder_time = DecoderTime(clock=clock)
    bill = ProcessingCharge(owner, byte_size=begun.size, decoder_time=decoder_time)
    with decoder_time.using():
        clock.seconds = seconds[owner]
    bill.close()
    return owner


def test_who_used_the_decoders_for_a_minute_waits_for_as_many_seconds_of_others(
    library: Library,
) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    waiting(library, bob, 400)
    seconds = {ada: 60.0, bob: 0.6}
    begun = [begin_costly(seconds=seconds) for _ in range(202)]
    assert begun.count(ada) in {2, 3}


def test_costly_pictures_have_no_more_than_their_share_when_both_are_far_ahead(
    library: Library,
) -> None:
    """Whoever always has something waiting is near the hour, and there the cost must still tell."""
    ada, bob = library.person(), library.person()
    waiting(library, ada, 100)
    waiting(library, bob, 900)
    for owner in (ada, bob):
        move_turn(owner, by=5 * MAX_TURN)
        db.session.commit()
    seconds = {ada: 60.0, bob: 0.6}
    begun = [begin_costly(seconds=seconds) for _ in range(303)]
    assert begun.count(ada) <= 5


def test_turn_lies_an_hour_ahead_at_most_and_small_charges_add_up_to_a_large_one(
    library: Library,
) -> None:
    ada, bob = library.person(), library.person()
    for _ in range(60):
        move_turn(ada, by=timedelta(minutes=1))
    move_turn(bob, by=timedelta(hours=1))
    db.session.commit()
    of_ada, of_bob = turn(library, ada), turn(library, bob)
    assert of_ada == pytest.approx(of_bob, abs=5)
    assert 0.6 * 3600 < of_bob < 0.65 * 3600  # 1 - 1/e of the hour
    for _ in range(20):
        move_turn(ada, by=timedelta(days=1))
    db.session.commit()
    assert 3500 < turn(library, ada) <= 3600


def test_estimate_that_begins_a_picture_is_the_one_that_its_bill_begins_with(
    library: Library,
) -> None:
    ada = library.person()
    waiting(library, ada, 1)
    begin(1)
    assert turn(library, ada) == pytest.approx(estimate(1_000_000).total_seconds(), abs=0.5)


def test_cheap_picture_is_charged_the_estimate_only(library: Library) -> None:
    ada = library.person()
    waiting(library, ada, 1)
    begin_costly(seconds={ada: 0.2})
    assert turn(library, ada) <= 6


def test_one_person_has_no_more_in_hand_than_leaves_threads_for_others(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_hand = InHand(most=3)
    assert owners(*[begin_next(in_hand) for _ in range(4)]) == [ada, ada, ada, None]
    waiting(library, bob, 1)
    assert owners(begin_next(in_hand), begin_next(in_hand)) == [bob, None]
    in_hand.give_back(ada, is_bulk=False)
    assert owners(begin_next(in_hand), begin_next(in_hand)) == [ada, None]


def test_who_asks_for_places_and_sends_nothing_holds_a_bulk_upload_up_for_minutes_only(
    library: Library,
) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    arriving(library, bob)
    limit = InHand(most=3)
    assert owners(begin_next(limit), begin_next(limit)) == [ada, None]
    for _ in range(BULK_AFTER // TURN_EACH_BATCH + 3):
        move_turn(bob, by=TURN_EACH_BATCH)
    db.session.commit()
    assert owners(begin_next(limit)) == [ada]


def test_who_asks_for_places_every_ten_seconds_and_sends_nothing_is_in_bulk_too(
    library: Library,
) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    arriving(library, bob)
    limit = InHand(most=3)
    assert owners(begin_next(limit), begin_next(limit)) == [ada, None]
    later = text(
        "UPDATE rate_limits SET empty_at = empty_at - interval '10 seconds' WHERE key = :key"
    )
    for _ in range(60):
        move_turn(bob, by=TURN_EACH_BATCH)
        db.session.execute(later, {"key": f"turn:{bob}"})
        db.session.commit()
    assert owners(begin_next(limit)) == [ada]


def test_looking_for_what_never_arrives_is_charged_to_who_was_promised_it(
    library: Library,
) -> None:
    ada, bob = library.person(), library.person()
    arriving(library, ada, promised_ago=timedelta(minutes=1))
    cancelled = (
        "INSERT INTO cancelled_uploads (image_id, owner_id, cancelled_at, look_at)"
        " SELECT gen_random_uuid(), :owner, now(), now() - interval '1 minute' RETURNING 1"
    )
    library.value(cancelled, owner=bob)
    assert turn(library, ada) == turn(library, bob) == 0
    library.worker_context.sweep()
    assert turn(library, ada) > 0
    assert turn(library, bob) > 0


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
    limit = InHand(most=3)
    assert owners(*[begin_next(limit) for _ in range(4)]) == [ada, ada, ada, None]
    limit.give_back(ada, is_bulk=True)
    assert owners(begin_next(limit), begin_next(limit)) == [ada, None]


def test_bulk_upload_beside_few_arriving_is_begun_one_at_a_time(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    arriving(library, bob)
    limit = InHand(most=3)
    assert owners(begin_next(limit), begin_next(limit)) == [ada, None]
    limit.give_back(ada, is_bulk=True)
    assert owners(begin_next(limit), begin_next(limit)) == [ada, None]


def test_promise_that_nobody_keeps_holds_no_bulk_upload_up(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    arriving(library, bob, promised_ago=2 * ARRIVING)
    limit = InHand(most=3)
    assert owners(begin_next(limit), begin_next(limit)) == [ada, ada]


def test_few_pictures_are_begun_whatever_a_bulk_upload_has_in_hand(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 10)
    in_bulk(library, ada)
    limit = InHand(most=5)
    begun = [begin_next(limit) for _ in range(5)]
    assert all(each and each.is_bulk for each in begun)
    waiting(library, bob, 5)
    few = [begin_next(limit) for _ in range(6)]
    assert owners(*few) == [bob] * 5 + [None]
    assert not any(each and each.is_bulk for each in few)


def test_place_of_a_bulk_upload_is_kept_by_nothing_that_was_not_begun(library: Library) -> None:
    ada = library.person()
    (picture,) = waiting(library, ada, 1)
    in_bulk(library, ada)
    limit = InHand(most=1)
    begun = begin_next(limit)
    assert begun is not None
    assert begun.task.image_id == picture
    limit.give_back(ada, is_bulk=True)
    assert begin_next(limit) is None  # it is in hand
    let_go(begun, counts=True)
    assert owners(begin_next(limit)) == [ada]


def test_bulk_upload_beside_few_without_an_end_goes_on(library: Library) -> None:
    """Whoever always has something waiting uploads in bulk soon, and then they alternate."""
    ada, bob = library.person(), library.person()
    waiting(library, ada, 500)
    in_bulk(library, ada)
    waiting(library, bob, 500)
    limit = InHand(most=3)
    begun: list[UUID] = []
    for _ in range(300):
        one = begin_next(limit)
        assert one is not None
        begun.append(one.task.user_id)
        limit.give_back(one.task.user_id, is_bulk=one.is_bulk)
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


def test_rest_is_at_most_three_times_the_work_however_long_others_wait(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, bob, 1)
    clock = Clock()
    rested = give_way(ada, 2.0, pause=clock.pause, clock=lambda: clock.seconds)
    assert rested == clock.seconds == pytest.approx(6.0)


def test_rest_is_short_however_long_the_work_took(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, bob, 1)
    clock = Clock()
    rested = give_way(ada, 100.0, pause=clock.pause, clock=lambda: clock.seconds)
    assert rested == pytest.approx(MAX_REST_SECONDS)


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
    assert begin_next(InHand(most=1)) is None


def test_what_rests_holds_nobody_up(library: Library) -> None:
    ada = library.person()
    first, second = waiting(library, ada, 2)
    begun = begin_next(InHand(most=1))
    assert begun is not None
    assert begun.task.image_id == first
    let_go(begun, counts=True, rest=timedelta(minutes=1))
    assert begin(2) == [(ada, second)]


def test_an_event_of_somebody_elses_picture_changes_nothing(library: Library) -> None:
    ada, bob = library.person(), library.person()
    place = library.add(ada)
    library.value("UPDATE images SET state = 'uploading' RETURNING 1")
    forged = PictureStored(user_id=bob, image_id=place.image_id)
    assert note_stored(forged.user_id, [forged]) == [forged]
    assert library.state(place) == "uploading"
    assert note_stored(ada, [PictureStored(user_id=ada, image_id=place.image_id)]) == []
    assert library.state(place) == "processing"
