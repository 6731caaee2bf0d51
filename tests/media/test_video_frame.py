"""The first frame of a phone's video is its poster, upright; and bad tables give none."""

import io
import struct

import pytest
from PIL import Image

from app.media.decode.decoder import render
from app.media.formats.video_frame import first_frame
from app.media.results import Rendered
from app.media.sandbox.nameless_file import nameless_file
from app.media.sandbox.pool import DecoderPool
from tests.media.live_samples import one_frame
from tests.media.motion_samples import VIDEO
from tests.media.samples import BLUE, GREEN, RED, YELLOW
from tests.media.test_decode import corners, near

UPRIGHT, CLOCKWISE, ANTICLOCKWISE, OVER = (
    (1, 0, 0, 1),
    (0, 1, -1, 0),
    (0, -1, 1, 0),
    (-1, 0, 0, -1),
)


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        (UPRIGHT, (RED, GREEN, BLUE, YELLOW)),
        (CLOCKWISE, (BLUE, RED, YELLOW, GREEN)),
        (ANTICLOCKWISE, (GREEN, YELLOW, RED, BLUE)),
        (OVER, (YELLOW, BLUE, GREEN, RED)),
    ],
)
def test_the_first_frame_is_shown_upright(
    kind: str, matrix: tuple[int, ...], shown: tuple[tuple[int, int, int], ...]
) -> None:
    video = render(one_frame(kind=kind, matrix=matrix))
    assert isinstance(video, Rendered)
    assert (video.outcome, video.content_type) == ("ready", "video/quicktime")
    assert video.fingerprint is None
    for derived in (video.thumbnail, video.preview):
        assert derived
        picture = Image.open(io.BytesIO(derived))
        assert (picture.width > picture.height) == (video.width > video.height)
        assert all(near(a, b) for a, b in zip(corners(picture), shown, strict=True))


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
def test_a_confined_decoder_makes_it_too(kind: str) -> None:
    """What it has to load it has loaded before it is confined."""
    with DecoderPool(children=1) as decoders, nameless_file() as (file, video):
        file.write(one_frame(kind=kind))
        file.flush()
        shown = decoders.render(video)
    assert isinstance(shown, Rendered)
    assert (shown.outcome, bool(shown.thumbnail), shown.milliseconds) == ("ready", True, 2000)


def test_other_codecs_have_no_poster() -> None:
    assert first_frame(VIDEO) is None
    video = render(VIDEO)
    assert isinstance(video, Rendered)
    assert (video.outcome, video.thumbnail) == ("ready", None)


@pytest.mark.parametrize(
    "changed",
    [
        {"stsd": b""},
        {"stsd": struct.pack(">LL", 0, 1)},
        {"stsd": struct.pack(">LLL4s", 0, 1, 8, b"hvc1")},
        {"stsz": b""},
        {"stsz": struct.pack(">LLL", 0, 0, 1)},
        {"stsz": struct.pack(">LLL", 0, 0xFFFFFFFF, 1)},
        {"stco": b""},
        {"stco": struct.pack(">LLL", 0, 1, 0xFFFFFFFF)},
        {"stco": struct.pack(">LLL", 0, 1, 0)},
        {"stss": struct.pack(">LLL", 0, 1, 2)},
        {"stss": b""},
    ],
)
def test_bad_tables_give_no_poster_and_keep_the_video(changed: dict[str, bytes]) -> None:
    video = render(one_frame(changed=changed))
    assert isinstance(video, Rendered)
    assert (video.outcome, video.thumbnail) == ("ready", None)
    assert (video.width, video.height, video.milliseconds) == (160, 96, 2000)
