/** What is said to the API of pictures that have arrived, and what an undo takes back. */
import { QueryClient } from "@tanstack/react-query";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { anAlbum, anImage } from "@/test/samples";
import { server } from "@/test/server";

import { Applier, type Landed } from "./apply";
import { zoneOf } from "./clocks";
import type { Facts } from "./folder";
import { ImportApi } from "./import-api";
import { digestOf, Journal } from "./journal";
import { undoImport } from "./undo";

const NOON = Date.UTC(2019, 6, 14, 12) / 1000;

const FACTS: Facts = {
  name: "a.jpg",
  taken: null,
  offset: null,
  dated: "picture",
  isSaid: false,
  moment: null,
  place: null,
  description: "",
  favourite: false,
  archived: false,
  people: 0,
  tags: [],
  albums: [],
};

const landed = (facts: Partial<Facts>, more: Partial<Landed> = {}): Landed => ({
  sha256: "5a",
  imageId: "i1",
  isNew: true,
  isSent: true,
  before: null,
  facts: { ...FACTS, ...facts },
  ...more,
});

let asked: string[];
let api: ImportApi;
let journal: Journal;

beforeEach(async () => {
  asked = [];
  api = new ImportApi(new QueryClient(), (call) => call(), new AbortController().signal);
  journal = await Journal.open("ada", ["takeout.zip 1"]);
  const note = async (request: Request) => {
    const body = await request.text();
    asked.push(`${request.method} ${new URL(request.url).pathname} ${body}`.trim());
  };
  server.use(
    http.post("*/api/images/batch", async ({ request }) => {
      const { images } = (await request.clone().json()) as { images: { ids: string[] } };
      await note(request);
      return HttpResponse.json({ undo: { images } });
    }),
    http.patch("*/api/images/:id", async ({ request }) => {
      await note(request);
      return HttpResponse.json({});
    }),
    http.get("*/api/albums", () =>
      HttpResponse.json({ albums: [{ ...anAlbum(), id: "b1", title: "Trip" }], next_cursor: null }),
    ),
    http.post("*/api/albums", async ({ request }) => {
      await note(request);
      return HttpResponse.json({ ...anAlbum(), id: "b2" });
    }),
    http.delete("*/api/albums/:id", async ({ request }) => {
      await note(request);
      return HttpResponse.json({});
    }),
  );
});

afterEach(() => {
  vi.useRealTimers();
});

const applier = (titles: Record<string, string> = {}) =>
  new Applier({
    api,
    journal,
    albums: new Map(
      Object.entries(titles).map(([key, title]) => [key, { key, title, description: "" }]),
    ),
    zone: zoneOf("Europe/Berlin"),
    open: null,
  });

test("an album of that title is used, another is made, and two folders never share one", async () => {
  const said = applier({ one: "Trip", two: "Trip" });
  await said.say([landed({ albums: ["one", "two"] })]);
  expect(asked).toEqual([
    'POST /api/images/batch {"action":"add_to_album","album_id":"b1","images":{"ids":["i1"]}}',
    'POST /api/albums {"title":"Trip","description":""}',
    'POST /api/images/batch {"action":"add_to_album","album_id":"b2","images":{"ids":["i1"]}}',
  ]);
  expect(journal.albums).toEqual([
    { key: digestOf("one"), albumId: "b1", isNew: false, added: ["i1"] },
    { key: digestOf("two"), albumId: "b2", isNew: true, added: [] },
  ]);
});

test("a date that the site has read in the picture stays, unless it is another moment", async () => {
  const read = (takenAt: string) =>
    server.use(
      http.get("*/api/images", () =>
        HttpResponse.json({
          images: [{ ...anImage(), id: "i1", taken_at: takenAt, dated_by: "picture" }],
          next_cursor: null,
          addresses: null,
        }),
      ),
    );
  const facts = { isSaid: true, taken: "2019-07-14T14:00:00", offset: 120, moment: NOON };
  read("2019-07-14T21:00:00+09:00");
  await applier().say([landed(facts)]);
  expect(asked).toEqual([]);
  read("2022-01-01T00:00:00+09:00");
  await applier().say([landed(facts)]);
  expect(asked).toEqual([
    'PATCH /api/images/i1 {"taken":{"at":"2019-07-14T21:00:00","offset_minutes":540}}',
  ]);
});

test.each([
  ["was there before", false],
  ["was in Recently deleted, or was added by a page that was closed", true],
])("what a person has said of a picture that %s stays", async (_, isNew) => {
  server.use(
    http.get("*/api/images/i1", () =>
      HttpResponse.json({
        ...anImage(),
        corrected: [],
        location: null,
        description: { alt_text: "Mine" },
      }),
    ),
  );
  const facts = { description: "Theirs", place: [48.8566, 2.3522] as const, archived: !isNew };
  await applier().say([landed(facts, { isNew, isSent: false })]);
  expect(asked).toEqual([
    'PATCH /api/images/i1 {"location":{"latitude":48.8566,"longitude":2.3522}}',
  ]);
});

