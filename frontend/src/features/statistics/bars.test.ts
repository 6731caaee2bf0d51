import { expect, test } from "vitest";

import type { Bar } from "@/api";

import { nameOf, sentenceOf, shareOf, withEmptyYears } from "./bars";

const bar = (label: string | null, images = 1): Bar => ({
  label,
  is_rest: false,
  images,
  bytes: images * 1000,
  q: null,
});

test("years without pictures stand between those that have some", () => {
  const years = withEmptyYears([bar("2021"), bar("2024")]);
  expect(years.map(({ label, images }) => [label, images])).toEqual([
    ["2021", 1],
    ["2022", 0],
    ["2023", 0],
    ["2024", 1],
  ]);
  expect(withEmptyYears([bar("1899"), bar("2024")])).toHaveLength(2);
  expect(withEmptyYears([])).toEqual([]);
});

test("bars say what they stand for", () => {
  expect(nameOf(bar(null), "camera")).toBe("Camera not known");
  expect(nameOf({ ...bar(null), is_rest: true }, "lens")).toBe("All others");
  expect(sentenceOf(bar("2024", 2), "year")).toBe("2024: 2 pictures, 2 KB");
  expect([shareOf(0, 0), shareOf(1, 1000), shareOf(1, 2)]).toEqual(["0 %", "under 1 %", "50 %"]);
});
