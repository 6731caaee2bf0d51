"""Where the moving part of a motion photo begins, as phones write it."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import pyvips  # type: ignore[import-untyped]

from app.media.decode.decoder import render
from app.media.formats.motion_photo import MAX_MOTION_BYTES, Motion, find_motion
from app.media.metadata.xmp import XmpFacts, read_xmp
from app.media.results import Rendered
from tests.media.motion_samples import VIDEO as GREEN
from tests.media.motion_samples import VIDEO_MILLISECONDS, of_google, of_heic, of_samsung
from tests.media.raw_samples import box
from tests.media.samples import quarters, saved, xmp_packet

CAMERA = "http://ns.google.com/photos/1.0/camera/"
CONTAINER = "http://ns.google.com/photos/1.0/container/"
VIDEO = box(b"ftyp", b"mp42\0\0\0\0isommp42") + box(b"mdat", bytes(500)) + box(b"moov", bytes(100))
# 199 bytes of Samsung's own, a box behind the video that ends with its old trailer's mark.
TRAILER = box(b"sefd", bytes(183) + b"\x24\0\0\0SEFT")
JPEG = saved(quarters(), "JPEG")
HEIC = saved(quarters(), "HEIC")


def listed(*parts: tuple[str, int, int], camera: str = "Camera:MotionPhoto='1'") -> XmpFacts:
    """Media as Google's packet lists them: purpose, length, padding."""
    items = "".join(
        "<rdf:li rdf:parseType='Resource'>"
        f"<Container:Item Item:Mime='x/y' Item:Semantic='{purpose}' Item:Length='{length}'"
        f" Item:Padding='{padding}'/></rdf:li>"
        for purpose, length, padding in parts
    )
    return read_xmp(
        xmp_packet(
            f"xmlns:Camera='{CAMERA}' xmlns:Container='{CONTAINER}' xmlns:Item='{CONTAINER}item/'"
            f" {camera}",
            f"<Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory>",
        )
    )


def test_samsungs_heic_counts_from_the_end_and_not_its_padding() -> None:
    # Motion Photo format 1.0 and one of Samsung's own files (One UI 6): the box "mpvd" of the video
    # is followed by "sefd"; Item:Length holds both, and Item:Padding repeats the latter's bytes.
    whole = HEIC + box(b"mpvd", VIDEO) + TRAILER
    assert len(TRAILER) == 199
    said = listed(("Primary", len(HEIC), 8), ("MotionPhoto", len(VIDEO) + 199, 199))
    assert find_motion(whole, said) == Motion(len(HEIC) + 8, len(VIDEO))
    assert whole[len(HEIC) + 8 :].startswith(VIDEO)


def test_a_jpeg_with_a_gain_map_has_its_video_last() -> None:
    # Pixel: pulsejet/memories 965. What stands behind the video is counted with its padding.
    gain_map = JPEG + bytes(7)
    whole = JPEG + gain_map + VIDEO
    said = listed(("Primary", 0, 0), ("GainMap", len(gain_map), 0), ("MotionPhoto", len(VIDEO), 0))
    assert find_motion(whole, said) == Motion(len(JPEG + gain_map), len(VIDEO))
    said = listed(("Primary", 0, 0), ("MotionPhoto", len(VIDEO), 0), ("GainMap", len(JPEG), 7))
    assert find_motion(JPEG + VIDEO + gain_map, said) == Motion(len(JPEG), len(VIDEO))


def test_elements_say_the_same_as_attributes() -> None:
    part = (
        "<Container:Item rdf:parseType='Resource'><Item:Semantic>MotionPhoto</Item:Semantic>"
        f"<Item:Length>{len(VIDEO)}</Item:Length></Container:Item>"
    )
    said = read_xmp(
        xmp_packet(
            f"xmlns:Container='{CONTAINER}' xmlns:Item='{CONTAINER}item/'",
            f"<Container:Directory><rdf:Seq><rdf:li>{part}</rdf:li></rdf:Seq></Container:Directory>",
        )
    )
    assert find_motion(JPEG + VIDEO, said) == Motion(len(JPEG), len(VIDEO))


@pytest.mark.parametrize(
    ("said", "between"),
    [
        # Android 10 and before.
        (listed(camera=f"Camera:MicroVideo='1' Camera:MicroVideoOffset='{len(VIDEO)}'"), b""),
        # A Galaxy S24 FE lists the picture and its gain map only: immich-app/immich 30654.
        (listed(("Primary", 0, 0), ("GainMap", 9, 0)), b""),
        # The length of another video, as an editor leaves it behind.
        (listed(("Primary", 0, 0), ("MotionPhoto", len(VIDEO) + 77, 0)), b""),
        (listed(), b"MotionPhoto_Data"),
    ],
)
def test_other_ways_to_say_where_it_is_are_understood(said: XmpFacts, between: bytes) -> None:
    assert find_motion(JPEG + between + VIDEO, said) == Motion(len(JPEG + between), len(VIDEO))


