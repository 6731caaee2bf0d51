import { expect, test } from "vitest";

import { hasPassed, formatDateTime } from "./format-date";

/** Local times, so that the tests say the same in every time zone. */
const at = (...parts: [number, number, number, number, number]) => new Date(...parts);
const NOW = at(2026, 4, 15, 12, 0);

test.each([
  [at(2026, 4, 15, 12, 0), "just now"],
  [at(2026, 4, 15, 11, 59), "1 minute ago"],
  [at(2026, 4, 15, 11, 15), "45 minutes ago"],
  [at(2026, 4, 15, 0, 5), "today at 00:05"],
  [at(2026, 4, 14, 23, 55), "yesterday at 23:55"],
  [at(2026, 4, 16, 9, 30), "tomorrow at 09:30"],
  [at(2026, 4, 13, 14, 5), "13 May at 14:05"],
  [at(2026, 4, 22, 14, 5), "22 May at 14:05"],
  [at(2025, 11, 31, 14, 5), "31 December 2025"],
])("%s is %s", (moment, words) => {
  expect(formatDateTime(moment.toISOString(), NOW)).toBe(words);
});

test("what is now has passed", () => {
  expect(hasPassed("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:00:00Z"))).toBe(true);
  expect(hasPassed("2026-01-01T00:00:01Z", Date.parse("2026-01-01T00:00:00Z"))).toBe(false);
});
