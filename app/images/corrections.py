"""Apply users' corrections of date, location, rating and title; the file is not changed.

The original is never changed: see [Note: Corrections] in app/images/correction_models.py. The
caller locks the images before, and commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import TextClause, text, update

from app.accounts.models import User
from app.database import db
from app.images.models import Image

# Latitude and longitude in degrees (WGS 84); two times None: nowhere.
Location = tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """When an image was taken, as a person says.

    Args:
        at: wall clock where it was taken, without a zone.
        offset_minutes: of that clock from UTC, east positive; None: not known.
    """

    at: datetime
    offset_minutes: int | None


def correct_taken(user: User, taken: Mapping[UUID, Taken | None]) -> None:
    """Let images be taken when a person says; None: when the file says.

    Args:
        user: whose they are.
        taken: by the ids of images that are locked and have arrived.
    """
    said = list(taken.values())
    _correct(
        user,
        list(taken),
        _SET_TAKEN,
        has=[each is not None for each in said],
        clocks=[each.at if each else None for each in said],
        offsets=[each.offset_minutes if each else None for each in said],
    )


def correct_rating(user: User, image_id: UUID, rating: int | None) -> None:
    """Give an image these stars, 0 for none; None: those of its file."""
    _correct(user, [image_id], _SET_RATING, has=rating is not None, rating=rating or None)


def set_title(user: User, image_id: UUID, title: str | None) -> None:
    """Call an image this, or nothing if that is empty; None: what its file says.

    Both stand in the image's own row: see [Note: Titles] in app/images/models.py.
    """
    mine = (Image.owned_by(user), Image.id == image_id)
    db.session.execute(update(Image).where(*mine).values(title=title))


def correct_locations(user: User, places: Mapping[UUID, Location | None]) -> None:
    """Let images be taken where a person says; None: where the file says.

    Args:
        user: whose they are.
        places: by the ids of images that are locked and have arrived.
    """
    said = list(places.values())
    _correct(
        user,
        list(places),
        _SET_LOCATION,
        has=[each is not None for each in said],
        latitudes=[each[0] if each else None for each in said],
        longitudes=[each[1] if each else None for each in said],
    )


def _correct(user: User, ids: Sequence[UUID], change: TextClause, **values: object) -> None:
    """Change what a person says of images, and let it count."""
    if not ids:
        return
    _run(_REMEMBER, user.id, ids)
    _run(change, user.id, ids, **values)
    _run(_APPLY, user.id, ids)
    _run(_FORGET, user.id, ids)


def _run(statement: TextClause, owner_id: UUID, ids: Sequence[UUID], **values: object) -> None:
    given = {"owner": str(owner_id), "ids": [str(each) for each in ids], **values}
    db.session.execute(statement, given)


_REMEMBER = text("""
    INSERT INTO corrections (image_id, has_taken, has_rating, has_location, file_taken_at,
        file_taken_offset_minutes, file_timeline_at, file_rating, file_latitude, file_longitude,
        file_altitude)
    SELECT id, false, false, false, taken_at, taken_offset_minutes, timeline_at, rating, latitude,
        longitude, altitude
    FROM images
    WHERE id = ANY (CAST(:ids AS uuid[])) AND owner_id = CAST(:owner AS uuid)
        AND NOT is_corrected
""")
_THEIRS = """image_id IN (
        SELECT id FROM images
        WHERE id = ANY (CAST(:ids AS uuid[])) AND owner_id = CAST(:owner AS uuid))"""
_SET_TAKEN = text(f"""
    UPDATE corrections SET has_taken = said.has, taken_at = said.clock,
        taken_offset_minutes = said.minutes
    FROM unnest(CAST(:ids AS uuid[]), CAST(:has AS boolean[]), CAST(:clocks AS timestamp[]),
        CAST(:offsets AS smallint[])) AS said (id, has, clock, minutes)
    WHERE image_id = said.id AND {_THEIRS}
""")  # noqa: S608 - a constant
_SET_RATING = text(f"""
    UPDATE corrections SET has_rating = :has, rating = :rating
    WHERE {_THEIRS}
""")  # noqa: S608 - a constant
_SET_LOCATION = text(f"""
    UPDATE corrections SET has_location = said.has, latitude = said.latitude,
        longitude = said.longitude
    FROM unnest(CAST(:ids AS uuid[]), CAST(:has AS boolean[]), CAST(:latitudes AS float8[]),
        CAST(:longitudes AS float8[])) AS said (id, has, latitude, longitude)
    WHERE image_id = said.id AND {_THEIRS}
""")  # noqa: S608 - a constant
# Nobody says how high a place is that they set. A trigger does the same (migration 0037).
_APPLY = text("""
    UPDATE images SET
        taken_at = CASE WHEN has_taken THEN said.taken_at ELSE file_taken_at END,
        taken_offset_minutes = CASE WHEN has_taken THEN said.taken_offset_minutes
            ELSE file_taken_offset_minutes END,
        timeline_at = CASE WHEN has_taken THEN said.taken_at ELSE file_timeline_at END,
        rating = CASE WHEN has_rating THEN said.rating ELSE file_rating END,
        latitude = CASE WHEN has_location THEN said.latitude ELSE file_latitude END,
        longitude = CASE WHEN has_location THEN said.longitude ELSE file_longitude END,
        altitude = CASE WHEN has_location THEN NULL ELSE file_altitude END,
        is_corrected = has_taken OR has_rating OR has_location
    FROM corrections AS said
    WHERE said.image_id = images.id AND images.id = ANY (CAST(:ids AS uuid[]))
        AND images.owner_id = CAST(:owner AS uuid)
""")
_FORGET = text(f"""
    DELETE FROM corrections WHERE {_THEIRS}
        AND NOT (has_taken OR has_rating OR has_location)
""")  # noqa: S608 - a constant
