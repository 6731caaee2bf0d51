import { expect, test } from "vitest";

import { offsetIn, offsetInWords, offsetOf, offsetsWith, partsOf, shifted } from "./wall-clock";

test.each([
  ["2024-05-03T14:05:06", 3_600, "2024-05-03T15:05:06"],
  ["2024-03-01T00:00:00", -1, "2024-02-29T23:59:59"],
  // Clocks of Berlin skip this hour; a wall clock without a zone does not.
  ["2024-03-31T01:30", 3_600, "2024-03-31T02:30:00"],
  ["9999-12-31T23:59:59", 1, null],
])("%s is %i seconds later %s", (clock, seconds, later) => {
  expect(shifted(clock, seconds)).toBe(later);
});

test.each([
  ["2024-05-03T14:05:06+05:45", 345],
  ["2024-05-03T14:05:06-03:30", -210],
  ["2024-05-03T14:05:06Z", 0],
  ["2024-05-03T14:05:06", null],
  [null, null],
])("%s is %s minutes from UTC", (moment, minutes) => {
  expect(offsetOf(moment)).toBe(minutes);
});

test.each([
  [0, "UTC"],
  [345, "UTC+05:45"],
  [-210, "UTC−03:30"],
])("%i minutes are said as %s", (minutes, words) => {
  expect(offsetInWords(minutes)).toBe(words);
});

test("an offset that no place has can be chosen when a picture has it", () => {
  expect(offsetsWith(7)).toContain(7);
  expect(offsetsWith(60)).toHaveLength(offsetsWith(null).length);
});

test("a time without seconds has none", () => {
  expect(partsOf("2024-05-03T14:05")).toEqual({ date: "2024-05-03", time: "14:05:00" });
});

test.each([
  ["Europe/Rome", "2024-07-03T14:05:06", 120],
  ["Europe/Rome", "2024-01-03T14:05:06", 60],
  ["Asia/Kathmandu", "2024-01-03T14:05", 345],
  ["America/St_Johns", "2024-01-03T14:05:06", -210],
  // The hour that is there twice, the one that is skipped, and the minutes around both.
  ["Europe/Rome", "2024-10-27T01:59:59", 120],
  ["Europe/Rome", "2024-10-27T02:30:00", 120],
  ["Europe/Rome", "2024-10-27T03:00:00", 60],
  ["Europe/Rome", "2024-03-31T01:59:59", 60],
  ["Europe/Rome", "2024-03-31T02:30:00", 120],
  ["Europe/Rome", "2024-03-31T03:00:00", 120],
  ["Pacific/Kiritimati", "2024-01-01T00:00:00", 840],
  ["Nowhere/Land", "2024-01-03T14:05:06", null],
  ["Europe/Rome", "T", null],
])("in %s a clock that shows %s is %s minutes from UTC", (zone, clock, minutes) => {
  expect(offsetIn(zone, clock)).toBe(minutes);
});
