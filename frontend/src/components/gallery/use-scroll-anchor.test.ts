import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import type { Layout, Tile } from "./layout-days";
import { shiftOf } from "./use-scroll-anchor";

const layoutOf = (places: Record<string, number>): Layout => ({
  blocks: [],
  tiles: Object.entries(places).map(([id, y], index): Tile => ({
    image: anImage({ id }),
    index,
    x: 0,
    y,
    width: 100,
    height: 100,
  })),
  height: 1000,
  width: 100,
});

const before = layoutOf({ a: 0, b: 100, c: 200, d: 300 });

test("a row that appears above moves the page by its height", () => {
  expect(shiftOf(before, layoutOf({ new: 0, a: 100, b: 200, c: 300, d: 400 }), 150)).toBe(100);
});

test("a row that vanishes above moves it back", () => {
  expect(shiftOf(before, layoutOf({ b: 0, c: 100, d: 200 }), 150)).toBe(-100);
});

test("when the first picture on the screen vanishes the next one holds its place", () => {
  expect(shiftOf(before, layoutOf({ a: 0, c: 100, d: 200 }), 150)).toBe(-100);
});

test("changes below leave the page alone", () => {
  expect(shiftOf(before, layoutOf({ a: 0, b: 100, c: 200 }), 50)).toBe(0);
});
