import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import { formatPhase } from "./format-phase";

/** Titles and codes as the API has them (app/images/failure_messages.py). */
test.each([
  { code: "incomplete", title: "Damaged", text: "Added, but damaged. The original is kept." },
  { code: "corrupt", title: "Damaged", text: "Added, but damaged. The original is kept." },
  {
    code: "undecodable",
    title: "No preview yet",
    text: "Added. No preview yet. The original is kept.",
  },
  {
    code: "too_slow",
    title: "No preview yet",
    text: "Added. No preview yet. The original is kept.",
  },
  {
    code: "shown_small",
    title: "Small preview",
    text: "Added. Small preview. The original is kept.",
  },
])("an upload that ended as $code says “$text”", ({ code, title, text }) => {
  const reason = "The original is kept.";
  const image = anImage({ state: "damaged", failure: { code, title, detail: reason } });
  expect(formatPhase({ name: "damaged", image, reason }, image.name, 100)).toEqual({
    text,
    tone: "warning",
  });
});

test.each([
  ["dunes\\..\\x.jpg", "x.jpg", "Added as x.jpg"],
  ["dunes/../x.jpg", "x.jpg", "Added as x.jpg"],
  ["x.jpg", "x.jpg", "Added"],
  // As macOS writes it, and as everybody reads it.
  ["e\u0301clair  1.jpg", "\u00e9clair 1.jpg", "Added"],
])("a file called %j that became %j is said to be “%s”", (chosen, name, text) => {
  const image = anImage({ name });
  expect(formatPhase({ name: "ready", image }, chosen, 100).text).toBe(text);
});
