import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import { dayTitle, groupByDay } from "./days";

const now = new Date(2026, 10, 22, 0, 30);

test.each([
  ["2026-11-22", "Today"],
  ["2026-11-21", "Yesterday"],
  ["2025-05-03", "Sat, 3 May 2025"],
  ["2027-01-01", "Fri, 1 Jan 2027"],
])("%s is called %s", (date, title) => {
  expect(dayTitle(date, now)).toBe(title);
});

test("yesterday of the first day of a year is the last of the year before", () => {
  expect(dayTitle("2025-12-31", new Date(2026, 0, 1, 12))).toBe("Yesterday");
});

test("pictures are grouped by their own wall clock, in the order they came", () => {
  const images = ["2025-05-03T23:59:59", "2025-05-03T00:00:00", "2025-05-02T23:59:59"].map(
    (timeline_at, index) => anImage({ id: String(index), timeline_at }),
  );
  const days = groupByDay(images, now);
  expect(days.map(({ date, images: own }) => [date, own.map(({ id }) => id)])).toEqual([
    ["2025-05-03", ["0", "1"]],
    ["2025-05-02", ["2"]],
  ]);
});
