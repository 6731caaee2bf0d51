import { expect, test } from "vitest";

import { justify, MAX_STRETCH, rowRatio } from "./justify";

const measures = { width: 1000, targetHeight: 200, gap: 4 };

const extent = (widths: readonly number[]): number =>
  widths.reduce((total, width) => total + width, 0) + measures.gap * (widths.length - 1);

const shapes = Array.from(
  { length: 200 },
  (_, index) => [0.75, 1.5, 1.33, 0.5, 2.6, 1][index % 6] ?? 1,
);

test("every full row ends exactly at the right edge, whatever rounding did", () => {
  const { rows } = justify(shapes, measures);
  for (const row of rows.slice(0, -1)) expect(extent(row.widths)).toBe(1000);
});

test("no picture is lost and rows stay near the height wanted", () => {
  const { rows } = justify(shapes, measures);
  expect(rows.flatMap((row) => row.widths)).toHaveLength(shapes.length);
  for (const { height } of rows) {
    expect(height).toBeGreaterThan(120);
    expect(height).toBeLessThanOrEqual(200 * MAX_STRETCH);
  }
});

test("a last row with too few pictures keeps the height instead of becoming huge", () => {
  const { rows } = justify([1.5], measures);
  expect(rows).toEqual([{ height: 200, widths: [300] }]);
});

test("pictures keep their shape within a pixel", () => {
  const { rows } = justify([1.5, 0.75, 1.33, 1], measures);
  const ratios = rows.flatMap((row) => row.widths.map((width) => width / row.height));
  [1.5, 0.75, 1.33, 1].forEach((ratio, index) => expect(ratios[index]).toBeCloseTo(ratio, 1));
});

test.each([
  [4000, 3000, 4 / 3],
  [20_000, 1_000, 2.6],
  [100, 5_000, 0.5],
  [null, null, 1],
  [0, 10, 1],
])("a picture of %s by %s takes the shape %s", (width, height, ratio) => {
  expect(rowRatio(width, height)).toBeCloseTo(ratio);
});
