import { expect, test } from "vitest";

import { moved } from "@/api";
import { anImage } from "@/test/samples";

import { stepTo, wayBack } from "./arrange";

const rows = Array.from("abcdef").map((id) => anImage({ id }));
const ids = (all: readonly { id: string }[]) => all.map(({ id }) => id).join("");

test("pictures are moved together, in the order in which they stood", () => {
  const move = (which: string, place: "before" | "after", imageId: string) =>
    ids(moved(rows, new Set(which), { place, imageId }));
  expect(move("fb", "before", "a")).toBe("bfacde");
  expect(move("ab", "after", "d")).toBe("cdabef");
  expect(move("a", "after", "f")).toBe("bcdefa");
  // One of their own, or one that is gone: nowhere.
  expect(move("ab", "after", "a")).toBe("abcdef");
});

test.each([
  ["ab", "f"],
  ["bd", "a"],
  ["ace", "f"],
  ["f", "a"],
  ["abdef", "c"],
])("what was moved (%s to %s) is put back where it stood", (which, to) => {
  const set = new Set(which);
  let now = moved(rows, set, { place: "after", imageId: to });
  for (const run of wayBack(rows, set)) now = moved(now, new Set(run.ids), run.to);
  expect(ids(now)).toBe("abcdef");
});

test("a step goes past one picture, and at the end gathers what is apart", () => {
  expect(stepTo(rows, new Set("cd"), -1)).toEqual({ place: "before", imageId: "b" });
  expect(stepTo(rows, new Set("cd"), 1)).toEqual({ place: "after", imageId: "e" });
  expect(stepTo(rows, new Set("ab"), -1)).toBeNull();
  expect(stepTo(rows, new Set("ac"), -1)).toEqual({ place: "before", imageId: "b" });
  expect(stepTo(rows, new Set("df"), 1)).toEqual({ place: "after", imageId: "e" });
  expect(stepTo(rows, new Set("abcdef"), 1)).toBeNull();
});
