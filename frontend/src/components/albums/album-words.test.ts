import { expect, test } from "vitest";

import { anAlbum } from "@/test/samples";

import { spanInWords } from "./album-words";
import { matchingAlbums } from "./matching-albums";

test.each([
  ["2025-05-03T10:00:00", "2025-05-03T23:00:00", "3 May 2025"],
  ["2025-05-03T10:00:00", "2025-05-09T10:00:00", "3–9 May 2025"],
  ["2025-04-28T10:00:00", "2025-05-09T10:00:00", "28 Apr – 9 May 2025"],
  ["2024-12-30T10:00:00", "2025-01-02T10:00:00", "30 Dec 2024 – 2 Jan 2025"],
  [null, null, null],
])("from %s to %s is %s", (first_at, last_at, words) => {
  expect(spanInWords({ first_at, last_at })).toBe(words);
});

test("albums are found without regard to case and accents, and by their beginnings first", () => {
  const albums = ["Summer in Évora", "Évora", "Lisbon"].map((title) => anAlbum({ title }));
  const titles = (text: string) => matchingAlbums(albums, text).map(({ title }) => title);
  expect(titles(" evO")).toEqual(["Évora", "Summer in Évora"]);
  expect(titles("")).toEqual(["Summer in Évora", "Évora", "Lisbon"]);
  expect(titles("Rome")).toEqual([]);
});
