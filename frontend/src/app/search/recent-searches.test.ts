import { afterEach, expect, test } from "vitest";

import { SEARCHES } from "../device-data";
import { clearSearches, noteSearch, recentSearches } from "./recent-searches";

afterEach(() => localStorage.clear());

test("the latest are kept, each once, the latest first", () => {
  for (let number = 0; number < 10; number++) noteSearch("ada", `beach ${number}`);
  noteSearch("ada", "BEACH 5");
  expect(recentSearches("ada")).toEqual(
    ["BEACH 5", ...[9, 8, 7, 6, 4, 3].map((each) => `beach ${each}`)].concat("beach 2"),
  );
});

test("nobody sees what somebody else searched for, nor what was cleared", () => {
  noteSearch("ada", "beach");
  expect(recentSearches("bob")).toEqual([]);
  noteSearch("bob", "snow");
  expect(recentSearches("ada")).toEqual([]);
  clearSearches("bob");
  expect(recentSearches("bob")).toEqual([]);
});

test.each(["{not json", "null", '{"user":"ada","searches":[3]}', "3"])(
  "%s is what nobody searched for",
  (written) => {
    localStorage.setItem(SEARCHES, written);
    expect(recentSearches("ada")).toEqual([]);
  },
);
