import { expect, test } from "vitest";

import { readLocation } from "./use-viewer-route";

test.each([
  ["/", "/", null],
  ["/settings/", "/settings", null],
  ["/images/a1", "/", "a1"],
  ["/images/a1/", "/", "a1"],
  ["/archive/images/a1", "/archive", "a1"],
  ["/favourites", "/favourites", null],
  ["/albums", "/albums", null],
  ["/albums/c3", "/albums/c3", null],
  ["/albums/c3/", "/albums/c3", null],
  ["/albums/c3/images/a1", "/albums/c3", "a1"],
  ["/search", "/search", null],
  ["/search/images/a1", "/search", "a1"],
  // Only above a grid.
  ["/albums/images/a1", "/albums/images/a1", null],
  ["/settings/images/a1", "/settings/images/a1", null],
  ["/images", "/images", null],
])("%s is the page %s with %s open", (location, path, openId) => {
  expect(readLocation(location)).toEqual({ path, openId });
});
