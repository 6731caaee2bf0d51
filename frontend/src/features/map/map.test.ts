import { expect, test } from "vitest";

import { placed } from "@/components/map/labels";
import { readNames } from "@/components/map/names";
import { boxSeen, clampCamera, fitting, pixelOf, zoomedAt } from "@/components/map/camera";
import { latLonOf, mapPointOf } from "@/components/map/mercator";

import { boxOfClusters, clusterInWords } from "./clusters";
import { boxInAddress, cameraInAddress, parseBox, parseCamera } from "./map-address";

const SIZE = { width: 1000, height: 600 };

test("what is seen goes into the address and comes back", () => {
  const camera = { ...mapPointOf({ latitude: 38.7223, longitude: -9.1393 }), zoom: 11.5 };
  expect(cameraInAddress(camera)).toBe("38.72230,-9.13930,11.50");
  const back = parseCamera("38.72230,-9.13930,11.50");
  expect(back?.x).toBeCloseTo(camera.x, 6);
  expect(back?.y).toBeCloseTo(camera.y, 6);
  const box = { west: 179.5, south: -17, east: -179.5, north: -16 };
  expect(parseBox(boxInAddress(box))).toEqual(box);
});

test.each([null, "", "1,2", "91,0,3", "0,181,3", "0,0,-1", "0,0,99", "NaN,0,3", "0,,3", "a,b,c"])(
  "an address that says nothing on the map is none: %s",
  (text) => expect(parseCamera(text)).toBeNull(),
);

test.each([null, "1,2,3", "0,50,10,40", "-181,0,0,1", "0,0,1,91", "0,0,Infinity,1"])(
  "a box that is none is none: %s",
  (text) => expect(parseBox(text)).toBeNull(),
);

test("the box of pictures on both sides of 180° goes across it", () => {
  const box = boxOfClusters([
    { box: { west: 178, south: -18, east: 178, north: -17 } },
    { box: { west: -179, south: -17, east: -179, north: -16 } },
  ]);
  expect(box).toEqual({ west: 178, south: -18, east: -179, north: -16 });
  const camera = fitting(box ?? { west: 0, south: 0, east: 0, north: 0 }, SIZE);
  expect(latLonOf(camera).longitude).toBeCloseTo(179.5, 3);
  const seen = boxSeen(camera, SIZE);
  expect(seen.west).toBeGreaterThan(seen.east);
  expect(boxOfClusters([])).toBeNull();
});

test("the box of clusters has all of their pictures, and not only their middles", () => {
  const europe = { west: -9, south: 37, east: 30, north: 70 };
  expect(boxOfClusters([{ box: europe }])).toEqual(europe);
  const inside = { west: 2, south: 41, east: 3, north: 50 };
  expect(boxOfClusters([{ box: europe }, { box: inside }])).toEqual(europe);
  const overseas = { west: -62, south: 14, east: -61, north: 16 };
  expect(boxOfClusters([{ box: inside }, { box: overseas }, { box: europe }])).toEqual({
    west: -62,
    south: 14,
    east: 30,
    north: 70,
  });
});

test("zooming keeps what is under the pointer", () => {
  const place = mapPointOf({ latitude: 48.85, longitude: 2.35 });
  const before = { ...mapPointOf({ latitude: 47, longitude: 5 }), zoom: 6 };
  const at = pixelOf(before, SIZE, place);
  const after = pixelOf(zoomedAt(before, SIZE, at, 8.5), SIZE, place);
  expect(after.x).toBeCloseTo(at.x, 6);
  expect(after.y).toBeCloseTo(at.y, 6);
});

test("nothing beside the world is shown", () => {
  const camera = clampCamera({ x: 1.3, y: -4, zoom: 0 }, SIZE);
  expect(boxSeen(camera, SIZE)).toMatchObject({ west: -180, east: 180 });
  expect(camera.y).toBeGreaterThan(0);
});

test("a cluster says how many there are and where", () => {
  const place = { country_code: "PT", country: "Portugal", region: "Lisbon", town: null };
  expect(clusterInWords({ count: 1, place })).toBe("1 picture near Lisbon");
  expect(clusterInWords({ count: 1200, place: null })).toBe("1,200 pictures");
});

test("names are of their zooms, countries first, and none covers another", () => {
  const names = readNames({
    towns: {
      zooms: [
        [3, 2],
        [7, 1],
      ],
      x: [2 ** 21, 2 ** 21 + 100, 2 ** 20],
      y: [2 ** 21, 2 ** 21, 2 ** 20],
      name: ["Large", "Near it", "Small"],
    },
    countries: [["Land", 2 ** 21, 2 ** 19, 1.5, 6]],
  });
  expect(names.map(({ text, first, last }) => [text, first, last])).toEqual([
    ["Land", 1.5, 6],
    ["Large", 3, Infinity],
    ["Near it", 3, Infinity],
    ["Small", 7, Infinity],
  ]);
  const shown = (zoom: number) =>
    placed(names, { x: 0.5, y: 0.5, zoom }, SIZE, () => 60).map(({ name }) => name.text);
  expect(shown(2)).toEqual(["Land", "Large", "Small"]);
  // So near that a hundred steps are many pixels.
  expect(shown(16)).toContain("Near it");
});
