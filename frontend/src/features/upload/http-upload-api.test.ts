import { QueryClient } from "@tanstack/react-query";
import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";

import type { NewImage } from "@/api";
import { anImage, anImageDetail } from "@/test/samples";
import { server } from "@/test/server";
import { whileTimeFlies } from "@/test/time";

import { httpUploadApi, type Presence } from "./http-upload-api";
import { PermanentError, TransientError, SignedOutError } from "./queue/errors";

const PLACES = "*/api/images";
const picture = (name: string): NewImage => ({
  name,
  size: 10,
  content_type: "image/jpeg",
  sha256: "a".repeat(64),
});
const problem = (status: number, code: string, more: object = {}) =>
  HttpResponse.json(
    { type: "about:blank", title: code, status, code, detail: `It is ${code}.`, ...more },
    { status, headers: { "content-type": "application/problem+json" } },
  );
const presence = (changes: Partial<Presence> = {}): Presence => ({
  isPresent: () => true,
  onEnded: vi.fn(),
  untilBack: () => Promise.resolve(),
  ...changes,
});
const exists = (id: string) => ({ status: "exists", image: anImage({ id }), restored: false });

test("one picture that is not valid does not stop the others of its batch", async () => {
  const asked: string[][] = [];
  server.use(
    http.post<never, { images: NewImage[] }>(PLACES, async ({ request }) => {
      const { images } = await request.json();
      asked.push(images.map(({ name }) => name));
      if (images.length === 3) {
        const errors = [{ location: "body", field: "images.1.name", message: "Too long." }];
        return problem(422, "validation_failed", { errors });
      }
      return HttpResponse.json({ places: [exists("a"), exists("c")] });
    }),
  );
  const places = await httpUploadApi(new QueryClient(), presence()).askForPlaces(
    ["a", "b", "c"].map(picture),
  );
  expect(asked).toEqual([
    ["a", "b", "c"],
    ["a", "c"],
  ]);
  expect(places).toMatchObject([
    { status: "exists", image: { id: "a" } },
    { status: "refused", detail: "Too long." },
    { status: "exists", image: { id: "c" } },
  ]);
});

test("tells what passes from what lasts", async () => {
  const asking = () => httpUploadApi(new QueryClient(), presence()).askForPlaces([picture("a")]);
  server.use(http.post(PLACES, () => HttpResponse.error()));
  await expect(asking()).rejects.toEqual(new TransientError("connection"));
  server.use(http.post(PLACES, () => problem(503, "unavailable")));
  await expect(asking()).rejects.toEqual(new TransientError("busy"));
  server.use(http.post(PLACES, () => problem(429, "too_many_requests")));
  await expect(asking()).rejects.toEqual(new TransientError("busy"));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  server.use(http.post(PLACES, () => problem(429, "too_many_at_once")));
  await expect(whileTimeFlies(asking())).rejects.toEqual(
    new TransientError("busy", { counts: false }),
  );
  vi.useRealTimers();
  server.use(http.post(PLACES, () => problem(429, "too_much_discarded")));
  await expect(asking()).rejects.toEqual(
    new PermanentError({ reason: "It is too_much_discarded.", advice: null, retry: true }),
  );
  server.use(http.post(PLACES, () => problem(409, "quota_exceeded")));
  await expect(asking()).rejects.toEqual(
    new PermanentError({ reason: "It is quota_exceeded.", advice: null, retry: true }),
  );
});

test("says when the session is over, and what to wait for", async () => {
  const onEnded = vi.fn();
  const back = Promise.resolve();
  server.use(http.get(PLACES, () => problem(401, "not_signed_in")));
  const asking = httpUploadApi(
    new QueryClient(),
    presence({ onEnded, untilBack: () => back }),
  ).imagesById(["a"]);
  await expect(asking).rejects.toBeInstanceOf(SignedOutError);
  await expect(asking).rejects.toMatchObject({ over: back });
  expect(onEnded).toHaveBeenCalledOnce();
});

test("asks nothing while its person is not there: somebody else may be", async () => {
  const asked = vi.fn();
  server.use(http.all("*/api/*", asked));
  const away = httpUploadApi(new QueryClient(), presence({ isPresent: () => false }));
  const all = [
    away.askForPlaces([picture("a")]),
    away.complete("a"),
    away.imagesById(["a"]),
    away.forget("a"),
  ];
  for (const asking of all) await expect(asking).rejects.toBeInstanceOf(SignedOutError);
  expect(asked).not.toHaveBeenCalled();
});

test.each([
  [202, undefined, "complete"],
  [409, "parts_missing", "missing"],
  [409, "not_in_parts", "missing"],
  [404, "not_found", "gone"],
])("completing an upload that is answered with %d %s is %s", async (status, code, outcome) => {
  const asked = vi.fn();
  server.use(
    http.post("*/api/images/:id/complete", ({ params }) => {
      asked(params["id"]);
      return code === undefined
        ? HttpResponse.json(anImageDetail(), { status })
        : problem(status, code);
    }),
  );
  expect(await httpUploadApi(new QueryClient(), presence()).complete("abc")).toBe(outcome);
  expect(asked).toHaveBeenCalledExactlyOnceWith("abc");
});

test("gives a place back by deleting the unfinished picture", async () => {
  const deleted = vi.fn();
  server.use(
    http.delete("*/api/images/:id", ({ params }) => {
      deleted(params["id"]);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await httpUploadApi(new QueryClient(), presence()).forget("abc");
  expect(deleted).toHaveBeenCalledWith("abc");
});

test("an album that is gone keeps no picture out of the library, and none out of another album", async () => {
  const into: (string | undefined)[] = [];
  server.use(
    http.post<never, { images: NewImage[] }>(PLACES, async ({ request }) => {
      const { images } = await request.json();
      if (images.some(({ album_id }) => album_id === "gone")) return problem(404, "not_found");
      into.push(...images.map(({ album_id }) => album_id ?? undefined));
      return HttpResponse.json({ places: images.map(({ name }) => exists(name)) });
    }),
  );
  const places = await httpUploadApi(new QueryClient(), presence()).askForPlaces([
    { ...picture("a"), album_id: "gone" },
    { ...picture("b"), album_id: "here" },
    picture("c"),
  ]);
  expect(places).toMatchObject(["a", "b", "c"].map((id) => ({ image: { id } })));
  expect(into).toEqual([undefined, "here", undefined]);
});
