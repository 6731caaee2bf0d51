import { expect, test } from "vitest";

import { scrollAt } from "./use-pointer-selection";

test.each([
  [400, 0],
  [90, 0],
  [710, 0],
  [0, -28],
  [-500, -28],
  [800, 28],
  [755, 14],
  [45, -14],
])("a drag at a height of %s of 800 scrolls by %s", (y, by) => {
  expect(scrollAt(y, 800)).toBe(by);
});
