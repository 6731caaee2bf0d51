import { QueryClient } from "@tanstack/react-query";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { anImage } from "@/test/samples";
import { server } from "@/test/server";
import { bucketAnswerOf, overviewOf } from "@/test/timeline";

import type { ListedImage } from "./listed-image";
import { timelineKey } from "./timeline-cache";
import { loadBetween, loadFirst, stretchOf } from "./timeline-stretch";

/** a1 to a3 in May, b1 to b3 in April, and so on, newest first. */
const months = { a: "2025-05", b: "2025-04", c: "2025-03", d: "2025-02" };
const images = Object.entries(months).flatMap(([letter, month]) =>
  [1, 2, 3].map((n) =>
    anImage({ id: `${letter}${n}`, timeline_at: `${month}-0${7 - n}T10:00:00` }),
  ),
);
const image = (id: string): ListedImage => anImage(images.find((one) => one.id === id) ?? { id });
const names = (found: readonly ListedImage[]) => found.map(({ id }) => id).join(" ");

let client: QueryClient;
let asked: string[];

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(timelineKey("timeline"), overviewOf(images));
  asked = [];
  server.use(
    http.get("*/api/timeline/:key", ({ params }) => {
      asked.push(String(params["key"]));
      return HttpResponse.json(bucketAnswerOf(String(params["key"]), images));
    }),
  );
});

test.each([
  ["a2", "c1", 100, "a2 a3 b1 b2 b3 c1"],
  ["c1", "a2", 100, "c1 b3 b2 b1 a3 a2"],
  ["b2", "b2", 100, "b2"],
  // Those nearest to where it starts, and no more is loaded than that takes.
  ["a3", "d3", 3, "a3 b1 b2"],
  ["d1", "a1", 2, "d1 c3"],
])("from %s to %s, %s at most: %s", async (from, to, limit, expected) => {
  expect(names(await loadBetween(client, "timeline", image(from), image(to), limit))).toBe(
    expected,
  );
});

test("buckets are asked for once, and none beyond the stretch", async () => {
  await loadBetween(client, "timeline", image("b1"), image("c1"), 100);
  await loadBetween(client, "timeline", image("b1"), image("c3"), 100);
  expect(asked.sort()).toEqual(["2025-03", "2025-04"]);
});

test("one that is gone bounds nothing", () => {
  expect(names(stretchOf(images, image("x"), image("b1"), 100))).toBe("b1");
  expect(names(stretchOf(images, image("b1"), image("x"), 100))).toBe("b1");
});

test("the first ones are loaded as far as it takes", async () => {
  expect(names(await loadFirst(client, "timeline", 4))).toBe("a1 a2 a3 b1");
  expect(asked.sort()).toEqual(["2025-04", "2025-05"]);
  expect(await loadFirst(client, "timeline", 100)).toHaveLength(12);
});

test("a bucket that cannot be loaded fails the whole stretch", async () => {
  server.use(http.get("*/api/timeline/2025-04", () => HttpResponse.error()));
  await expect(
    loadBetween(client, "timeline", image("a1"), image("c1"), 100),
  ).rejects.toMatchObject({
    code: "unreachable",
  });
});
