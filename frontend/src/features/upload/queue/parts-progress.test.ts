import { expect, test, vi } from "vitest";

import { PartsProgress } from "./parts-progress";
import type { PartPlace } from "./upload-api";
import type { Phase } from "./upload-state";

const part = (number: number, more: Partial<PartPlace> = {}): PartPlace => ({
  number,
  offset: (number - 1) * 100,
  size: 100,
  is_stored: false,
  url: "https://storage.test/",
  headers: {},
  ...more,
});
const [one, two, three] = [part(1), part(2), part(3)];

const follow = () => {
  const phases: Phase[] = [];
  const onKept = vi.fn();
  const progress = new PartsProgress({ report: (phase) => phases.push(phase), onKept });
  return { progress, onKept, last: () => phases.at(-1), phases };
};

test("counts what is stored and what is on its way", () => {
  const { progress, last } = follow();
  progress.begin([one, two, three]);
  progress.moved(one, 40);
  progress.moved(two, 30);
  expect(last()).toEqual({ name: "sending", sent: 70 });
  progress.ended(one, { isStored: true });
  expect(last()).toEqual({ name: "sending", sent: 130 });
});

test("begins with what storage has, and tells of it once", () => {
  const { progress, onKept, last } = follow();
  const parts = [part(1, { is_stored: true }), part(2, { is_stored: true }), three];
  progress.begin(parts);
  expect(last()).toEqual({ name: "sending", sent: 200 });
  progress.begin(parts);
  expect(onKept).toHaveBeenCalledExactlyOnceWith(200);
});

test("goes back by one part at most when all lines break, and is paused only then", () => {
  const { progress, last } = follow();
  progress.begin([one, two, three]);
  for (const each of [one, two, three]) progress.moved(each, 90);
  progress.paused(one, "connection");
  progress.paused(two, "connection");
  expect(last()).toEqual({ name: "sending", sent: 170 });
  progress.paused(three, "offline");
  expect(last()).toEqual({ name: "interrupted", sent: 170, cause: "offline" });

  for (const each of [one, two, three]) progress.moved(each, 10);
  expect(last()).toEqual({ name: "sending", sent: 170 });
  for (const each of [one, two, three]) progress.moved(each, 60);
  expect(last()).toEqual({ name: "sending", sent: 180 });
});

test("believes a storage that has lost what it had", () => {
  const { progress, last } = follow();
  progress.begin([one, two, three]);
  progress.ended(one, { isStored: true });
  progress.ended(two, { isStored: true });
  progress.begin([one, two, three]);
  expect(last()).toEqual({ name: "sending", sent: 0 });
});
