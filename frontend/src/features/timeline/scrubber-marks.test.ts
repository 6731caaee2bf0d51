import { expect, test } from "vitest";

import { heightOf, marksOf, shareOf, stepMonth, type Month } from "./scrubber-marks";

/** Each month from the end of 2025 down to the beginning of 2018, 1,000 px each. */
const months: Month[] = Array.from({ length: 96 }, (_, n) => {
  const key = `${2025 - Math.floor(n / 12)}-${String(12 - (n % 12)).padStart(2, "0")}`;
  return { key, title: key, y: n * 1_000 };
});
const END = 95_000;

test("a place in the track and a height of the grid are each other's", () => {
  for (const share of [0, 0.25, 1]) expect(shareOf(heightOf(share, END), END)).toBeCloseTo(share);
  expect(shareOf(-500, END)).toBe(0);
  expect(shareOf(END + 500, END)).toBe(1);
});

test("all years are written where there is room, from the newest on", () => {
  const years = marksOf(months, END, 800).flatMap(({ year }) => year ?? []);
  expect(years).toEqual(["2025", "2024", "2023", "2022", "2021", "2020", "2019", "2018"]);
});

test("marks never touch", () => {
  for (const height of [300, 700, 2_000]) {
    const marks = marksOf(months, END, height).sort((a, b) => a.share - b.share);
    marks.slice(1).forEach((mark, at) => {
      const gap = (mark.share - (marks[at]?.share ?? 0)) * height;
      expect(gap).toBeGreaterThanOrEqual(6.9);
    });
  }
});

test("arrows step by months", () => {
  expect(stepMonth(months, "2025-12", { by: 1, unit: "month" })?.key).toBe("2025-11");
  expect(stepMonth(months, "2025-01-15", { by: 1, unit: "month" })?.key).toBe("2024-12");
  expect(stepMonth(months, "2025-12", { by: -1, unit: "month" })).toBeNull();
  expect(stepMonth(months, "2018-01", { by: 1, unit: "month" })).toBeNull();
});

test("pages step by years, up first to the beginning of the year one is in", () => {
  expect(stepMonth(months, "2025-06", { by: 1, unit: "year" })?.key).toBe("2024-12");
  expect(stepMonth(months, "2018-06", { by: 1, unit: "year" })).toBeNull();
  expect(stepMonth(months, "2024-06", { by: -1, unit: "year" })?.key).toBe("2024-12");
  expect(stepMonth(months, "2024-12", { by: -1, unit: "year" })?.key).toBe("2025-12");
  expect(stepMonth(months, "2025-12", { by: -1, unit: "year" })).toBeNull();
});
