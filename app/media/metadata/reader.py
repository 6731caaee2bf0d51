"""Read an image's metadata from EXIF, XMP and IPTC, as untrusted data."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.media.metadata.apple import identifier_of
from app.media.metadata.dates import (
    Moment,
    offset_by_satellite,
    put_together,
    read_fraction,
    read_moment,
    read_offset,
)
from app.media.metadata.exif import Tag, Tags, number_of, numbers_of, read_first, read_tags, text_of
from app.media.metadata.gps import Place, degrees, place
from app.media.metadata.iptc import read_iptc
from app.media.metadata.sanitize import clean_caption, clean_name
from app.media.metadata.xmp import MAX_STARS, XmpFacts, read_xmp


@dataclass(frozen=True, kw_only=True)
class PictureMetadata:
    """What a picture says of itself; each field None when it says nothing that makes sense.

    taken_at is the wall clock where the picture was taken, without a zone; taken_offset_minutes
    is that clock's distance from UTC where the camera knew it. exposure_time is in seconds, as
    photographers write it ("1/125", "2.5"); focal_length is in millimetres. latitude and longitude
    are degrees (WGS 84), both or neither; altitude is metres above the sea. rating is 1 to 5 stars,
    or REJECTED (-1) where somebody marked the picture as one to throw away. content_identifier is
    what the still and the video of one Live Photo have in common.
    """

    taken_at: datetime | None = None
    taken_offset_minutes: int | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    exposure_time: str | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    rating: int | None = None
    title: str | None = None
    caption: str | None = None
    content_identifier: str | None = None


# Tag numbers of EXIF 3.0 (CIPA DC-008), and Windows' own for stars.
_CAPTION, _MAKE, _MODEL, _RATING = 0x010E, 0x010F, 0x0110, 0x4746
_ORIENTATION = 0x0112
_EXPOSURE_TIME, _F_NUMBER, _FOCAL_LENGTH = 0x829A, 0x829D, 0x920A
_ISO, _RECOMMENDED_EXPOSURE_INDEX, _ISO_SPEED = 0x8827, 0x8832, 0x8833
_ISO_TOO_BIG_FOR_ITS_TAG = 65535
_LENS_MODEL = 0xA434
_MAKER_NOTE = 0x927C
# (date and time, its distance from UTC, fractions of its second): when the shutter opened, and
# failing that when the picture was made digital. Never the time of the last change: that one's zone
# counts where it is the same time.
_TIMES = ((0x9003, 0x9011, 0x9291), (0x9004, 0x9012, 0x9292))
_LAST_CHANGE = (0x0132, 0x9010, 0x9290)
_HOURS_FROM_UTC = 0x882A  # of TIFF/EP
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_ALTITUDE_REF, _ALTITUDE = 5, 6
_SATELLITE_TIME, _SATELLITE_DATE = 7, 29
_BELOW_THE_SEA = (1, 3)

_OF_EXPOSURE = frozenset(
    {
        _EXPOSURE_TIME,
        _F_NUMBER,
        _FOCAL_LENGTH,
        _ISO,
        _RECOMMENDED_EXPOSURE_INDEX,
        _ISO_SPEED,
        _LENS_MODEL,
        _MAKER_NOTE,
        _HOURS_FROM_UTC,
        *(tag for tags in (*_TIMES, _LAST_CHANGE) for tag in tags),
    }
)
_WANTED = {
    # TIFF/EP, and programs that write without care, put the exposure's tags here.
    "first": frozenset({_CAPTION, _MAKE, _MODEL, _RATING, *_OF_EXPOSURE}),
    "exposure": _OF_EXPOSURE,
    "gps": frozenset({*range(_LATITUDE_REF, _SATELLITE_TIME + 1), _SATELLITE_DATE}),
}
# What cameras write of every picture, which nobody said of this one.
_SAID_OF_ALL = ("digital camera", "sony dsc", "exif_jpeg_picture", "digital still camera")


_Block = bytes | memoryview


def read_metadata(
    exif: _Block = b"",
    *,
    exposure: _Block = b"",
    gps: _Block = b"",
    xmp: _Block = b"",
    iptc: _Block = b"",
) -> PictureMetadata:
    """Read an EXIF block (with or without its "Exif" prefix) or a whole TIFF file, and the others.

    exposure and gps are blocks with the directories that an EXIF block points to, where a file
    keeps them apart.

    Cameras write EXIF; people's words and stars are in XMP first, since programs write that now.
    """
    first, exposure_tags, gps_tags = read_tags(exif, **_WANTED)
    exposure_tags = exposure_tags or read_first(exposure, _WANTED["exposure"])
    gps_tags = gps_tags or read_first(gps, _WANTED["gps"])
    found = _from_tags(first, {**first, **exposure_tags}, gps_tags)
    moments: list[Moment | None] = list(_moments({**first, **exposure_tags}))
    satellites = _satellite_time(gps_tags)
    if xmp:
        said = read_xmp(xmp)
        found = _with_xmp(found, said)
        moments += said.moments
        satellites = satellites or said.satellites
    if iptc:
        facts = read_iptc(iptc)
        found = dataclasses.replace(
            found, title=found.title or facts.title, caption=found.caption or facts.caption
        )
        moments.append(facts.taken)
    return _dated(found, put_together(moments), satellites)


def read_orientation(exif: _Block) -> int | None:
    """Read which way up a picture is to be shown, 1 to 8; None when the block does not say."""
    first, _, _ = read_tags(
        exif, first=frozenset({_ORIENTATION}), exposure=frozenset(), gps=frozenset()
    )
    orientation = number_of(first.get(_ORIENTATION), least=1, most=8, digits=0)
    return None if orientation is None else int(orientation)


def _from_tags(first: Tags, exposure: Tags, gps: Tags) -> PictureMetadata:
    rating = number_of(first.get(_RATING), least=1, most=MAX_STARS, digits=0)
    found = PictureMetadata(
        make=clean_name(text_of(first.get(_MAKE))),
        model=clean_name(text_of(first.get(_MODEL))),
        lens=clean_name(text_of(exposure.get(_LENS_MODEL))),
        exposure_time=_exposure_time(exposure.get(_EXPOSURE_TIME)),
        f_number=number_of(exposure.get(_F_NUMBER), least=0.5, most=512, digits=1),
        iso=_iso(exposure),
        focal_length=number_of(exposure.get(_FOCAL_LENGTH), least=0.1, most=20_000, digits=2),
        rating=None if rating is None else int(rating),
        caption=_said_of_it(clean_caption(text_of(first.get(_CAPTION)))),
        content_identifier=identifier_of(exposure.get(_MAKER_NOTE)),
    )
    return _placed(found, _place(gps))


def _with_xmp(found: PictureMetadata, said: XmpFacts) -> PictureMetadata:
    found = dataclasses.replace(
        found,
        rating=found.rating if said.rating is None else said.rating or None,
        title=_said_of_it(said.title),
        caption=said.caption or found.caption,
        make=found.make or said.make,
        model=found.model or said.model,
        lens=found.lens or said.lens,
    )
    return _placed(found, said.place)


def _dated(
    found: PictureMetadata, taken: Moment | None, satellites: Moment | None
) -> PictureMetadata:
    """Add the time. Nothing but a fix says at least when that was, by the clock of Greenwich."""
    taken = taken or satellites
    if taken is None:
        return found
    offset = taken.offset_minutes
    if offset is None and taken.has_time and satellites is not None and satellites.has_time:
        offset = offset_by_satellite(taken.clock, satellites.clock, longitude=found.longitude)
    return dataclasses.replace(found, taken_at=taken.clock, taken_offset_minutes=offset)


def _satellite_time(gps: Tags) -> Moment | None:
    """Return the time of the last fix, in UTC."""
    day = read_moment(text_of(gps.get(_SATELLITE_DATE)))
    parts = numbers_of(gps.get(_SATELLITE_TIME), most=3)
    if day is None or len(parts) != 3 or not all(0 <= part <= 60 for part in parts):  # noqa: PLR2004 - hours, minutes, seconds; NaN is never within
        return None
    hours, minutes, seconds = parts
    return Moment(day.clock + timedelta(hours=hours, minutes=minutes, seconds=seconds), 0)


def _placed(found: PictureMetadata, where: Place | None) -> PictureMetadata:
    if where is None or found.latitude is not None:
        return found
    return dataclasses.replace(found, **where._asdict())


def _said_of_it(words: str | None) -> str | None:
    return None if words and words.lower().endswith(_SAID_OF_ALL) else words


def _moments(tags: Tags) -> Iterator[Moment]:
    """Yield when it was taken or digitized, and the zones that other tags give that same time."""
    taken = [moment for names in _TIMES if (moment := _moment(tags, *names))]
    yield from taken
    changed = _moment(tags, *_LAST_CHANGE)
    if taken and changed and changed.clock == taken[0].clock:
        yield changed
    hours = number_of(tags.get(_HOURS_FROM_UTC), least=-12, most=14, digits=0)
    if taken and hours is not None:
        yield taken[0]._replace(offset_minutes=60 * int(hours))


def _moment(tags: Tags, time_tag: int, offset_tag: int, fraction_tag: int) -> Moment | None:
    moment = read_moment(text_of(tags.get(time_tag)))
    if moment is None:
        return None
    fraction = read_fraction(text_of(tags.get(fraction_tag)))
    offset = read_offset(text_of(tags.get(offset_tag)))
    return moment._replace(
        clock=moment.clock.replace(microsecond=fraction or moment.clock.microsecond),
        offset_minutes=moment.offset_minutes if offset is None else offset,
    )


def _place(gps: Tags) -> Place | None:
    altitude = number_of(gps.get(_ALTITUDE), least=-20_000, most=1_000_000, digits=1)
    below = number_of(gps.get(_ALTITUDE_REF), least=0, most=3, digits=0) in _BELOW_THE_SEA
    return place(
        _degrees(gps, _LATITUDE, _LATITUDE_REF),
        _degrees(gps, _LONGITUDE, _LONGITUDE_REF),
        -altitude if below and altitude is not None else altitude,
    )


def _degrees(gps: Tags, value: int, towards: int) -> float | None:
    return degrees(numbers_of(gps.get(value), most=3), text_of(gps.get(towards)))


def _iso(tags: Tags) -> int | None:
    iso = number_of(tags.get(_ISO), least=1, most=100_000_000, digits=0)
    if iso is None or iso == _ISO_TOO_BIG_FOR_ITS_TAG:
        for tag in (_ISO_SPEED, _RECOMMENDED_EXPOSURE_INDEX):
            longer = number_of(tags.get(tag), least=1, most=100_000_000, digits=0)
            if longer is not None:
                return int(longer)
    return None if iso is None else int(iso)


_SHORTEST_SAID_IN_DECIMALS = 0.3


def _exposure_time(tag: Tag | None) -> str | None:
    seconds = number_of(tag, least=1e-6, most=86_400, digits=9)
    if seconds is None:
        return None
    if seconds < _SHORTEST_SAID_IN_DECIMALS:
        return f"1/{round(1 / seconds)}"
    return f"{seconds:.1f}".removesuffix(".0")
