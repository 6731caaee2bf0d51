"""Name where images were taken. The caller commits.

[Note: Named with the change] Whoever writes where an image was taken writes what that is called in
the same transaction, and for which coordinates (`place_latitude`, `place_longitude`). Where those
are others than the image's, the name is not shown, and the sweep names it anew: what there was
before there were names, what the former release writes during an upgrade, and what was too much
for one request.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select, text

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import db, set_short_lock_timeout
from app.gazetteer.nearest import place_of
from app.images.models import Image
from app.search.index import index_images, index_later

# Of one request: 1,000 lookups take 30 ms, and 200 images are indexed in 80. The sweep does more.
MAX_LOOKUPS = 1_000
MAX_INDEXED = 200
MAX_OWNERS = 200  # of one sweep
MAX_OF_ONE = 100  # images of one owner in one transaction of the sweep: they wait for its end


def names_of(latitude: float | None, longitude: float | None) -> Mapping[str, object]:
    """Return the columns of an image that say what its place is called."""
    place = None
    if latitude is not None and longitude is not None:
        place = place_of(latitude, longitude)
    return {
        "country_code": place.country_code if place else None,
        "region": (place.region or None) if place else None,
        "town": (place.town or None) if place else None,
        "place_latitude": latitude,
        "place_longitude": longitude,
    }


def name_places(owner: User | Owner, ids: Sequence[UUID]) -> None:
    """Name where images were taken that are not named, or named for other coordinates.

    Args:
        owner: whose they are.
        ids: of images that are locked.
    """
    named = _write(Image.owned_by(owner) & Image.id.in_(ids))
    if len(ids) <= MAX_INDEXED:
        index_images(named)
    else:
        index_later(named)


def owners_to_name() -> list[UUID]:
    """Return who has images that are not named; some of them, where there are many.

    One entry of the index is read for each (https://wiki.postgresql.org/wiki/Loose_indexscan).
    Ends the transaction.
    """
    owners: list[UUID] = []
    for past in (uuid4(), UUID(int=0)):  # whoever is not among them this time is another time
        found: UUID | None = past
        while len(owners) < MAX_OWNERS:
            found = db.session.scalar(_NEXT_OWNER.where(Image.owner_id > found))
            if found is None or found in owners:
                break
            owners.append(found)
    db.session.rollback()
    return owners


def name_some(owner_id: UUID) -> bool:
    """Name some of a person's images that are not named; return whether there may be more.

    Ends the transaction. Those that somebody changes at this moment are left to the next sweep.
    """
    set_short_lock_timeout()
    some = (
        select(Image.id)
        .where(Image.owner_id == owner_id, ~Image.place_is_named())
        .limit(MAX_OF_ONE)
        .with_for_update(key_share=True, skip_locked=True)
    )
    ids = list(db.session.scalars(some))
    if ids:
        index_images(_write((Image.owner_id == owner_id) & Image.id.in_(ids)))
    db.session.commit()
    return len(ids) == MAX_OF_ONE


def _write(which: ColumnElement[bool]) -> list[UUID]:
    """Write names of images that lack theirs; return the ids of those that got one."""
    query = select(Image.id, Image.latitude, Image.longitude).where(which, ~Image.place_is_named())
    at: dict[tuple[float | None, float | None], list[UUID]] = defaultdict(list)
    for image_id, latitude, longitude in db.session.execute(query):
        at[latitude, longitude].append(image_id)
    named: list[dict[str, object]] = []
    for place in list(at)[:MAX_LOOKUPS]:
        names = names_of(*place)
        named += [{"id": str(image_id), **names} for image_id in at[place]]
    if named:
        columns = {name: [row[name] for row in named] for name in named[0]}
        db.session.execute(_NAMES, columns)
    return [UUID(str(row["id"])) for row in named]


_NEXT_OWNER = (
    select(Image.owner_id).where(~Image.place_is_named()).order_by(Image.owner_id).limit(1)
)
_NAMES = text("""
    UPDATE images SET country_code = said.country_code, region = said.region, town = said.town,
        place_latitude = said.latitude, place_longitude = said.longitude
    FROM unnest(CAST(:id AS uuid[]), CAST(:country_code AS text[]), CAST(:region AS text[]),
        CAST(:town AS text[]), CAST(:place_latitude AS float8[]),
        CAST(:place_longitude AS float8[]))
        AS said (id, country_code, region, town, latitude, longitude)
    WHERE images.id = said.id
""")
