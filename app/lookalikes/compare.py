"""Compare new pictures with those of the same person, and note which look alike: a periodic job.

[Note: Groups] Pictures that look alike have the same `group_id`. A picture joins a group when it
looks like at least half of those in it, so that a chain in which each looks like the next one does
not become one group. If it looks like pictures that are in none, it and these are a new group. What
its person said is not alike does not count. A picture that is deleted keeps its group, and is not
shown in it until it is restored.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic, time_ns
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Row, func, select, text, update

from app.database import db, set_short_lock_timeout
from app.images.fingerprint_models import FingerprintRow, FingerprintState, UnalikePair
from app.lookalikes.alignment import PROBES, Grey, Probe, are_alike, probe_hashes
from app.lookalikes.candidates import read_candidates

MAX_AT_ONCE = 100
MAX_PROBED = 50  # whose candidates are read at once
SECONDS_AT_ONCE = 3.0
MAX_IN_GROUP = 20
_MAX_COMPARED = 200  # with one picture, the nearest first

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:owner AS text), 7))")
# In the order of the index. Of so many new ones the planner does not know: it would read and sort
# all of them, grey pictures and hashes, for each hundred.
_UNSORTED = text("SET LOCAL enable_sort = off")
_SORTED = text("SET LOCAL enable_sort = on")
_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:owner AS text), 7))")
_GREYS = text("""
SELECT image_id, group_id, grey FROM fingerprints
WHERE image_id = ANY (CAST(:ids AS uuid[])) AND grey IS NOT NULL
""")
_NEXT_OWNER = text("""
SELECT owner_id FROM fingerprints WHERE state = 'new' AND owner_id > :after
ORDER BY owner_id LIMIT 1
""")


_ADD_HASHES = text("""
INSERT INTO middle_hashes (image_id, owner_id, middle)
SELECT image_id, CAST(:owner AS uuid), middle
FROM unnest(CAST(:ids AS uuid[]), CAST(:middles AS bigint[])) AS made (image_id, middle)
ON CONFLICT (image_id) DO UPDATE SET middle = EXCLUDED.middle
""")
_SET_GROUPS = text("""
UPDATE fingerprints SET group_id = wanted.group_id
FROM unnest(CAST(:ids AS uuid[]), CAST(:groups AS uuid[])) AS wanted (image_id, group_id)
WHERE fingerprints.image_id = wanted.image_id
""")
_Candidate = Row[*tuple[Any, ...]]


class _New(NamedTuple):
    """A picture that is to be compared."""

    image_id: UUID
    group_id: UUID | None
    grey: bytes
    middle: int
    probes: list[int]  # a hash for each of PROBES


def owners_with_new() -> list[UUID]:
    """Return up to a hundred people with pictures to compare, whoever has fewest by chance first.

    Ends the transaction. One probe of the index for each.
    """
    owners: list[UUID] = []
    after = start = uuid4()
    wrapped = False
    while len(owners) < MAX_AT_ONCE:
        found = db.session.scalar(_NEXT_OWNER, {"after": after})
        if found is None and not wrapped:
            wrapped, after = True, UUID(int=0)
            continue
        if found is None or (wrapped and found > start):
            break
        owners.append(found)
        after = found
    db.session.rollback()
    return owners


def hold_groups_of(owner_id: UUID) -> None:
    """Wait until nobody else changes this person's groups, and keep others waiting."""
    db.session.execute(_WAIT, {"owner": owner_id})


def compare_some(owner_id: UUID) -> bool:
    """Compare some of a person's new pictures; return whether there may be more. Commits.

    As many as there is time for, and one at least: of frames of one scene, hundreds may have to be
    looked at for each, and the sweep has others to do (see [Note: The sweep's time]).
    """
    set_short_lock_timeout()
    if not db.session.scalar(_LOCK, {"owner": owner_id}):  # somebody else is at it
        db.session.rollback()
        return False
    ends = monotonic() + SECONDS_AT_ONCE
    new = _lock_new(owner_id)
    _make_findable(owner_id, new)
    alike: dict[UUID, list[_Found]] = {}
    for at in range(0, len(new), MAX_PROBED):
        alike |= _alike(owner_id, new[at : at + MAX_PROBED], ends=ends)
        if monotonic() >= ends:
            break
    compared = [row for row in new if row.image_id in alike]
    if compared:
        _group(owner_id, compared, _without_unalike(alike))
        _note_compared([row.image_id for row in compared])
    db.session.commit()
    return len(new) == MAX_AT_ONCE or len(compared) < len(new)


