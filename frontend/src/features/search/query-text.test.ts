import { expect, test } from "vitest";

import type { Chip } from "@/api";

import { daysOf, textOf, without } from "./query-text";

const chip = (start: number, end: number): Chip => ({
  kind: "date",
  start,
  end,
  first_day: "2025-12-01",
  last_day: "2026-02-28",
});

test("a part is cut by code points, whatever stands before it", () => {
  const q = "🐕🐕 last winter snow";
  expect(textOf(q, chip(3, 14))).toBe("last winter");
  expect(without(q, chip(3, 14))).toBe("🐕🐕 snow");
  expect(without("last winter", chip(0, 11))).toBe("");
});

test("a date says which days it means", () => {
  expect(daysOf(chip(0, 1))?.replace(/\s/gu, " ")).toBe("1 Dec 2025 – 28 Feb 2026");
  expect(daysOf({ ...chip(0, 1), kind: "from" })).toBeNull();
});
