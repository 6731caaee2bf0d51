import { expect, test } from "vitest";

import { coordinatesInWords, parseCoordinates } from "./coordinates";

test.each([
  ["48.8584, 2.2945", 48.8584, 2.2945],
  ["  -33.8568,151.2153 ", -33.8568, 151.2153],
  ["48.8584 2.2945", 48.8584, 2.2945],
  ["33.8568° S, 151.2153° E", -33.8568, 151.2153],
  ["45.4215N 75.6972w", 45.4215, -75.6972],
  ["geo:-16.5,-179.98", -16.5, -179.98],
  ["90, -180", 90, -180],
])("%s is a point", (text, latitude, longitude) => {
  expect(parseCoordinates(text)).toEqual({ latitude, longitude });
});

test("degrees, minutes and seconds are a point", () => {
  const tower = parseCoordinates(`48°51'30.24"N 2°17'40.2"E`);
  expect(tower?.latitude).toBeCloseTo(48.8584, 6);
  expect(tower?.longitude).toBeCloseTo(2.2945, 6);
  expect(parseCoordinates("17°30′S, 179°30′W")).toEqual({ latitude: -17.5, longitude: -179.5 });
});

test.each(["", "Paris", "48.8584", "91, 0", "0, 181", "48.8584, 2.2945, 35"])(
  "%s is none",
  (text) => {
    expect(parseCoordinates(text)).toBeNull();
  },
);

test("a point is said in words", () => {
  expect(coordinatesInWords({ latitude: -33.8568, longitude: 151.2153 })).toBe(
    "33.85680° S, 151.21530° E",
  );
});
