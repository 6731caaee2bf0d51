import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { server } from "@/test/server";
import { whileTimeFlies } from "@/test/time";

import { api, read } from "./client";

const BATCH = "*/api/images/batch";
const DONE = { changed: 1, cancelled: 0, has_more: false, undo: null };
const refusal = (code: string) =>
  HttpResponse.json(
    { type: "about:blank", title: "Too Many Requests", status: 429, code, detail: "Wait." },
    { status: 429, headers: { "Retry-After": "1" } },
  );
const change = (signal?: AbortSignal) =>
  read(
    api.POST("/api/images/batch", {
      body: { action: "favourite", images: { ids: ["a"] } },
      ...(signal && { signal }),
    }),
  );

/** Answers with these, then with DONE; keeps the bodies. */
const answering = (...codes: string[]): unknown[] => {
  const bodies: unknown[] = [];
  server.use(
    http.post(BATCH, async ({ request }) => {
      bodies.push(await request.json());
      const code = codes.shift();
      return code === undefined ? HttpResponse.json(DONE) : refusal(code);
    }),
  );
  return bodies;
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("a request that several others precede is sent again until it is taken", async () => {
  const bodies = answering(...Array<string>(9).fill("too_many_at_once"));
  await expect(whileTimeFlies(change())).resolves.toEqual(DONE);
  expect(bodies).toHaveLength(10);
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
});

test("any other refusal is handed on", async () => {
  const bodies = answering("too_many_requests");
  await expect(whileTimeFlies(change())).rejects.toMatchObject({ code: "too_many_requests" });
  expect(bodies).toHaveLength(1);
});

test("after two minutes the refusal is handed on", async () => {
  const bodies = answering(...Array<string>(500).fill("too_many_at_once"));
  await expect(whileTimeFlies(change())).rejects.toMatchObject({ code: "too_many_at_once" });
  expect(bodies.length).toBeGreaterThan(90);
});

test("what is called off while it waits is not sent again", async () => {
  const bodies = answering("too_many_at_once");
  const stop = new AbortController();
  const changing = change(stop.signal);
  await vi.waitUntil(() => vi.getTimerCount() > 0); // it waits for its second
  stop.abort();
  await expect(changing).rejects.toMatchObject({ name: "AbortError" });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(bodies).toHaveLength(1);
});
