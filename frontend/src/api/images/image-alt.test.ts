import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import { imageAlt } from "./image-alt";

test.each([
  [{ alt_text: "A falcon on a branch" }, "A falcon on a branch"],
  [{ alt_text: "A falcon", description_demo: true }, "A falcon (demo description)"],
  [{ alt_text: "Demo description: grey.", description_demo: true }, "Demo description: grey."],
  [{ alt_text: null }, "Photo taken 3 May 2025 (beach.jpg)"],
  [{ alt_text: "", taken_at: "2025-05-03T23:30:00-08:00" }, "Photo taken 3 May 2025 (beach.jpg)"],
  [{ taken_at: null }, "Picture added 1 June 2025 (beach.jpg)"],
])("%o is called %s", (changes, words) => {
  expect(imageAlt(anImage(changes))).toBe(words);
});
