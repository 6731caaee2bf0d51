import { expect, test } from "vitest";

import { anImage } from "@/test/samples";

import { bigFile } from "../queue/testing/fakes";
import type { Upload } from "../queue/upload-state";
import { summarize } from "./summary";

const upload = (changes: Partial<Upload>): Upload => ({
  id: 1,
  file: bigFile("wall.jpg", 100),
  name: "wall.jpg",
  contentType: "image/jpeg",
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
