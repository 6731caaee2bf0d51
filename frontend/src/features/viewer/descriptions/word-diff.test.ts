import { expect, test } from "vitest";

import { diffWords, type Piece } from "./word-diff";

const side = (pieces: Piece[], without: Piece["kind"]): string =>
  pieces
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join("");

test.each([
  ["", ""],
  ["", "a boat"],
  ["a boat", ""],
  ["a boat at sea", "a red boat at sea"],
  ["one two three", "three two one"],
  ["a  b\nc", "a b\nc d"],
  ["Oma am Strand", "Oma mit Hund am Strand"],
])("both texts can be read off what differs between %j and %j", (before, after) => {
  const pieces = diffWords(before, after);
  expect(side(pieces, "added")).toBe(before);
  expect(side(pieces, "removed")).toBe(after);
});

test("only what differs is marked", () => {
  expect(diffWords("a boat at sea", "a red boat at sea")).toEqual([
    { kind: "same", text: "a " },
    { kind: "added", text: "red " },
    { kind: "same", text: "boat at sea" },
  ]);
});

test("very long texts are not compared word by word", () => {
  const long = "word ".repeat(5000);
  expect(diffWords(long, "x")).toEqual([
    { kind: "removed", text: long },
    { kind: "added", text: "x" },
  ]);
});
