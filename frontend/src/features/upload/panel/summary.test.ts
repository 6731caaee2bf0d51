import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import { bigFile } from "../queue/testing/fakes";
import type { Upload } from "../queue/upload-state";
import { footnotes, headline, summarize } from "./summary";

const upload = (changes: Partial<Upload>): Upload => ({
  id: 1,
  file: bigFile("wall.jpg", 100),
  name: "wall.jpg",
  contentType: "image/jpeg",
  album: null,
  phase: { name: "waiting" },
  kept: 0,
  ...changes,
});

test("tells bytes that took no time from those that were sent, so that speed is of these alone", () => {
  const { bytes } = summarize([
    upload({ phase: { name: "sending", sent: 70 }, kept: 60 }),
    upload({ phase: { name: "processing", imageId: "a", slow: false }, kept: 60 }),
    upload({ phase: { name: "already", image: anImage(), restored: false } }),
    upload({ phase: { name: "waiting" } }),
  ]);
  expect(bytes).toEqual({ total: 400, sent: 270, kept: 220 });
});

test("says into which album all of them went, and of several albums nothing", () => {
  const done = { phase: { name: "ready", image: anImage() } } as const;
  const lisbon = { id: "a", title: "Lisbon" };
  const notes = (...uploads: Partial<Upload>[]) =>
    footnotes(summarize(uploads.map((changes) => upload({ ...done, ...changes }))));
  expect(notes({ album: lisbon }, { album: lisbon })).toEqual(["In Lisbon"]);
  expect(notes({ album: lisbon }, { album: null })).toEqual([]);
  expect(notes({ album: lisbon }, { album: { id: "b", title: "Porto" } })).toEqual([]);
  expect(notes({})).toEqual([]);
});

test("says how many of those that were added cannot be shown as they are", () => {
  const shown = { name: "ready", image: anImage() } as const;
  const damaged = { name: "damaged", image: anImage(), reason: "It is cut off." } as const;
  const summary = summarize([upload({ phase: shown }), upload({ phase: damaged })]);
  expect(headline(summary)).toBe("2 pictures added");
  expect(footnotes(summary)).toEqual(["1 damaged or without a preview"]);
});
