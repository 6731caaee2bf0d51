"""The demo's pictures: that they are what a camera would send, without painting all of them."""

from pathlib import Path

import pytest

from app.media.decode.decoder import render
from app.media.results import Rendered
from scripts.embedded import demo_library, demo_pictures


def made(folder: Path) -> dict[str, Rendered]:
    outcomes = {path.name: render(path.read_bytes()) for path in folder.iterdir()}
    rendered = {name: o for name, o in outcomes.items() if isinstance(o, Rendered)}
    assert rendered.keys() == outcomes.keys()
    return rendered


@pytest.fixture(scope="module")
def one_of_each_type(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first picture of each file type; the rest is only more of the same."""
    folder = tmp_path_factory.mktemp("demo")
    shots = {Path(shot[0]).suffix: shot for shot in reversed(demo_pictures.SHOTS)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(demo_pictures, "SHOTS", tuple(shots.values()))
        paths = demo_pictures.make_demo_pictures(folder)
    assert set(paths) == set(folder.iterdir())
    return folder


def test_every_type_that_is_taken_in_is_there_and_opens(one_of_each_type: Path) -> None:
    pictures = made(one_of_each_type)
    kinds = {picture.content_type.removeprefix("image/") for picture in pictures.values()}
    assert kinds == {"jpeg", "png", "gif", "webp", "avif", "heic", "tiff"}
    for name, picture in pictures.items():
        assert picture.outcome == "ready", name
        assert 600 <= max(picture.width, picture.height) <= 3000, name


def test_photographs_say_when_and_with_what_they_were_taken(one_of_each_type: Path) -> None:
    for name, picture in made(one_of_each_type).items():
        if not name.endswith((".png", ".gif")):
            assert picture.metadata.taken_at is not None, name
            assert picture.metadata.taken_offset_minutes in {60, 120}, name
            assert (picture.metadata.model or "").startswith("Pinhole Demo"), name
            assert picture.metadata.exposure_time, name
            place = (picture.metadata.latitude, picture.metadata.longitude)
            assert place == pytest.approx(demo_pictures.PLACES[name], abs=1e-5), name


def test_the_same_pictures_come_out_each_time(tmp_path: Path) -> None:
    name = "lavender.jpg"
    versions = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patched:
            shots = tuple(shot for shot in demo_pictures.SHOTS if shot[0] == name)
            patched.setattr(demo_pictures, "SHOTS", shots)
            patched.setattr(demo_pictures, "save_drawings", lambda _: [])
            demo_pictures.make_demo_pictures(folder)
        versions.append((folder / name).read_bytes())
    assert versions[0] == versions[1]


def test_there_are_enough_of_different_days() -> None:
    assert len(demo_pictures.SHOTS) >= 20
    assert len({shot[0] for shot in demo_pictures.SHOTS}) == len(demo_pictures.SHOTS)
    assert len({shot[2][:10] for shot in demo_pictures.SHOTS}) >= 8


def test_albums_tags_places_and_favourites_name_files_that_are_made() -> None:
    made = {shot[0] for shot in demo_pictures.SHOTS} | {"paper-flower.png", "turning-rings.gif"}
    lists = [album.names for album in demo_library.ALBUMS]
    lists += [*demo_library.TAGS.values(), demo_library.FAVOURITES]
    named = {name for names in lists for name in names.split()}
    assert named | demo_pictures.PLACES.keys() <= made
