import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import { groupBuckets, sectionsOf } from "./timeline-list";

const bucket = (key: string, count: number) => ({ key, count });

test("small months share a section, large ones stand alone", () => {
  const groups = groupBuckets([
    bucket("2025-05", 4),
    bucket("2025-04", 400),
    bucket("2025-03", 20),
    bucket("2025-02", 30),
  ]);
  expect(groups.map((group) => group.map(({ key }) => key))).toEqual([
    ["2025-05"],
    ["2025-04"],
    ["2025-03", "2025-02"],
  ]);
});

test("what is added at the newest end leaves older groups as they are", () => {
  const old = Array.from({ length: 30 }, (_, n) => bucket(`20${40 - n}-01`, 10 + n));
  const before = groupBuckets(old);
  const after = groupBuckets([bucket("2041-01", 7), ...old]);
  expect(after.slice(-before.length + 1)).toEqual(before.slice(1));
});

test("many months with a picture each do not take a request each at once", () => {
  const sparse = Array.from({ length: 100 }, (_, n) => bucket(`${2100 - n}-01`, 1));
  expect(Math.max(...groupBuckets(sparse).map((group) => group.length))).toBeLessThanOrEqual(8);
});

test("a section is loaded with the last of its buckets, and its list then stays the same one", () => {
  const buckets = [bucket("2025-03", 1), bucket("2025-02", 1)];
  const [march, february] = [[anImage({ id: "m" })], [anImage({ id: "f" })]];
  const part = new Map([["2025-03", march]]);
  expect(sectionsOf(buckets, part)[0]?.images).toBeNull();
  const both = new Map([...part, ["2025-02", february] as const]);
  const [section] = sectionsOf(buckets, both);
  expect(section?.images?.map(({ id }) => id)).toEqual(["m", "f"]);
  expect(sectionsOf(buckets, both)[0]?.images).toBe(section?.images);
});
