import { describe, expect, test } from "vitest";

import { elementHeight, fromElement, isOutOfStep, MAX_ELEMENT, toElement } from "./scroll-scale";

const TALL = 41_000_000;

test("a grid that fits is not scaled", () => {
  expect(elementHeight(9_000_000)).toBe(9_000_000);
  expect(toElement(8_765_432, 9_000_000)).toBe(8_765_432);
  expect(fromElement(8_765_432, 9_000_000)).toBe(8_765_432);
});

describe("a grid of a million pictures", () => {
  test("begins and ends with its element", () => {
    expect(elementHeight(TALL)).toBe(MAX_ELEMENT);
    expect(toElement(0, TALL)).toBe(0);
    expect(toElement(TALL, TALL)).toBe(MAX_ELEMENT);
    expect(toElement(TALL - 900, TALL)).toBe(MAX_ELEMENT - 900);
  });

  test("has a place in the element for each height, in order, and back", () => {
    let last = -1;
    for (let y = 0; y <= TALL; y += 123_457) {
      const place = toElement(y, TALL);
      expect(place).toBeGreaterThan(last);
      expect(Math.abs(fromElement(place, TALL) - y)).toBeLessThanOrEqual(4);
      last = place;
    }
  });

  test("can be scrolled for a while before anything must be aligned", () => {
    const y = TALL / 2;
    const base = y - toElement(y, TALL);
    expect(isOutOfStep(y, base, TALL)).toBe(false);
    expect(isOutOfStep(y + 4_000_000, base, TALL)).toBe(false);
    expect(isOutOfStep(y + 7_000_000, base, TALL)).toBe(true);
  });

  test("is aligned before its element ends", () => {
    // Scrolled down from the top all the way, without a jump.
    expect(isOutOfStep(13_000_000, 0, TALL)).toBe(false);
    expect(isOutOfStep(14_500_000, 0, TALL)).toBe(true);
  });
});
