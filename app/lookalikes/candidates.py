"""Whose middles are about what is in a window: found by bands, see [Note: Bands of hashes].

All pictures that are compared at once are looked for by one walk through each index, in the order
of its keys: most of the time that a probe by itself takes is the way to its leaf. What is found is
then matched with who asked for it, by a hash join.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.database import db
from app.images.fingerprint_models import BANDS

# Bits of 63 in which the middle of one may differ from the window of another. More find hardly any
# more copies, and many more that have nothing to do with each other.
MAX_DISTANCE = 13
# Of those that agree in one band. A scanner's pages, thousands of which may, take no longer.
_MAX_OF_PROBE = 200
# Of those that agree in one band with any probe. Where there are more, each probe is by itself.
MAX_OF_BAND = 50_000
_MAX_CANDIDATES = 100_000  # read at once: some 40 MB, where the sweep has 512

# Arrays come as texts: to parse thousands of numbers as expressions takes longer than to look for
# them. Keys come from a subquery: the planner reads its statistics once for each one that it sees.
_PROBES = """probes AS MATERIALIZED (
  SELECT number, hash
  FROM unnest(CAST(:numbers AS integer[]), CAST(:hashes AS bigint[])) AS probe (number, hash)
)"""
_FOUND = """
found_{n} AS MATERIALIZED (
  SELECT image_id, middle FROM middle_hashes
  WHERE band_key(owner_id, (middle & {band}::bigint)) = ANY ((
      SELECT array_agg(band_key(CAST(:owner AS uuid), hash & {band}::bigint)) FROM probes
    )::bigint[])
    AND owner_id = CAST(:owner AS uuid)
  LIMIT CAST(:most AS bigint)
)"""
_MATCHED = """
SELECT number, image_id, middle
FROM found_{n} JOIN probes ON (middle & {band}::bigint) = (hash & {band}::bigint)
WHERE bit_count((middle # hash)::bit(64)) <= {distance}"""
_CUT = """
SELECT NULL::integer AS number, NULL::uuid AS image_id, NULL::bigint AS middle
FROM found_{n} HAVING count(*) = CAST(:most AS bigint)"""
_ONE_BY_ONE = """
SELECT number, image_id, middle
FROM probes CROSS JOIN LATERAL (
  SELECT image_id, middle FROM middle_hashes
  WHERE band_key(owner_id, (middle & {band}::bigint))
      = band_key(CAST(:owner AS uuid), hash & {band}::bigint)
    AND owner_id = CAST(:owner AS uuid) LIMIT {most_of_probe}
) AS found
WHERE bit_count((middle # hash)::bit(64)) <= {distance}"""


def _for_each_band(template: str, *, between: str) -> str:
    return between.join(
        template.format(
            n=number,
            band=band,
            distance=MAX_DISTANCE,
            most_of_probe=_MAX_OF_PROBE,
        )
        for number, band in enumerate(BANDS)
    )


# Several bands, or windows beside each other, find the same: to read that here takes longer.
AT_ONCE = text(
    f"WITH {_PROBES}, {_for_each_band(_FOUND, between=',')}"  # noqa: S608 - constants
    f" SELECT DISTINCT * FROM ({_for_each_band(_CUT, between=' UNION ALL ')}"
    f" UNION ALL {_for_each_band(_MATCHED, between=' UNION ALL ')}) AS found"
    f" LIMIT {_MAX_CANDIDATES}"
)
ONE_BY_ONE = text(
    f"WITH {_PROBES} SELECT DISTINCT * FROM ({_for_each_band(_ONE_BY_ONE, between=' UNION ALL ')})"  # noqa: S608
    f" AS found LIMIT {_MAX_CANDIDATES}"
)
# Estimates of what so many keys find are far too low, for small tables above all: what is matched
# by a loop takes seconds then, and so does a table that is read in order.
_NO_LOOPS = text("SET LOCAL enable_nestloop = off; SET LOCAL enable_seqscan = off")
_LOOPS = text("SET LOCAL enable_nestloop = on; SET LOCAL enable_seqscan = on")


def read_candidates(owner_id: UUID, probes: Sequence[Sequence[int]]) -> Sequence[Row[Any]]:
    """Return what may look like pictures: `number`, `image_id` and `middle`.

    Args:
        owner_id: whose they are.
        probes: the hashes of each picture's parts; `number` counts these from 0.
    """
    hashes = [hashed for each in probes for hashed in each]
    numbers = [number for number, each in enumerate(probes) for _ in each]
    parameters = {
        "owner": owner_id,
        "most": MAX_OF_BAND,
        "numbers": _array(numbers),
        "hashes": _array(hashes),
    }
    db.session.execute(_NO_LOOPS)
    found = db.session.execute(AT_ONCE, parameters).all()
    db.session.execute(_LOOPS)
    if any(row.number is None for row in found):  # one of _CUT
        return db.session.execute(ONE_BY_ONE, parameters).all()
    return found


def _array(numbers: Sequence[int]) -> str:
    """Return them as PostgreSQL reads them: as Python does but for the brackets."""
    return f"{{{str(numbers)[1:-1]}}}"
