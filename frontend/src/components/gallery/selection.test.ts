import { expect, test } from "vitest";

import type { ListedImage } from "@/api";
import { anImage } from "@/test/samples";

import { changeSelection, MAX_SELECTED, nothingSelected, type SelectionAction } from "./selection";

const image = (id: string): ListedImage => anImage({ id });
const images = (ids: string): ListedImage[] => Array.from(ids, image);
const select = (...actions: SelectionAction[]) => actions.reduce(changeSelection, nothingSelected);
const after = (...actions: SelectionAction[]): string =>
  [...select(...actions).images.keys()].sort().join("");

test("a click selects, another one takes it back", () => {
  const click: SelectionAction = { type: "toggle", image: image("b") };
  expect(after(click)).toBe("b");
  expect(after(click, click)).toBe("");
});

test("a range is added, and the next one starts at the same picture", () => {
  const first: SelectionAction = { type: "toggle", image: image("b") };
  const range: SelectionAction = { type: "add", images: images("bcd"), anchor: image("b") };
  expect(after(first, { type: "toggle", image: image("x") }, range)).toBe("bcdx");
  expect(select(first, range).anchor?.id).toBe("b");
});

test("a drag back gives up what it passed, and nothing that was selected before", () => {
  const before = select({ type: "toggle", image: image("c") });
  const drag = (ids: string): SelectionAction => ({ type: "span", before, images: images(ids) });
  expect(after({ type: "toggle", image: image("c") }, drag("abcd"), drag("ab"))).toBe("abc");
});

test("a whole day is selected, and given up when all of it was", () => {
  const day: SelectionAction = { type: "toggleAll", images: images("bc") };
  expect(after({ type: "toggle", image: image("b") }, day)).toBe("bc");
  expect(after({ type: "toggle", image: image("e") }, day, day)).toBe("e");
});

test("what is gone is not selected any more", () => {
  const all: SelectionAction = { type: "add", images: images("abcde") };
  const onlyA: SelectionAction = { type: "retain", isThere: ({ id }) => id === "a" };
  expect(after(all, onlyA)).toBe("a");
  expect(select(all, { type: "retain", isThere: () => true })).toEqual(select(all));
});

test("no more are selected than can be changed at once", () => {
  const many = Array.from({ length: MAX_SELECTED + 5 }, (_, n) => image(String(n)));
  const full = select({ type: "add", images: many });
  expect(full.images.size).toBe(MAX_SELECTED);
  expect(full.images.has("0")).toBe(true);
  const more = changeSelection(full, { type: "toggle", image: image("one more") });
  expect(more.images.size).toBe(MAX_SELECTED);
});
