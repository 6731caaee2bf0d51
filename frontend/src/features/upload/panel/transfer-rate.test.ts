import { expect, test } from "vitest";

import { TransferRate, timeLeft } from "./transfer-rate";

test("says nothing until it has seen enough, then the speed of the last seconds", () => {
  const meter = new TransferRate();
  expect(meter.measure(0, 0)).toBeNull();
  expect(meter.measure(1_000_000, 1_000)).toBeNull();
  expect(meter.measure(3_000_000, 3_000)).toBe(1_000_000);
  for (let second = 4; second <= 30; second += 1) meter.measure(3_000_000, second * 1_000);
  expect(meter.measure(3_000_000, 31_000)).toBeNull();
});

test("starts over when bytes are taken back", () => {
  const meter = new TransferRate();
  meter.measure(0, 0);
  meter.measure(5_000_000, 5_000);
  expect(meter.measure(1_000_000, 6_000)).toBeNull();
});

test.each([
  [3, "a few seconds left"],
  [21, "about 30 seconds left"],
  [58, "about a minute left"],
  [200, "about 4 minutes left"],
  [4_000, "about an hour left"],
  [9_000, "about 3 hours left"],
])("%d seconds are %s", (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words);
});
