import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import type { Day } from "./days";
import { layoutDays, verticalNeighbour, visibleBlocks, type Layout } from "./layout-days";

const day = (date: string, shapes: readonly [number, number][]): Day => ({
  date,
  title: date,
  images: shapes.map(([width, height], index) =>
    anImage({ id: `${date}-${index}`, width, height, timeline_at: `${date}T12:00:00` }),
  ),
});

const landscapes = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, index) => [3000 + (index % 5) * 400, 3000]);

const library = [
  day("2025-05-05", landscapes(2)),
  day("2025-05-04", landscapes(1)),
  day("2025-05-03", landscapes(40)),
  day("2025-05-02", landscapes(1)),
  day("2025-05-01", landscapes(3)),
];

const overlaps = (layout: Layout): number =>
  layout.tiles.filter((a) =>
    layout.tiles.some(
      (b) =>
        a.index < b.index &&
        a.x < b.x + b.width &&
        b.x < a.x + a.width &&
        a.y < b.y + b.height &&
        b.y < a.y + a.height,
    ),
  ).length;

test.each([328, 358, 760, 1400, 2500])("at %s px no tile overlaps or sticks out", (width) => {
  const layout = layoutDays(library, width);
  expect(layout.tiles.map(({ index }) => index)).toEqual([...layout.tiles.keys()]);
  expect(layout.tiles).toHaveLength(47);
  expect(overlaps(layout)).toBe(0);
  for (const tile of layout.tiles) {
    expect(tile.x + tile.width).toBeLessThanOrEqual(width);
    expect(tile.y + tile.height).toBeLessThanOrEqual(layout.height);
  }
});

test("short days stand side by side and fill the width together", () => {
  const layout = layoutDays(
    [day("2025-05-05", landscapes(3)), day("2025-05-04", landscapes(3))],
    1400,
  );
  const [first, second] = layout.blocks;
  expect(first?.y).toBe(second?.y);
  const last = layout.tiles.at(-1);
  expect((last?.x ?? 0) + (last?.width ?? 0)).toBe(1400);
  expect(new Set(layout.tiles.map(({ height }) => height)).size).toBe(1);
});

test("a day alone with one narrow picture keeps room for its heading", () => {
  const layout = layoutDays([day("2025-05-05", [[1000, 2000]])], 358);
  expect(layout.blocks[0]?.width).toBe(172);
});

test("an empty library has no height", () => {
  expect(layoutDays([], 1000)).toEqual({ blocks: [], tiles: [], height: 0, width: 1000 });
});

test("only what touches the screen is kept, and a block still knows its whole day", () => {
  const layout = layoutDays(library, 358);
  const blocks = visibleBlocks(layout, 600, 900);
  const tiles = blocks.flatMap((block) => block.tiles);
  expect(tiles.length).toBeGreaterThan(0);
  expect(tiles.length).toBeLessThan(15);
  expect(blocks.find(({ date }) => date === "2025-05-03")?.images).toHaveLength(40);
});

test("down goes to the tile below and up comes back; the edges stop", () => {
  const layout = layoutDays(library, 760);
  const start = layout.tiles.findIndex(({ image }) => image.id === "2025-05-03-1");
  const below = verticalNeighbour(layout, start, 1);
  expect(layout.tiles[below ?? -1]?.y).toBeGreaterThan(layout.tiles[start]?.y ?? 0);
  expect(verticalNeighbour(layout, below ?? -1, -1)).toBe(start);
  expect(verticalNeighbour(layout, 0, -1)).toBeNull();
  expect(verticalNeighbour(layout, layout.tiles.length - 1, 1)).toBeNull();
});

test.each([328, 358, 363, 364])("at %s px narrow days never stick out", (width) => {
  const narrow = ["2025-05-05", "2025-05-04", "2025-05-03"].map((date) => day(date, [[4, 3]]));
  for (const block of layoutDays(narrow, width).blocks) {
    expect(block.x + block.width).toBeLessThanOrEqual(width);
  }
});
