"""What guests send is half of no Live Photo: the owner's videos stay the owner's (THREATS 1)."""

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.media.live_samples import movie, still
from tests.support.albums import ids_in, make_album
from tests.support.guests import collect, decide, in_a_week, outcomes, send, sent
from tests.support.images import Picture
from tests.support.live_photos import a_still, a_video, all_are_looked_at
from tests.support.shares import share, visit
from tests.support.users import Person


@pytest.fixture
def album(ada: Person) -> str:
    return make_album(ada)


@pytest.mark.parametrize("review", [False, True])
@pytest.mark.parametrize("is_video_first", [False, True])
@pytest.mark.parametrize("has_identifier", [False, True])
def test_a_guests_still_takes_no_video_of_the_owners(
    ada: Person,
    album: str,
    visitor: httpx2.Client,
    database: Engine,
    *,
    review: bool,
    is_video_first: bool,
    has_identifier: bool,
) -> None:
    link = share(
        ada,
        album_id=album,
        expires_at=in_a_week(),
        allow_downloads=True,
        collect={"review": review},
    )
    header = visit(visitor, link)
    theirs = a_still() if has_identifier else a_still(still(None))
    if is_video_first:
        (video,) = ada.upload(a_video())
        until(lambda: ada.settled(video))
    send(visitor, header, theirs)
    stage = "waiting" if review else "accepted"
    (known,) = until(lambda: sent(ada, stage))
    image = known["image"]["id"]
    until(lambda: ada.settled(image))
    if review:
        decide(ada, "accept", known["id"])
    if not is_video_first:
        (video,) = ada.upload(a_video())
        until(lambda: ada.settled(video))
    until(lambda: all_are_looked_at(database, ada))
    assert ada.detail(video)["state"] == "ready"
    assert set(ada.timeline()) == {image, video}
    seen = visitor.get(f"/api/shared/images/{image}", headers=header).json()
    assert seen["motion_url"] is None
    decide(ada, "decline", known["id"])
    assert ada.timeline() == [video]
    decide(ada, "accept", known["id"])
    until(lambda: all_are_looked_at(database, ada))
    assert set(ada.timeline()) == {image, video}


def test_a_video_that_was_joined_with_a_guests_still_is_left(
    ada: Person, album: str, visitor: httpx2.Client, database: Engine
) -> None:
    header = visit(visitor, collect(ada, album, review=False))
    send(visitor, header, a_still())
    (known,) = until(lambda: sent(ada, "accepted"))
    image = known["image"]["id"]
    until(lambda: ada.settled(image))
    (video,) = ada.upload(a_video())
    until(lambda: ada.settled(video))
    until(lambda: all_are_looked_at(database, ada))
    with database.begin() as rows:  # as it could be made before
        joins = "UPDATE images SET moving_part_id = :video WHERE id = :image"
        rows.execute(text(joins), {"video": video, "image": image})
        hides = "UPDATE images SET state = 'joined' WHERE id = :video"
        rows.execute(text(hides), {"video": video})
    decide(ada, "decline", known["id"])
    assert ada.timeline() == [video]
    assert ada.detail(video)["deleted_at"] is None


def test_a_guest_sends_no_video_as_a_picture(
    ada: Person, album: str, visitor: httpx2.Client, database: Engine
) -> None:
    (image,) = ada.upload(a_still())
    until(lambda: ada.settled(image))
    header = visit(visitor, collect(ada, album, review=False))
    hidden = Picture(name="IMG_1234.jpg", content_type="image/jpeg", content=movie())
    (known_as,) = send(visitor, header, hidden)
    until(lambda: outcomes(visitor, header, known_as) == ["refused"])
    until(lambda: all_are_looked_at(database, ada))
    assert ada.timeline() == [image]
    assert ids_in(ada, album) in ([], [known_as])  # where nothing of it is shown
    assert ada.detail(image)["has_motion"] is False
    # The owner's own video of these bytes is taken in.
    (video,) = ada.upload(a_video())
    assert until(lambda: ada.settled(video))["state"] in {"ready", "joined"}