def _lock_new(owner_id: UUID) -> Sequence[_New]:
    query = (
        select(
            FingerprintRow.image_id,
            FingerprintRow.group_id,
            FingerprintRow.grey,
            FingerprintRow.middle,
            FingerprintRow.windows,
        )
        .where(FingerprintRow.owner_id == owner_id, FingerprintRow.state == FingerprintState.NEW)
        .order_by(FingerprintRow.image_id)
        .limit(MAX_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    db.session.execute(_UNSORTED)
    rows = db.session.execute(query).all()
    db.session.execute(_SORTED)
    return [
        _New(row.image_id, row.group_id, row.grey, row.middle, probe_hashes(row.windows))
        for row in rows
        if row.grey is not None and row.windows is not None
    ]


def _make_findable(owner_id: UUID, new: Sequence[_New]) -> None:
    """Add hashes of new pictures to those that are looked through, for each other and later ones.

    So of two that are new both are not looked for: the one that comes later finds the other.
    """
    if new:
        ids, middles = [row.image_id for row in new], [row.middle for row in new]
        db.session.execute(_ADD_HASHES, {"owner": owner_id, "ids": ids, "middles": middles})


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A picture that a new one looks like, and the group that it is in."""

    image_id: UUID
    group_id: UUID | None
    grey: bytes


def _alike(owner_id: UUID, new: Sequence[_New], *, ends: float) -> dict[UUID, list[_Found]]:
    """Return what each new picture looks like, of those that could be compared in time."""
    candidates: defaultdict[int, dict[UUID, _Candidate]] = defaultdict(dict)
    for row in read_candidates(owner_id, [picture.probes for picture in new]):
        candidates[row.number][row.image_id] = row
    nearest = {
        number: _sort_candidates(picture, candidates[number].values())[:_MAX_COMPARED]
        for number, picture in enumerate(new)
    }
    # Read last, once each: they are most of what there is to read.
    found = _read_found({row.image_id for rows in nearest.values() for _, row in rows})
    alike: dict[UUID, list[_Found]] = {}
    for number, picture in enumerate(new):
        if number and monotonic() >= ends:
            break
        one = Grey(picture.grey)
        alike[picture.image_id] = [
            other
            for probe, row in nearest[number]
            if (other := found.get(row.image_id)) and are_alike(one, Grey(other.grey), probe=probe)
        ]
    return alike


def _sort_candidates(picture: _New, found: Iterable[_Candidate]) -> list[tuple[Probe, _Candidate]]:
    """Return candidates but the picture itself, the nearest first, each with its nearest probe."""
    others = [row for row in found if row.image_id != picture.image_id]
    measured = [(*_nearest(picture.probes, row.middle), row) for row in others]
    measured.sort(key=lambda candidate: candidate[0])
    return [(PROBES[number], row) for _, number, row in measured]


def _read_found(ids: set[UUID]) -> dict[UUID, _Found]:
    """Return pictures by their ids, of those that have shades still."""
    if not ids:
        return {}
    rows = db.session.execute(_GREYS, {"ids": list(ids)})
    return {
        row.image_id: _Found(image_id=row.image_id, group_id=row.group_id, grey=row.grey)
        for row in rows
    }


def _nearest(probes: Sequence[int], middle: int) -> tuple[int, int]:
    """Return how far a middle is from the nearest of these hashes, and the number of that."""
    return min(((hashed ^ middle).bit_count(), number) for number, hashed in enumerate(probes))


def _without_unalike(alike: dict[UUID, list[_Found]]) -> dict[UUID, list[_Found]]:
    """Leave out what a person said is not alike."""
    ids = list(alike)
    if not ids:
        return alike
    said = db.session.execute(
        select(UnalikePair.image_id, UnalikePair.other_id).where(
            UnalikePair.image_id.in_(ids) | UnalikePair.other_id.in_(ids)
        )
    )
    unalike = {frozenset(pair) for pair in said}
    return {
        image_id: [each for each in found if frozenset((image_id, each.image_id)) not in unalike]
        for image_id, found in alike.items()
    }


def _group(owner_id: UUID, new: Sequence[_New], alike: dict[UUID, list[_Found]]) -> None:
    """Put new pictures into groups: see [Note: Groups]."""
    groups = {row.image_id: row.group_id for row in new}
    groups |= {each.image_id: each.group_id for found in alike.values() for each in found}
    sizes = _sizes(owner_id, {group_id for group_id in groups.values() if group_id})
    before = dict(groups)
    for row in new:
        found = [each.image_id for each in alike.get(row.image_id, [])]
        if not found or groups[row.image_id] is not None:
            continue
        shared = Counter(group_id for each in found if (group_id := groups[each]))
        joined = next(
            (
                group_id
                for group_id, count in shared.most_common()
                if 2 * count >= sizes[group_id] and sizes[group_id] < MAX_IN_GROUP
            ),
            None,
        )
        alone = [each for each in found if groups[each] is None]
        if joined is None and alone:
            joined = new_group_id()
            for each in alone[: MAX_IN_GROUP - 1]:
                groups[each] = joined
                sizes[joined] += 1
        if joined is not None:
            groups[row.image_id] = joined
            sizes[joined] += 1
    _write({image_id: group for image_id, group in groups.items() if group != before[image_id]})


def _sizes(owner_id: UUID, groups: set[UUID]) -> Counter[UUID]:
    """Count the pictures in each group, deleted ones included."""
    if not groups:
        return Counter()
    rows = db.session.execute(
        select(FingerprintRow.group_id, func.count())
        .where(FingerprintRow.owner_id == owner_id, FingerprintRow.group_id.in_(groups))
        .group_by(FingerprintRow.group_id)
    )
    return Counter({group_id: count for group_id, count in rows if group_id})


def _write(groups: dict[UUID, UUID | None]) -> None:
    if groups:
        db.session.execute(
            _SET_GROUPS, {"ids": list(groups), "groups": [groups[each] for each in groups]}
        )


def _note_compared(ids: list[UUID]) -> None:
    db.session.execute(
        update(FingerprintRow)
        .where(FingerprintRow.image_id.in_(ids))
        .values(state=FingerprintState.COMPARED, windows=None)
        .execution_options(synchronize_session=False)
    )


def new_group_id() -> UUID:
    """Return an id that is greater than those of groups before: a UUID of version 7 (RFC 9562)."""
    milliseconds = time_ns() // 1_000_000
    chance = uuid4().int & ((1 << 76) - 1)
    version = (milliseconds << 80) | (7 << 76) | chance
    return UUID(int=(version & ~(3 << 62)) | (2 << 62))
