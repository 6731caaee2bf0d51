/** See [Note: Early answers]: what public/early.js asks for has to be what the page asks for. */
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { forgetEarly, timelineOptions } from "@/api";
import { anImage, aSession } from "@/test/samples";
import { server } from "@/test/server";
import { timelineHandlers } from "@/test/timeline";

import { preload } from "./preload";
import { makeQueryClient } from "./query-client";
import { WAS_SIGNED_IN } from "./device-data";

const SCRIPT = "../../public/early.js";
const many = Array.from({ length: 101 }, (_, at) => anImage({ id: `image-${at}` }));
const asked: string[] = [];

const early = async (path: string): Promise<void> => {
  window.history.replaceState(null, "", path);
  vi.resetModules();
  await import(/* @vite-ignore */ SCRIPT);
};

const left = () => Object.keys(globalThis.pinholeEarly ?? {});

beforeEach(() => {
  asked.length = 0;
  const { fetch } = globalThis;
  // A page's fetch() takes paths.
  vi.stubGlobal("fetch", (what: string | Request) =>
    fetch(typeof what === "string" ? new URL(what, window.location.href) : what),
  );
  server.events.on("request:start", ({ request }) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
  });
  server.use(
    ...timelineHandlers(() => many),
    http.get("*/api/auth/session", () => HttpResponse.json(aSession())),
  );
});

afterEach(() => {
  forgetEarly();
  server.events.removeAllListeners();
  vi.unstubAllGlobals();
});

test("the page takes each early answer and asks for none of them again", async () => {
  localStorage.setItem(WAS_SIGNED_IN, "yes");
  await early("/");
  await expect.poll(left).toHaveLength(4);
  const client = makeQueryClient();
  await preload(client);
  expect(client.getQueryData(timelineOptions("timeline").queryKey)?.count).toBe(many.length);
  expect(asked).toHaveLength(4);
  expect(new Set(asked).size).toBe(4);
  expect(globalThis.pinholeEarly).toBeUndefined();
});

test("who was not signed in last is asked for alone, and so on a page without the timeline", async () => {
  await early("/");
  expect(left()).toEqual(["/api/auth/session"]);
  localStorage.setItem(WAS_SIGNED_IN, "yes");
  await early("/settings");
  expect(left()).toEqual(["/api/auth/session"]);
});

test("what is asked for after the start is fetched anew", async () => {
  await early("/settings");
  const client = makeQueryClient();
  await preload(client);
  await client.query({ ...timelineOptions("timeline") });
  expect(asked.filter((path) => path.startsWith("/api/timeline"))).not.toEqual([]);
});

test("an early answer that failed fails as any other, and is asked for again by the page", async () => {
  server.use(http.get("*/api/auth/session", () => HttpResponse.error(), { once: true }));
  await early("/settings");
  const client = makeQueryClient();
  await preload(client);
  expect(asked.filter((path) => path === "/api/auth/session")).toHaveLength(2);
});
