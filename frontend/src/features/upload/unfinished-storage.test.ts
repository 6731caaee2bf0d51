import { afterEach, expect, test, vi } from "vitest";

import { dismissUnfinished, readUnfinished, UnfinishedNote } from "./unfinished-storage";
import { forgetImports, forgetUnfinished, hasUnfinished } from "./unfinished-storage-keys";

const ADA = "ada";
const a = { name: "a.jpg", size: 1 };
const b = { name: "b.jpg", size: 2 };

afterEach(() => localStorage.clear());

test("what a page had not sent is there for the next one, for the same account only", async () => {
  new UnfinishedNote(ADA).write([a, b]);
  expect(hasUnfinished(ADA)).toBe(true);
  expect(await readUnfinished(ADA)).toEqual([a, b]);
  expect(await readUnfinished("grace")).toEqual([]);
  expect(hasUnfinished("grace")).toBe(false);
});

test("nothing stays once all is sent", () => {
  const note = new UnfinishedNote(ADA);
  note.write([a]);
  note.write([]);
  expect(localStorage).toHaveLength(0);
});

test("files that are chosen again pass into the note of the page that sends them now", async () => {
  new UnfinishedNote(ADA).write([a, b]);
  const now = new UnfinishedNote(ADA);
  now.write([a]);
  await now.takeOver([a]);
  expect(await readUnfinished(ADA)).toHaveLength(2);
  now.write([]);
  expect(await readUnfinished(ADA)).toEqual([b]);
});

test("it can be dismissed, and is forgotten at sign-out", async () => {
  new UnfinishedNote(ADA).write([a]);
  await dismissUnfinished(ADA);
  expect(localStorage).toHaveLength(0);

  new UnfinishedNote(ADA).write([a]);
  forgetUnfinished(ADA);
  expect(localStorage).toHaveLength(0);
});

test("who is signed out keeps no journals of imports", async () => {
  const names = ["pinhole.imports.ada", "another", "pinhole.imports.grace"];
  const deleteDatabase = vi.fn();
  const databases = () => Promise.resolve(names.map((name) => ({ name, version: 1 })));
  vi.stubGlobal("indexedDB", { databases, deleteDatabase });
  await forgetImports();
  vi.unstubAllGlobals();
  expect(deleteDatabase.mock.calls).toEqual([["pinhole.imports.ada"], ["pinhole.imports.grace"]]);
});

test("a note that someone tampered with says nothing", async () => {
  localStorage.setItem("pinhole.unfinished.ada.1", "{not json");
  localStorage.setItem("pinhole.unfinished.ada.2", '[{"name":3},"x",null]');
  expect(await readUnfinished(ADA)).toEqual([]);
});