test("one picture that is gone keeps the others from nothing", async () => {
  server.use(
    http.post("*/api/images/batch", async ({ request }) => {
      const { images } = (await request.json()) as { images: { ids: string[] } };
      if (images.ids.includes("i2")) {
        return HttpResponse.json({ code: "not_found", detail: "Gone." }, { status: 404 });
      }
      asked.push(...images.ids);
      return HttpResponse.json({ undo: null });
    }),
  );
  const said = applier();
  const ids = ["i1", "i2", "i3"];
  await said.say(ids.map((imageId) => landed({ favourite: true }, { imageId, sha256: imageId })));
  expect(asked).toEqual(["i1", "i3"]);
  expect(said.problems).toEqual([]);
});

test("an undo takes pictures out of albums that were there before", async () => {
  server.use(
    http.get("*/api/images/changes", () =>
      HttpResponse.json({ images: [], removed: [], changed_until: "1", has_more: false }),
    ),
  );
  const said = applier({ one: "Trip" });
  await said.say([landed({ albums: ["one"] }, { isNew: false })]);
  asked = [];
  await undoImport(api, journal);
  expect(asked).toEqual([
    'POST /api/images/batch {"action":"remove_from_album","album_id":"b1","images":{"ids":["i1"]}}',
  ]);
});

test("an undo leaves videos that were there before, and were joined with stills that it added", async () => {
  const half = (id: string, sha256: string, state: "ready" | "joined") => ({
    ...anImage({ id, state, has_motion: state === "ready" }),
    sha256,
    deleted_at: null,
  });
  server.use(
    http.get("*/api/images/changes", () =>
      HttpResponse.json({
        images: [half("i1", "5a", "ready"), half("v1", "5b", "joined"), half("v2", "5c", "joined")],
        removed: [],
        changed_until: "1",
        has_more: false,
      }),
    ),
    http.get("*/api/images/i1", () => HttpResponse.json({ ...anImage(), moving_part_id: "v1" })),
  );
  await journal.notePictures([{ sha256: "5a", imageId: "i1", isNew: true, said: null }]);
  await undoImport(api, journal);
  const body = (action: string, id: string) =>
    `POST /api/images/batch {"action":"${action}","images":{"ids":["${id}"]}}`;
  expect(asked).toEqual([body("delete", "v1"), body("restore", "v1"), body("delete", "i1")]);
});

test("an undo takes back what was added, and leaves albums that hold more", async () => {
  vi.useFakeTimers({ now: NOON * 1000, toFake: ["Date"] });
  const inLibrary = (id: string, sha256: string, createdAt: string) => ({
    ...anImage(),
    id,
    sha256,
    created_at: createdAt,
    deleted_at: null,
  });
  server.use(
    http.get("*/api/images/changes", () =>
      HttpResponse.json({
        images: [
          inLibrary("i1", "5a", "2019-07-14T12:00:09Z"),
          inLibrary("i2", "5b", "2019-07-14T12:00:09Z"),
          inLibrary("i3", "5c", "2019-07-14T12:00:09Z"),
          inLibrary("i4", "5d", "2019-07-14T09:00:00Z"),
          inLibrary("i5", "5e", "2019-07-15T12:00:00Z"),
        ],
        removed: [],
        changed_until: "1",
        has_more: false,
      }),
    ),
    http.get("*/api/albums/:id/images", ({ params }) =>
      HttpResponse.json({
        ids: params["id"] === "b2" ? ["i2"] : ["i2", "someone-elses"],
        next_cursor: null,
      }),
    ),
  );
  // Sent, and the page was closed: of these, two came before it or after.
  await journal.noteSending(["5a", "5d", "5e"]);
  await journal.notePictures([{ sha256: "5b", imageId: "i2", isNew: false, said: "" }]);
  await journal.noteAlbum({ key: "one", albumId: "b2", isNew: true, added: [] });
  await journal.noteAlbum({ key: "two", albumId: "b3", isNew: true, added: [] });
  await journal.noteAlbum({ key: "three", albumId: "b1", isNew: false, added: [] });
  expect(await undoImport(api, journal)).toEqual({ pictures: 1, albums: 1 });
  expect(asked).toEqual([
    'POST /api/images/batch {"action":"delete","images":{"ids":["i1"]}}',
    "DELETE /api/albums/b2",
  ]);
  expect(journal.begun).toBeNull();
});

test("the journal keeps nothing of what the export says in the clear", async () => {
  await applier({ "Summer in Rome": "Summer in Rome" }).say([
    landed({ name: "secret.jpg", description: "By the river", albums: ["Summer in Rome"] }),
  ]);
  const noted = JSON.stringify([[...journal.pictures.values()], journal.albums]);
  expect(noted).toContain("i1");
  expect(noted).not.toMatch(/secret|river|Rome/);
});
