"""Clusters of images in a box of the map: counted by cells, each with the image that stands for it.

[Note: Bounded clusters] A box is read by cells of 64 pixels at the zoom that was asked for, or by
coarser ones where it has more than `MAX_CELLS`. Counts are kept for every third level, so at most
16 rows are read for each cell. For each cell that has images two entries of the index of images are
read: its first is the image that is shown, and both tell how far apart its images are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from sqlalchemy import text

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Prepared
from app.gazetteer.columns import countries
from app.images.listing import Shown
from app.map.cells import (
    FINEST,
    Box,
    Ranges,
    box_around,
    join,
    kept_level,
    level_for,
    point_at,
    ranges_of,
)

Anybody = User | Owner

MAX_ZOOM = 22  # of maps; finer than the finest cells, which are as large as a picture at 17
# A cell of level n + 2 is 64 pixels wide where the world is 256 * 2^n: as wide as a thumbnail.
_LEVELS_BELOW_ZOOM = 2
# A screen of 1920 by 1080 has 510 of them.
MAX_CELLS = 600
# Clusters that are closer than so much of a cell are one.
_NEAR = 0.8
# The condition of ix_images_map (migration 0057), word by word.
ON_MAP = (
    "latitude IS NOT NULL AND longitude IS NOT NULL AND archived_at IS NULL AND NOT is_folded"
    " AND deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
)
# The limit, which is never met, has the planner read each range from the index, and not all cells.
KEPT_CELLS = f"""
    unnest(CAST(:starts AS bigint[]), CAST(:ends AS bigint[])) AS part (start, stop)
    CROSS JOIN LATERAL (
        SELECT cell, count, x_sum, y_sum FROM map_cells
        WHERE owner_id = :owner AND level = :level AND cell >= start AND cell < stop
        ORDER BY cell LIMIT {16 * MAX_CELLS}
    ) AS kept
