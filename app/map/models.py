"""The table of the map: counts that a trigger keeps."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class MapCell(Base):
    """How many images of a person's timeline are in a cell of the map.

    [Note: Cells of the map] The map is the world in Web Mercator, a square; level n divides it into
    2^n by 2^n cells. A cell is named by the bits of its column and row by turns (a Morton code), so
    that what is in it, at any finer level, is one range of numbers. `map_cell()` of migration 0057
    names the cell of coordinates in the finest level, 76 m wide at the equator, and an index of
    images is ordered by it.

    Counts are kept for every third level, and what is between is added up of at most 16 cells. They
    are counted at the commit, as the timeline is: see [Note: Counted at the commit].
    """

    __tablename__ = "map_cells"
    __table_args__ = (
        {"comment": "How many images of the timeline are where on the map; a trigger counts."},
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    level: Mapped[int] = mapped_column(
        SmallInteger,
        primary_key=True,
        comment="The world is 2^level cells wide: 4, 7, 10, 13, 16 or 19.",
    )
    cell: Mapped[int] = mapped_column(
        BigInteger,
        primary_key=True,
        comment="Column and row of the cell, their bits by turns: a Morton code.",
    )
    count: Mapped[int] = mapped_column(comment="Of images in it.")
    x_sum: Mapped[int] = mapped_column(
        BigInteger, comment="Of their columns in the finest level: where their middle is."
    )
    y_sum: Mapped[int] = mapped_column(BigInteger, comment="As x_sum, of their rows.")