def test_a_heic_without_a_list_has_a_box_for_it() -> None:
    # Live photos that came from an iPhone by Samsung's Smart Switch: immich-app/immich 31289.
    whole = HEIC + box(b"mpvd", VIDEO) + TRAILER
    assert find_motion(whole, XmpFacts()) == Motion(len(HEIC) + 8, len(VIDEO))


def test_samsungs_list_at_the_end_says_where_the_video_is() -> None:
    # Galaxy S7 and later: no XMP at all, and the name of the block stands in front of it.
    whole = of_samsung()
    assert find_motion(whole, XmpFacts()) == Motion(
        whole.index(GREEN), len(GREEN), VIDEO_MILLISECONDS
    )
    for at in range(1, 40):  # of the list: whatever it says, nothing is believed that is no video
        for value in (0, 1, 127, 255):
            wrong = bytearray(whole)
            wrong[-at] = value
            found = find_motion(bytes(wrong), XmpFacts())
            assert found is None or found.start == whole.index(GREEN)


@pytest.mark.parametrize("make", [of_google, of_samsung, of_heic])
def test_decoders_tell_where_it_is(make: Callable[[], bytes]) -> None:
    whole = make()
    outcome = render(whole)
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
    assert outcome.motion == Motion(whole.index(GREEN), len(GREEN), VIDEO_MILLISECONDS)


def test_a_video_of_gigabytes_is_no_moving_part() -> None:
    large = box(b"ftyp", b"mp42") + box(b"mdat", bytes(MAX_MOTION_BYTES)) + box(b"moov", b"")
    assert find_motion(of_samsung(large), XmpFacts()) is None


@pytest.mark.parametrize(
    ("head", "milliseconds"),
    [
        (bytes(12) + (600).to_bytes(4) + (1200).to_bytes(4), 2000),
        (b"\1" + bytes(19) + (1000).to_bytes(4) + (1500).to_bytes(8), 1500),
        (bytes(12) + bytes(4) + (1200).to_bytes(4), None),  # no time scale
        (bytes(12) + (1).to_bytes(4) + (1200).to_bytes(4), None),  # twenty minutes
        (bytes(12) + (600).to_bytes(4), None),  # cut short
    ],
)
def test_its_header_says_how_long_it_plays(head: bytes, milliseconds: int | None) -> None:
    video = box(b"ftyp", b"mp42") + box(b"moov", box(b"mvhd", head))
    found = find_motion(of_samsung(video), XmpFacts())
    assert found is not None
    assert found.milliseconds == milliseconds


def test_what_only_claims_to_move_does_not() -> None:
    promised = listed(("Primary", 0, 0), ("MotionPhoto", 100, 0))
    for whole in (JPEG, HEIC, JPEG + b"\0\0\0\x18ftypmp42" + bytes(400), b"", b"\0"):
        assert find_motion(whole, promised) is None
    assert find_motion(JPEG + VIDEO, XmpFacts()) is None  # nobody said that there is one


def test_no_bytes_raise_or_take_long() -> None:
    whole = JPEG + VIDEO + TRAILER
    said = listed(("Primary", 0, 0), ("MotionPhoto", len(VIDEO) + 199, 199))
    began = time.process_time()
    for seed in range(1000):
        chance = random.Random(seed)  # noqa: S311 - the same chances each time
        hostile = bytearray(whole)
        for _ in range(chance.randrange(1, 30)):
            hostile[chance.randrange(len(JPEG), len(hostile))] = chance.randrange(256)
        find_motion(bytes(hostile[: chance.randrange(len(hostile))]), said)
        find_motion(bytes(hostile), said)
    find_motion(JPEG + b"\0\0\0\x08ftyp" * 500_000, said)
    assert time.process_time() - began < 5


def test_a_phones_own_file_has_its_video_where_it_is_said_to_be() -> None:
    # The file of Immich's test assets, where it is there: ExifTool finds "mpvd" at 452284.
    name = Path("shared/photos/formats/motionphoto/samsung-one-ui-6.heic")
    original = next((up / name for up in Path(__file__).parents if (up / name).exists()), None)
    if original is None:
        pytest.skip("the shared photos are not here")
    data = original.read_bytes()
    packet = pyvips.Image.heifload_buffer(data).get("xmp-data")
    assert find_motion(data, read_xmp(packet)) == Motion(452_284, 3_226_469, 3130)
