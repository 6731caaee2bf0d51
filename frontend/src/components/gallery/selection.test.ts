import { expect, test } from "vitest";

import { changeSelection, nothingSelected, type SelectionAction } from "./selection";

const order = ["a", "b", "c", "d", "e"];
const after = (...actions: SelectionAction[]): string[] =>
  [...actions.reduce(changeSelection, nothingSelected).ids].sort();

test("a click selects, another one takes it back", () => {
  expect(after({ type: "toggle", id: "b" })).toEqual(["b"]);
  expect(after({ type: "toggle", id: "b" }, { type: "toggle", id: "b" })).toEqual([]);
});

test.each([
  ["d", ["b", "c", "d"]],
  ["a", ["a", "b"]],
])("a range from b to %s is %s, in either direction", (id, expected) => {
  expect(after({ type: "toggle", id: "b" }, { type: "extend", id, order })).toEqual(expected);
});

test("a range without a start is the one picture", () => {
  expect(after({ type: "extend", id: "c", order })).toEqual(["c"]);
});

test("a whole day is selected, and given up when all of it was", () => {
  const day: SelectionAction = { type: "toggleAll", ids: ["b", "c"] };
  expect(after({ type: "toggle", id: "b" }, day)).toEqual(["b", "c"]);
  expect(after({ type: "toggle", id: "e" }, day, day)).toEqual(["e"]);
});

test("what is gone is not selected any more", () => {
  const all: SelectionAction = { type: "toggleAll", ids: order };
  expect(after(all, { type: "retain", ids: new Set(["a", "x"]) })).toEqual(["a"]);
});
