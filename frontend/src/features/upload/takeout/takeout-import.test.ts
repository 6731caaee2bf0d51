/** What an import does with a queue and a library: what it takes for its own, and what it says of pictures. */
import { QueryClient } from "@tanstack/react-query";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { anImage } from "@/test/samples";
import { server } from "@/test/server";

import { pictureFile, standInHash } from "../queue/testing/fakes";
import { QueueUnderTest } from "../queue/testing/queue-harness";
import { ImportApi } from "./import-api";
import { isSame } from "./journal";
import type { Row } from "./rows";
import { parseSidecar } from "./sidecar";
import { marksOf, TakeoutImport } from "./takeout-import";

type InLibrary = { id: string; sha256: string; created_at: string; state: "ready" };

const realTimeout = setTimeout;
let uploads: QueueUnderTest;
let library: InLibrary[];
let asked: string[];
let session: TakeoutImport;
const end = new AbortController();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  uploads = new QueueUnderTest();
  library = [];
  asked = [];
  server.use(
    http.get("*/api/images/changes", () =>
      HttpResponse.json({
        images: library.map((image) => ({ ...anImage(), ...image, deleted_at: null })),
        removed: [],
        changed_until: "1",
        has_more: false,
      }),
    ),
    http.get("*/api/images", () =>
      HttpResponse.json({ images: [], next_cursor: null, addresses: null }),
    ),
    http.patch("*/api/images/:id", () => HttpResponse.json({})),
    http.get("*/api/images/:id", () => HttpResponse.json({ ...anImage(), corrected: ["taken"] })),
    http.get("*/api/albums", () => HttpResponse.json({ albums: [], next_cursor: null })),
    http.post("*/api/images/batch", async ({ request }) => {
      asked.push(await request.text());
      return HttpResponse.json({ undo: null });
    }),
  );
});

afterEach(() => {
  session.close();
  uploads.queue.close();
  vi.useRealTimers();
});

const hashOf = async (name: string): Promise<string> =>
  (await standInHash(pictureFile(name))).sha256;

const rowOf = async (file: File, id: number): Promise<Row> => ({
  kind: "media",
  id,
  container: "",
  path: file.name,
  name: file.name,
  size: file.size,
  modified: null,
  source: { file: id, at: null },
  type: file.type,
  sha256: await hashOf(file.name),
  parts: null,
  own: { taken: null, offset: null, place: null },
});

/** Plans files of these names. */
const plan = async (...names: string[]): Promise<void> => {
  const files = names.map((name) => pictureFile(name));
  const words = names.map((name, index) => loved(name, files.length + index));
  const { queue } = uploads;
  session = new TakeoutImport({
    dropped: files.map((file) => ({ file, path: file.name })),
    userId: "ada",
    limits: { maxBytes: 1000, contentTypes: ["image/jpeg"] },
    queue,
    album: null,
    api: new ImportApi(new QueryClient(), (call) => call(), end.signal),
    signal: end.signal,
    read: () => Promise.all(files.map(rowOf)).then((rows) => [...rows, ...words]),
  });
  await until("plan");
};

/** The import's words of a file of this name: it is a favourite. */
const loved = (name: string, id: number): Row => ({
  kind: "json",
  id,
  container: "",
  path: `${name}.json`,
  name: `${name}.json`,
  size: 2,
  modified: null,
  source: { file: id, at: null },
  said: parseSidecar(
    JSON.stringify({ title: name, favorited: true, photoTakenTime: { timestamp: "1563105600" } }),
  ),
});

/** In steps of time, between which answers of the server come in. */
const until = async (stage: string): Promise<void> => {
  for (let step = 0; step < 1_000 && session.snapshot().stage !== stage; step += 1) {
    await vi.advanceTimersByTimeAsync(200);
    await answers();
  }
  expect(session.snapshot().stage).toBe(stage);
};

/** Lets the server of the test answer. */
const answers = () => new Promise((resolve) => realTimeout(resolve, 0));

const arrivesOtherwise = async (name: string) => {
  const created_at = new Date().toISOString();
  library.push({ id: `${name} again`, sha256: await hashOf(name), created_at, state: "ready" });
};

