"""Live Photos: the video of a still is kept beside it, in no list of its own, and plays."""

import io
import zipfile
from hashlib import sha256

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.media.live_samples import CANARY, IDENTIFIER, movie, one_frame, still
from tests.support.albums import add_to, ids_in, make_album
from tests.support.images import Picture
from tests.support.live_photos import a_still, a_video, all_are_looked_at
from tests.support.members import bring_in, let
from tests.support.shares import share, visit
from tests.support.users import Json, Person

OTHER = "00000000-2B0E-4A5C-9D2B-4A4D4CDB9F01"


def uploaded(person: Person, *pictures: Picture) -> list[str]:
    """Upload one after the other, each once the one before is settled."""
    ids = []
    for picture in pictures:
        (image_id,) = person.upload(picture)
        wait_for(person, image_id)
        ids.append(image_id)
    return ids


def wait_for(person: Person, image_id: str) -> None:
    until(lambda: person.settled(image_id))


def joined(person: Person, image: str, video: str) -> Json:
    detail: Json = until(
        lambda: (d := person.detail(image))["moving_part_id"] == video and d,
    )
    assert person.detail(video)["state"] == "joined"
    return detail


@pytest.mark.parametrize("is_video_first", [False, True])
def test_still_and_video_are_joined_in_whatever_order(ada: Person, is_video_first: bool) -> None:  # noqa: FBT001
    halves = [a_still(), a_video()]
    ids = uploaded(ada, *(reversed(halves) if is_video_first else halves))
    image, video = reversed(ids) if is_video_first else ids
    detail = joined(ada, image, video)
    assert (detail["has_motion"], detail["motion_milliseconds"]) == (True, 2000)
    assert detail["video_url"] is None
    # It plays, and is the file that was sent, byte for byte.
    answer = httpx2.get(detail["motion_url"])
    assert answer.content == movie()
    assert answer.headers["content-type"] == "video/mp4"
    # It is no tile, and is found by no search.
    assert ada.timeline() == [image]
    found = ada.http.get("/api/search", params={"q": "IMG_1234"}).json()["images"]
    assert [each["id"] for each in found] == [image]
    found = ada.http.get("/api/search", params={"q": "is:motion"}).json()["images"]
    assert [each["id"] for each in found] == [image]
    assert ada.http.get("/api/search", params={"q": "is:video"}).json()["images"] == []