"""  # noqa: S608 - constants
_CLUSTERS = Prepared(
    text(f"""
    WITH counted AS (
        SELECT cell >> :up AS at, sum(count) AS count, sum(x_sum) AS x, sum(y_sum) AS y
        FROM {KEPT_CELLS}
        GROUP BY 1
    )
    SELECT at, counted.count, x, y, first.*, last.cell
    FROM counted
    CROSS JOIN LATERAL (
        SELECT CAST(id AS text), latitude, longitude, country_code, region, town,
            latitude IS NOT DISTINCT FROM place_latitude
                AND longitude IS NOT DISTINCT FROM place_longitude AS is_named,
            map_cell(latitude, longitude) AS cell
        FROM images
        WHERE owner_id = :owner AND {ON_MAP}
            AND map_cell(latitude, longitude) >= at << :down
            AND map_cell(latitude, longitude) < (at + 1) << :down
        ORDER BY map_cell(latitude, longitude), timeline_at DESC, id DESC LIMIT 1
    ) AS first
    CROSS JOIN LATERAL (
        SELECT map_cell(latitude, longitude) AS cell FROM images
        WHERE owner_id = :owner AND {ON_MAP}
            AND map_cell(latitude, longitude) >= at << :down
            AND map_cell(latitude, longitude) < (at + 1) << :down
        ORDER BY map_cell(latitude, longitude) DESC, timeline_at, id LIMIT 1
    ) AS last
    """)  # noqa: S608 - a constant
)
# Of the whole map there are 256 cells at most; of months, some hundreds.
_TOTALS = Prepared(
    text("""
    SELECT
        (SELECT coalesce(sum(count), 0) FROM map_cells WHERE owner_id = :owner AND level = 4),
        (SELECT coalesce(sum(count), 0) FROM timeline_months
            WHERE owner_id = :owner AND view = 'timeline')
    """)
)


@dataclass(kw_only=True)
class _Cluster:
    """Images that are shown as one.

    Args:
        count: how many.
        x: the sum of their columns in the finest level.
        y: of their rows.
        first: the row of the image that stands for them.
        cells: the first and the last of the finest cells that they are in.
        side: of the cells that were asked for, in cells of the finest level.
    """

    count: int
    x: int
    y: int
    first: Sequence[Any]
    cells: tuple[int, int]
    side: int
    parts: int = field(default=1)

    @property
    def middle(self) -> tuple[float, float]:
        """Where they are in the mean: column and row of the finest level."""
        return self.x / self.count, self.y / self.count

    def is_near(self, other: "_Cluster") -> bool:
        """Whether one would cover the other."""
        (x, y), (other_x, other_y) = self.middle, other.middle
        return max(abs(x - other_x), abs(y - other_y)) < self.side * _NEAR

    def take_in(self, other: "_Cluster") -> None:
        """Make one of two."""
        self.count += other.count
        self.x += other.x
        self.y += other.y
        cells = (*self.cells, *other.cells)
        self.cells = min(cells), max(cells)
        self.parts += 1


def show_clusters(owner: Anybody, box: Box, *, zoom: int) -> Shown:
    """Return what is in a box, as the API's MapOut: see [Note: Bounded clusters].

    Args:
        owner: whose images.
        box: a part of the map. Cells at its edge are counted as a whole.
        zoom: of the map, whose world is 256 * 2^zoom pixels wide.
    """
    level = level_for(box, wanted=zoom + _LEVELS_BELOW_ZOOM, most=MAX_CELLS)
    clusters = _merged(_read(owner, ranges_of(box, level), level))
    placed, in_timeline = _TOTALS.rows({"owner": str(owner.id)})[0]
    return {
        "count": sum(cluster.count for cluster in clusters),
        "clusters": [_show(cluster) for cluster in clusters],
        "placed": int(placed),
        "not_placed": max(int(in_timeline) - int(placed), 0),
    }


def _read(owner: Anybody, ranges: Ranges, level: int) -> list[_Cluster]:
    kept = kept_level(level)
    down = 2 * (kept - level)
    rows = _CLUSTERS.rows(
        {
            "owner": str(owner.id),
            "level": kept,
            "up": down,
            "down": 2 * (FINEST - level),
            "starts": [start << down for start, _ in ranges],
            "ends": [end << down for _, end in ranges],
        }
    )
    side = 1 << (FINEST - level)
    return [
        _Cluster(
            count=int(row[1]),
            x=int(row[2]),
            y=int(row[3]),
            first=row[4:-1],
            cells=(row[-2], row[-1]),
            side=side,
        )
        for row in rows
    ]


def _merged(clusters: Iterable[_Cluster]) -> list[_Cluster]:
    """Make one of those that would cover each other; the largest take in the others.

    Each is compared with those of its own cell and of the eight around it.
    """
    standing: dict[int, list[_Cluster]] = {}
    for cluster in sorted(clusters, key=attrgetter("count"), reverse=True):
        column, row = (int(each) // cluster.side for each in cluster.middle)
        around = (
            other
            for x in (column - 1, column, column + 1)
            for y in (row - 1, row, row + 1)
            if x >= 0 and y >= 0
            for other in standing.get(join(x, y), ())
        )
        near = next((other for other in around if other.is_near(cluster)), None)
        if near:
            near.take_in(cluster)
        else:
            standing.setdefault(join(column, row), []).append(cluster)
    found = [cluster for same in standing.values() for cluster in same]
    return sorted(found, key=attrgetter("count"), reverse=True)


def _show(cluster: _Cluster) -> Shown:
    image_id, latitude, longitude, country_code, region, town, is_named, _ = cluster.first
    first, last = cluster.cells
    if first != last:  # else all are in one of the finest cells: there one of them is
        x, y = cluster.middle
        side = 1 << FINEST
        latitude, longitude = point_at((x + 0.5) / side, (y + 0.5) / side)
    box = box_around(first, last, cluster.middle)
    return {
        "count": cluster.count,
        "latitude": latitude,
        "longitude": longitude,
        "box": {
            "west": box.west,
            "south": box.south,
            "east": box.east,
            "north": box.north,
        },
        "image_id": image_id,
        "place": {
            "country_code": country_code,
            "country": countries().get(country_code, country_code),
            "region": region,
            "town": town,
        }
        if country_code and is_named
        else None,
    }