test("what did not become this import's picture stays when it comes by another way", async () => {
  await plan("a.jpg", "b.jpg");
  uploads.storage.next.push("stored", "hold");
  session.begin();
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(200);
    expect(uploads.phases.map(({ name }) => name)).toEqual(["ready", "sending"]);
  });
  uploads.queue.cancelAll();
  await until("done");
  await arrivesOtherwise("a.jpg");
  await arrivesOtherwise("b.jpg");
  await session.undo();
  expect(session.snapshot()).toMatchObject({ undone: { pictures: 1 } });
  expect(asked.slice(1)).toEqual(['{"action":"delete","images":{"ids":["a.jpg again"]}}']);
});

test("what another upload of the page brings has the export's words, and is not the import's", async () => {
  uploads.storage.takesMs = 3_000;
  uploads.add(pictureFile("a.jpg"));
  await plan("a.jpg");
  session.begin();
  await until("done");
  expect(asked).toEqual(['{"action":"favourite","images":{"ids":["image-1"]}}']);
  expect(session.snapshot()).toMatchObject({ report: { added: 0, already: 1 } });
  await arrivesOtherwise("a.jpg");
  await session.undo();
  expect(session.snapshot()).toMatchObject({ undone: { pictures: 0 } });
});

test("where the other upload fails, the import sends it", async () => {
  uploads.storage.next.push("hold");
  uploads.add(pictureFile("a.jpg"));
  await plan("a.jpg");
  session.begin();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(uploads.names).toEqual(["sending", "duplicate"]);
  uploads.queue.cancel(1);
  uploads.queue.clearFinished();
  await until("done");
  expect(asked).toEqual(['{"action":"favourite","images":{"ids":["image-1"]}}']);
  expect(session.snapshot()).toMatchObject({ report: { added: 1, already: 0 } });
});

test("an undo cancels what still runs, and what lands afterwards begins nothing", async () => {
  await plan("a.jpg", "b.jpg", "c.jpg");
  uploads.storage.next.push("stored", "hold", "hold");
  // What is said of the first is refused; the others are being sent.
  server.use(
    http.get("*/api/images", () =>
      HttpResponse.json({ code: "forbidden", detail: "No." }, { status: 403 }),
    ),
  );
  session.begin();
  await until("done");
  expect(uploads.names).toEqual(["ready", "sending", "sending"]);
  await arrivesOtherwise("a.jpg");
  const undoing = session.undo();
  await until("undone");
  await undoing;
  expect(session.snapshot()).toMatchObject({ undone: { pictures: 1 } });
  expect(uploads.names).toEqual(["ready", "cancelled", "cancelled"]);
  uploads.queue.retry(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(uploads.names).toEqual(["ready", "ready", "cancelled"]);
  expect(session.snapshot().stage).toBe("undone");
});

const dropped = (path: string, content: string, lastModified = 1) => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { file: new File([content], name, { lastModified }), path };
};

test.each([
  ["a zip of several", true, [dropped("a.zip", "a"), dropped("b.zip", "bb")]],
  [
    "a zip, and pictures that were dropped with it",
    true,
    [dropped("a.zip", "a"), dropped("c", "")],
  ],
  ["a zip of the same name", false, [dropped("a.zip", "another")]],
])("the same import: %s", (_, isIt, files) => {
  expect(isSame(marksOf([dropped("a.zip", "a", 2)]), marksOf(files))).toBe(isIt);
});

test.each([
  ["a folder", true, [dropped("DCIM/b.jpg", "b", 2)]],
  ["a folder of that name, with as many files", false, [dropped("DCIM/b.jpg", "bb")]],
  ["a file of the same name", false, [dropped("DCIM", "b")]],
])("the same import: %s", (_, isIt, files) => {
  expect(isSame(marksOf([dropped("DCIM/b.jpg", "b")]), marksOf(files))).toBe(isIt);
});

test("pictures of one name are the same by their dates", () => {
  const mark = (time: number) => marksOf([dropped("b.jpg", "b", time)]);
  expect(mark(1)).toEqual(mark(1));
  expect(mark(1)).not.toEqual(mark(2));
  expect(isSame([...mark(1), "c"], [...mark(1), "d"])).toBe(false);
});
