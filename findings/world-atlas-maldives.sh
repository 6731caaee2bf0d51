#!/usr/bin/env bash
# The two finer maps of world-atlas say that every point is in the Maldives, or that Stockholm is in no country.
#
# One would guess that the finer of the three maps in world-atlas (Natural Earth as TopoJSON) tells the country of
# a point better than the coarse one. What happens, with world-atlas 2.0.2, topojson-client 3.1.0 and d3-geo 3.1.1:
# in countries-10m three islands of the Maldives were rounded to rings without area. d3 takes such a ring for the
# whole globe, so the Maldives have three times its area and hold every point on it, the Atlantic too. In
# countries-50m Lisbon, Venice, Copenhagen and Stockholm are in no country. The coarse map has
# these four right, and says that Singapore is Malaysia.
# Why it matters: a picture library that names countries from coordinates in the browser, without asking a server,
# finds these packages first. Rings without area have to be dropped, and coasts widened, or towns be asked.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund world-atlas@2.0.2 topojson-client@3.1.0 d3-geo@3.1.1
cat >asked.mjs <<'JAVASCRIPT'
import { createRequire } from "node:module";
import { geoArea, geoContains } from "d3-geo";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const POINTS = {
  Lisbon: [-9.14, 38.71],
  Venice: [12.335, 45.437],
  Copenhagen: [12.57, 55.68],
  Stockholm: [18.07, 59.33],
  Singapore: [103.85, 1.29],
  "the middle of the Atlantic": [-35, 35],
};
const said = {};
for (const map of ["10m", "50m", "110m"]) {
  const world = require(`world-atlas/countries-${map}.json`);
  const countries = feature(world, world.objects.countries).features;
  said[map] = Object.entries(POINTS).map(([name, point]) => {
    const holding = countries.filter((country) => geoContains(country, point));
    return [name, holding.map((country) => country.properties.name).join(" and ") || "nowhere"];
  });
  console.log(map, said[map].map(([name, found]) => `${name}: ${found}`).join("; "));
  const maldives = countries.find((country) => country.properties.name === "Maldives");
  if (maldives) console.log(map, `the Maldives: ${(geoArea(maldives) / (4 * Math.PI)).toFixed(2)} of the globe`);
}
const isSo =
  said["10m"].every(([, found]) => found.includes("Maldives")) &&
  said["50m"].filter(([, found]) => found === "nowhere").length === 5;
if (!isSo) throw new Error("it is otherwise now");
JAVASCRIPT
node asked.mjs
