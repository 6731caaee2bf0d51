import { expect, test } from "vitest";

import { readLocation } from "./use-viewer-route";

test.each([
  ["/", "/", null],
  ["/settings/", "/settings", null],
  ["/images/a1", "/", "a1"],
  ["/images/a1/", "/", "a1"],
  ["/archive/images/a1", "/archive", "a1"],
  ["/favourites", "/favourites", null],
  // Only above a grid.
  ["/settings/images/a1", "/settings/images/a1", null],
  ["/images", "/images", null],
])("%s is the page %s with %s open", (location, path, openId) => {
  expect(readLocation(location)).toEqual({ path, openId });
});
