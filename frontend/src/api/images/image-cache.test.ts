import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";

import { anImage } from "@/test/samples";

import {
  appendPage,
  expectDescriptions,
  forgetSignedUrls,
  imageListKey,
  landImages,
  mergeFirstPage,
  removeImages,
  upsertImages,
  type ImageList,
} from "./image-cache";
import type { Image } from "../types";

const at = (id: string, day: number, changes: Partial<Image> = {}): Image =>
  anImage({ id, timeline_at: `2025-05-${String(day).padStart(2, "0")}T10:00:00`, ...changes });

const library = ({ cursor = null }: { cursor?: string | null } = {}) => {
  const client = new QueryClient();
  client.setQueryData<ImageList>(imageListKey(false), {
    images: [at("e", 9), at("d", 7), at("c", 5)],
    next_cursor: cursor,
  });
  client.setQueryData<ImageList>(imageListKey(true), { images: [], next_cursor: null });
  const ids = (deleted = false) =>
    client.getQueryData<ImageList>(imageListKey(deleted))?.images.map(({ id }) => id);
  return { client, ids };
};

test("new pictures go where the server would list them, ties by id downwards", () => {
  const { client, ids } = library();
  upsertImages(client, [at("x", 7), at("a", 1), at("z", 30)]);
  expect(ids()).toEqual(["z", "e", "x", "d", "c", "a"]);
});

test("a picture that lands twice at once is listed once", () => {
  const { client, ids } = library();
  upsertImages(client, [at("x", 8), at("x", 8)]);
  expect(ids()).toEqual(["e", "x", "d", "c"]);
});

test("a picture whose day became known moves there", () => {
  const { client, ids } = library();
  upsertImages(client, [at("e", 6)]);
  expect(ids()).toEqual(["d", "e", "c"]);
});

test("past the end of what is loaded a picture waits for its own page", () => {
  const { client, ids } = library({ cursor: "next" });
  upsertImages(client, [at("a", 1)]);
  expect(ids()).toEqual(["e", "d", "c"]);
  appendPage(client, false, { images: [at("b", 4), at("a", 1)], next_cursor: null });
  expect(ids()).toEqual(["e", "d", "c", "b", "a"]);
});

test.each(["uploading", "rejected"] as const)(
  "what is %s is not listed, as on the server",
  (state) => {
    const { client, ids } = library();
    upsertImages(client, [at("x", 8, { state }), at("d", 7, { state })]);
    expect(ids()).toEqual(["e", "c"]);
  },
);

test("pictures that are there keep their order among themselves", () => {
  const { client } = library();
  const images = [at("1", 3), at("2", 3), at("3", 3)];
  client.setQueryData<ImageList>(imageListKey(false), { images, next_cursor: null });
  upsertImages(client, [at("9", 4)]);
  const list = client.getQueryData<ImageList>(imageListKey(false));
  expect(list?.images.map(({ id }) => id)).toEqual(["9", "1", "2", "3"]);
});

test("a deleted picture changes lists, and comes back restored", () => {
  const { client, ids } = library();
  upsertImages(client, [at("d", 7, { deleted_at: "2025-06-01T00:00:00Z" })]);
  expect([ids(), ids(true)]).toEqual([["e", "c"], ["d"]]);
  upsertImages(client, [at("d", 7)]);
  expect([ids(), ids(true)]).toEqual([["e", "d", "c"], []]);
});

test("nothing new leaves the very same list, so that nothing renders", () => {
  const { client } = library();
  const before = client.getQueryData(imageListKey(false));
  upsertImages(client, [at("d", 7)]);
  removeImages(client, ["unknown"]);
  expect(client.getQueryData(imageListKey(false))).toBe(before);
});

test("the first page rules over the newest part only", () => {
  const { client, ids } = library({ cursor: "next" });
  mergeFirstPage(client, false, { images: [at("f", 10), at("d", 7)], next_cursor: "two" });
  // e is gone from the stretch that the page covers; c lies beyond it.
  expect(ids()).toEqual(["f", "d", "c"]);
});

test("an address that storage refused gives way to the new one", () => {
  const { client } = library();
  forgetSignedUrls(client, ["d"]);
  upsertImages(client, [
    at("d", 7, {
      thumbnail_url: "http://storage.test/users/aa/01/thumbnail.webp?X-Amz-Signature=2",
    }),
  ]);
  const list = client.getQueryData<ImageList>(imageListKey(false));
  expect(list?.images[1]?.thumbnail_url).toContain("Signature=2");
});

test("pictures without a description wait for one once all are to be described", () => {
  const { client } = library();
  upsertImages(client, [at("e", 9, { description_state: "done", alt_text: "A hill" })]);
  expectDescriptions(client);
  const { images } = client.getQueryData<ImageList>(imageListKey(false)) ?? { images: [] };
  expect(images.map((image) => image.description_state)).toEqual(["done", "waiting", "waiting"]);
});

test("a list that is being asked for does not leave out what came in meanwhile", async () => {
  const client = new QueryClient();
  const answers: ((list: ImageList) => void)[] = [];
  const observer = new QueryObserver<ImageList>(client, {
    queryKey: imageListKey(false),
    queryFn: () => new Promise((resolve) => answers.push(resolve)),
  });
  const stop = observer.subscribe(() => undefined);
  const fresh = at("new", 9);
  await landImages(client, [fresh]);
  expect(answers).toHaveLength(2);
  answers[0]?.({ images: [], next_cursor: null });
  answers[1]?.({ images: [fresh], next_cursor: null });
  await vi.waitFor(() => expect(client.getQueryData(imageListKey(false))).toBeDefined());
  expect(client.getQueryData<ImageList>(imageListKey(false))?.images).toEqual([fresh]);
  stop();
});