def test_it_is_stored_and_counted_and_told_of(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    assert ada.http.get("/api/account").json()["storage"]["bytes"] == len(still()) + len(movie())
    said = ada.http.get("/api/images/changes").json()["images"]
    of_video = next(each for each in said if each["id"] == video)
    assert of_video["state"] == "joined"
    assert of_video["sha256"] == sha256(movie()).hexdigest()
    assert ada.detail(video)["receipt"]["sha256"] == sha256(movie()).hexdigest()
    signed = ada.http.get("/api/downloads/originals", params={"ids": video}).json()
    assert video in signed["originals"]


def test_uploading_both_again_adds_nothing(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    again = ada.promise(a_still(), a_video())
    assert [each["status"] for each in again] == ["exists", "exists"]
    assert ada.timeline() == [image]


@pytest.mark.parametrize(
    ("photo", "film"),
    [
        (a_still(still(None)), a_video()),
        (a_still(), a_video(movie(None))),
        (a_still(still(None)), a_video(name="img_1234_HEVC.mov")),
        (a_still(still(None, taken=b"2024:05:03 14:05:04")), a_video(movie(None))),
        # By the clock of Greenwich.
        (a_still(still(None)), a_video(movie(None, taken="2024-05-03T12:05:06Z"))),
        (
            a_still(still(None), name="PXL_20240503_120506123.MP.jpg"),
            a_video(movie(None, brand=b"mp42"), name="PXL_20240503_120506123.MP"),
        ),
    ],
)
def test_name_and_moment_join_what_lost_its_identifier(
    ada: Person, photo: Picture, film: Picture
) -> None:
    image, video = uploaded(ada, photo, film)
    joined(ada, image, video)


@pytest.mark.parametrize(
    ("photo", "film"),
    [
        (a_still(), a_video(movie(OTHER))),
        (a_still(still(None)), a_video(movie(None), name="IMG_1235.MOV")),
        (a_still(still(None)), a_video(movie(None, taken="2024-05-03T14:05:36+0200"))),
        (a_still(still(None)), a_video(movie(None, taken="2024-05-03T14:05:06Z"))),
        (a_still(still(None)), a_video(movie(None, taken=None))),
        (a_still(still(None), name="IMG_E1234.HEIC"), a_video(movie(None))),
        # A video beside the thumbnail that a camera made of it, or beside a photo of that second.
        (
            a_still(still(None), name="MVI_1234.THM"),
            a_video(movie(None, seconds=60), name="MVI_1234.MP4"),
        ),
        (a_still(), a_video(movie(None, seconds=60))),
        (a_still(still(None)), a_video(movie(seconds=60))),
        (a_still(still(None)), a_video(movie(None, seconds=0))),  # it does not say how long
    ],
)
def test_what_is_no_pair_is_a_video_of_its_own(
    ada: Person, database: Engine, photo: Picture, film: Picture
) -> None:
    image, video = uploaded(ada, photo, film)
    until(lambda: all_are_looked_at(database, ada))
    assert set(ada.timeline()) == {image, video}
    detail = ada.detail(video)
    assert (detail["state"], detail["has_motion"]) == ("ready", False)
    assert httpx2.get(detail["video_url"]).content == film.content
    assert ada.detail(image)["has_motion"] is False


def test_identifiers_join_a_video_of_any_length(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video(movie(seconds=60)))
    joined(ada, image, video)


def test_of_two_stills_one_has_the_video(ada: Person) -> None:
    stills = uploaded(ada, a_still(still(seed=1)), a_still(still(seed=2), name="IMG_1234 (1).HEIC"))
    (video,) = uploaded(ada, a_video())
    until(lambda: ada.detail(video)["state"] == "joined")
    parts = [ada.detail(each)["moving_part_id"] for each in stills]
    assert sorted(parts, key=str) == sorted([video, None], key=str)


def test_of_two_videos_one_is_joined(ada: Person) -> None:
    image, first, second = uploaded(ada, a_still(), a_video(), a_video(movie(seed=5)))
    joined(ada, image, first)
    assert ada.detail(second)["state"] == "ready"
    assert set(ada.timeline()) == {image, second}


def test_it_is_nobodys_elses(ada: Person, bob: Person) -> None:
    (image,) = uploaded(ada, a_still())
    (video,) = uploaded(bob, a_video())
    assert ada.detail(image)["moving_part_id"] is None
    assert bob.detail(video)["state"] == "ready"


def change(person: Person, action: str, *ids: str) -> httpx2.Response:
    return person.http.post("/api/images/batch", json={"action": action, "images": {"ids": ids}})


def test_it_is_deleted_restored_and_purged_with_its_still(ada: Person, database: Engine) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    change(ada, "delete", image).raise_for_status()
    assert ada.detail(video)["deleted_at"] == ada.detail(image)["deleted_at"] is not None
    assert ada.timeline(deleted="true") == [image]
    found = ada.http.get("/api/search", params={"q": "is:deleted"}).json()["images"]
    assert [each["id"] for each in found] == [image]
    change(ada, "restore", image).raise_for_status()
    assert ada.detail(video)["deleted_at"] is None
    joined(ada, image, video)
    change(ada, "delete", image).raise_for_status()
    change(ada, "delete_for_good", image).raise_for_status()
    for each in (image, video):
        assert ada.http.get(f"/api/images/{each}").status_code == 404
    with database.connect() as rows:
        gone = text("SELECT count(*) FROM purges WHERE image_id = ANY (CAST(:ids AS uuid[]))")
        left = text("SELECT count(*) FROM images WHERE id = ANY (CAST(:ids AS uuid[]))")
        assert rows.scalar(left, {"ids": [image, video]}) == 0
        assert rows.scalar(gone, {"ids": [image, video]}) in {0, 1, 2}  # the sweep may have come
    assert ada.http.get("/api/account").json()["storage"]["bytes"] == 0


def test_nothing_but_deleting_is_done_to_it_by_itself(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    for action in ("archive", "favourite", "restore", "stack"):
        assert change(ada, action, video).status_code == 404
    assert ada.http.patch(f"/api/images/{video}", json={"rating": 5}).status_code == 404
    # As who undoes an import does: without its still it is a video that is deleted.
    answer = change(ada, "delete", video).json()
    assert answer["changed"] == 1
    detail = ada.detail(image)
    assert (detail["has_motion"], detail["moving_part_id"]) == (False, None)
    assert ada.timeline(deleted="true") == [video]
    ada.http.post("/api/images/batch", json=answer["undo"]).raise_for_status()
    joined(ada, image, video)


def test_deleting_both_halves_deletes_one_photo(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    answer = change(ada, "delete", video, image).json()
    assert (answer["changed"], answer["undo"]["images"]["ids"]) == (1, [image])
    ada.http.post("/api/images/batch", json=answer["undo"]).raise_for_status()
    joined(ada, image, video)


def test_a_deleted_still_leaves_a_video_that_comes_alone(ada: Person) -> None:
    (image,) = uploaded(ada, a_still())
    change(ada, "delete", image).raise_for_status()
    (video,) = uploaded(ada, a_video())
    assert ada.timeline() == [video]
    # Both are there again, and belong together.
    change(ada, "restore", image).raise_for_status()
    joined(ada, image, video)


def test_a_video_that_is_uploaded_again_comes_back_without_its_still(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    change(ada, "delete", image).raise_for_status()
    (again,) = ada.promise(a_video())
    assert (again["restored"], again["image"]["id"]) == (True, video)
    assert ada.detail(video)["state"] == "ready"
    assert ada.timeline() == [video]
    (back,) = ada.promise(a_still())
    assert back["restored"]
    joined(ada, image, video)


def test_a_still_that_vanishes_leaves_its_video(ada: Person, database: Engine) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    with database.begin() as rows:
        rows.execute(text("DELETE FROM images WHERE id = :id"), {"id": image})
    assert ada.detail(video)["state"] == "ready"
    assert ada.timeline() == [video]


def test_a_video_that_vanishes_leaves_a_still_that_takes_another(
    ada: Person, database: Engine
) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    with database.begin() as rows:  # as the doctor forgets what is lost
        rows.execute(text("DELETE FROM images WHERE id = :id"), {"id": video})
    detail = ada.detail(image)
    assert (detail["has_motion"], detail["moving_part_id"]) == (False, None)
    assert detail["motion_milliseconds"] is None
    said = ada.http.get("/api/images/changes").json()["images"]
    assert [each["has_motion"] for each in said if each["id"] == image] == [False]
    (again,) = uploaded(ada, a_video())
    joined(ada, image, again)


def test_a_still_that_is_read_again_keeps_its_video(ada: Person, database: Engine) -> None:
    image, video = uploaded(ada, a_still(still()[:-200]), a_video())
    detail = joined(ada, image, video)
    assert detail["state"] == "damaged"
    with database.begin() as rows:
        again = "UPDATE images SET state = 'processing', stored_at = now(), attempts = 0"
        rows.execute(text(f"{again} WHERE id = :id"), {"id": image})
    until(lambda: ada.detail(image)["state"] != "processing")
    detail = joined(ada, image, video)
    assert (detail["has_motion"], detail["motion_milliseconds"]) == (True, 2000)


def test_a_copy_of_everything_has_both(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    ada.http.post("/api/account/exports").raise_for_status()
    export = until(
        lambda: (
            (found := ada.http.get("/api/account/exports").json()["exports"][0])["state"] == "ready"
            and found
        )
    )
    assert export["pictures"] == 2
    archive = zipfile.ZipFile(io.BytesIO(httpx2.get(export["parts"][0]["url"]).content))
    files = {name.rpartition("/")[2]: name for name in archive.namelist()}
    assert archive.read(files["IMG_1234.MOV"]) == movie()
    # Beside its still.
    beside = [files[name].rpartition("/")[0] for name in ("IMG_1234.MOV", "IMG_1234.HEIC")]
    assert beside[0] == beside[1]
    assert beside[0].endswith("2024/05")


def test_a_video_of_its_own(ada: Person) -> None:
    (video,) = uploaded(ada, a_video())
    detail = ada.detail(video)
    assert (detail["width"], detail["height"], detail["motion_milliseconds"]) == (64, 48, 2000)
    assert detail["taken_at"] == "2024-05-03T14:05:06+02:00"
    assert detail["location"]["latitude"] == 48.8582
    assert detail["camera"]["model"] == "iPhone 15 Pro"
    assert (detail["thumbnail_url"], detail["preview_url"]) == (None, None)
    part = httpx2.get(detail["video_url"], headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    for query in ("is:video", "videos", "IMG_1234.MOV", "-is:motion is:video"):
        found = ada.http.get("/api/search", params={"q": query}).json()["images"]
        assert [each["id"] for each in found] == [video]


def test_what_is_no_video_is_refused_in_words(ada: Person) -> None:
    (image_id,) = ada.upload(a_video(b"\0\0\0\x14ftypqt  " + bytes(8) + b"\0\0\0\x08moov"))
    refused = until(lambda: ada.settled(image_id))
    assert (refused["state"], refused["failure"]["code"]) == ("rejected", "unreadable")


@pytest.mark.parametrize("lets", [True, False])
def test_no_place_of_it_reaches_visitors_who_may_not_have_it(
    ada: Person,
    visitor: httpx2.Client,
    lets: bool,  # noqa: FBT001
) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    link = share(ada, images={"ids": [image]}, allow_downloads=True, without_metadata=not lets)
    header = visit(visitor, link)
    seen = visitor.get(f"/api/shared/images/{image}", headers=header).json()
    if lets:
        assert CANARY.encode() in httpx2.get(seen["motion_url"]).content
        # The address is for that and nothing else.
        other = seen["motion_url"].replace(video.replace("-", ""), image.replace("-", ""))
        assert httpx2.get(other).status_code == 403
    else:
        assert seen["motion_url"] is None
    # By its own id nobody is shown it.
    assert visitor.get(f"/api/shared/images/{video}", headers=header).status_code == 404
    original = visitor.get(f"/api/shared/images/{video}/original", headers=header)
    assert original.status_code == 404
    assert IDENTIFIER not in str(seen)


def test_names_that_are_not_shown_end_as_files_of_their_kind_do(
    ada: Person, visitor: httpx2.Client, bob: Person
) -> None:
    (video,) = uploaded(ada, a_video(one_frame(), name="VID_1.MOV"))
    header = visit(visitor, share(ada, images={"ids": [video]}, allow_downloads=True))
    saved = visitor.get(f"/api/shared/images/{video}/original", headers=header).json()["url"]
    assert f"picture-{video[:8]}.mov" in saved
    album = make_album(ada)
    add_to(ada, album, [video])
    bring_in(ada, album, bob)
    let(ada, album, allow_originals=True)
    original = bob.http.get(f"/api/shared-albums/{album}/images/{video}/original").json()
    assert f"picture-{video[:8]}.mov" in original["url"]


@pytest.mark.parametrize("lets", [True, False])
def test_visitors_play_a_video_where_they_may_have_it(
    ada: Person,
    visitor: httpx2.Client,
    lets: bool,  # noqa: FBT001
) -> None:
    (video,) = uploaded(ada, a_video(one_frame(), name="VID_1.MOV"))
    assert ada.detail(video)["preview_url"] is not None
    link = share(ada, images={"ids": [video]}, allow_downloads=True, without_metadata=not lets)
    header = visit(visitor, link)
    seen = visitor.get(f"/api/shared/images/{video}", headers=header).json()
    assert seen["is_video"] is True
    if lets:
        answer = httpx2.get(seen["motion_url"])
        assert (answer.content, answer.headers["content-type"]) == (one_frame(), "video/mp4")
    else:
        assert seen["motion_url"] is None


def test_members_play_a_video_where_they_may_have_it(ada: Person, bob: Person) -> None:
    (video,) = uploaded(ada, a_video(one_frame(), name="VID_1.MOV"))
    album = make_album(ada)
    add_to(ada, album, [video])
    bring_in(ada, album, bob)
    path = f"/api/shared-albums/{album}/images/{video}"
    seen = bob.http.get(path).json()
    assert (seen["is_video"], seen["motion_url"]) == (True, None)
    let(ada, album, allow_originals=True)
    assert httpx2.get(bob.http.get(path).json()["motion_url"]).content == one_frame()


def test_it_follows_its_still_to_another_day(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video())
    joined(ada, image, video)
    taken = {"at": "2019-07-14T12:00:00", "offset_minutes": None}
    ada.http.patch(f"/api/images/{image}", json={"taken": taken}).raise_for_status()
    assert ada.detail(video)["timeline_at"].startswith("2019-07-14T12:00")


def test_an_album_has_it_once(ada: Person) -> None:
    image, video = uploaded(ada, a_still(), a_video(movie(OTHER)))
    album = make_album(ada)
    add_to(ada, album, [image, video])
    (part,) = uploaded(ada, a_video(movie(seed=3)))
    add_to(ada, album, [image])
    joined(ada, image, part)
    assert set(ids_in(ada, album)) == {image, video}
    # A zip of what is selected has the moving part, too.
    zipped = ada.http.post("/api/downloads/entries", json={"images": {"ids": [image]}}).json()
    assert zipped["ids"] == [image, part]
