import { expect, test } from "vitest";

import { collectFiles, withTypes } from "./collect-files";

type Tree = { [name: string]: Tree | "file" | "unreadable" };

/** As Chromium does it: file by callback, folders a hundred names at a time. */
const entryOf = (name: string, content: Tree[string]): FileSystemEntry => {
  const isFile = typeof content === "string";
  const entry = {
    name,
    isFile,
    isDirectory: !isFile,
    file: (resolve: (file: File) => void, reject: (error: Error) => void) => {
      if (content === "unreadable") reject(new DOMException("gone", "NotFoundError"));
      else resolve(new File([name], name));
    },
    createReader: () => {
      const entries = isFile
        ? []
        : Object.entries(content).map(([key, tree]) => entryOf(key, tree));
      return {
        readEntries: (resolve: (some: FileSystemEntry[]) => void) =>
          resolve(entries.splice(0, 100)),
      };
    },
  };
  return entry as unknown as FileSystemEntry;
};

test("folders are walked to the bottom, in order, past the first hundred", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 250 }, (_, n) => [`${String(n)}.jpg`, "file"] as const),
  );
  const trip = entryOf("trip", { "b.jpg": "file", day: { deep: many } });
  const { files, unreadable } = await collectFiles({
    entries: [trip],
    files: [new File(["x"], "x.jpg")],
  });
  expect(files).toHaveLength(252);
  expect(files.slice(0, 4).map(({ name }) => name)).toEqual(["x.jpg", "b.jpg", "0.jpg", "1.jpg"]);
  expect(unreadable).toBe(0);
});

test("what cannot be read is counted and stops nothing", async () => {
  const entries = [entryOf("trip", { "a.jpg": "unreadable", "b.jpg": "file" })];
  const { files, unreadable } = await collectFiles({ entries, files: [] });
  expect(files.map(({ name }) => name)).toEqual(["b.jpg"]);
  expect(unreadable).toBe(1);
});

test("what systems leave lying about is passed over", async () => {
  const entries = [
    entryOf("trip", { ".DS_Store": "file", "Thumbs.db": "file", ".hidden": { "a.jpg": "file" } }),
  ];
  expect((await collectFiles({ entries, files: [] })).files).toEqual([]);
  const { chosen } = await withTypes([new File(["x"], "desktop.ini"), new File(["x"], "a.heic")]);
  expect(chosen).toMatchObject([{ name: "a.heic", contentType: "image/heic" }]);
});

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16]);

test.each([
  ["photo", "", "image/jpeg"],
  ["x.jpg_large", "", "image/jpeg"],
  ["x.txt", "text/plain", "image/jpeg"],
  ["x.webp", "image/webp", "image/webp"],
])("%s, said to be %j, goes by its bytes: %s", async (name, type, expected) => {
  const { chosen } = await withTypes([new File([JPEG], name, { type })]);
  expect(chosen).toMatchObject([{ name, contentType: expected }]);
});

test("a file that has to be looked into and cannot be read is counted", async () => {
  const gone = new File([JPEG], "photo");
  gone.slice = () =>
    Object.assign(new Blob(), {
      arrayBuffer: () => Promise.reject(new DOMException("gone", "NotFoundError")),
    });
  const { chosen, unreadable } = await withTypes([gone, new File([JPEG], "other")]);
  expect(chosen.map(({ name }) => name)).toEqual(["other"]);
  expect(unreadable).toBe(1);
});
