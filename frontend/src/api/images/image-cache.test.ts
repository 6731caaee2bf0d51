import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";

import { anImage } from "@/test/samples";

import {
  appendPage,
  expectDescriptions,
  forgetSignedUrls,
  landImages,
  mergeFirstPage,
  removeImages,
  trashKey,
  upsertImages,
  watchReturn,
  type ImageList,
} from "./image-cache";
import { toRow } from "./listed-image";
import { bucketKey, knownKey, timelineKey, type KnownImages, type Rows } from "./timeline-cache";
import type { Image } from "../types";

const at = (id: string, moment: string, changes: Partial<Image> = {}): Image =>
  anImage({ id, timeline_at: `2025-${moment}:00`, ...changes });
const gone = (id: string, moment: string): Image =>
  at(id, moment, { deleted_at: "2025-06-01T00:00:00Z" });

let client: QueryClient;

const MAY = [at("e", "05-09T10:00"), at("d", "05-07T10:00"), at("c", "05-05T10:00")];

/** May is loaded, March is not. */
const timeline = () => {
  client.setQueryData(timelineKey("timeline"), {
    count: 5,
    buckets: [
      { key: "2025-05", count: 3 },
      { key: "2025-03", count: 2 },
    ],
  });
  client.setQueryData<Rows>(bucketKey("timeline", "2025-05"), MAY.map(toRow));
};
const ids = (key = "2025-05") =>
  client
    .getQueryData<Rows>(bucketKey("timeline", key))
    ?.map(({ id }) => id)
    .join("");
const counts = () =>
  client
    .getQueryData<{ buckets: { key: string; count: number }[] }>(timelineKey("timeline"))
    ?.buckets.map(({ key, count }) => `${key} ${count}`);
const trash = (images: readonly Image[], next_cursor: string | null = null) =>
  client.setQueryData<ImageList>(trashKey, { images, next_cursor });
const trashed = () =>
  client
    .getQueryData<ImageList>(trashKey)
    ?.images.map(({ id }) => id)
    .join("");
const known = (id: string) => client.getQueryData<KnownImages>(knownKey)?.get(id);

beforeEach(() => {
  client = new QueryClient();
});

test("new pictures go where the server would list them, ties by id downwards", () => {
  timeline();
  upsertImages(client, [at("x", "05-07T10:00"), at("a", "05-01T10:00"), at("z", "05-30T10:00")]);
  expect(ids()).toBe("zexdca");
  expect(counts()).toEqual(["2025-05 6", "2025-03 2"]);
});

test("within a minute they go by what is known of the others", () => {
  timeline();
  const early = anImage({ id: "d", timeline_at: "2025-05-07T10:00:10" });
  upsertImages(client, [early]);
  upsertImages(client, [anImage({ id: "x", timeline_at: "2025-05-07T10:00:05" })]);
  expect(ids()).toBe("edxc");
});

test("a picture that lands twice at once is listed once", () => {
  timeline();
  upsertImages(client, [at("x", "05-08T10:00"), at("x", "05-08T10:00")]);
  expect(ids()).toBe("exdc");
});

test("a picture whose day became known moves there, to another month as well", () => {
  timeline();
  upsertImages(client, [at("e", "05-06T10:00")]);
  expect(ids()).toBe("dec");
  upsertImages(client, [at("e", "04-01T10:00")]);
  expect([ids(), ids("2025-04")]).toEqual(["dc", "e"]);
  expect(counts()).toEqual(["2025-05 2", "2025-04 1", "2025-03 2"]);
});

test("a bucket that is not loaded is left to the server", () => {
  timeline();
  upsertImages(client, [at("m", "03-02T10:00")]);
  expect(ids("2025-03")).toBeUndefined();
  expect(counts()).toEqual(["2025-05 3", "2025-03 2"]);
});

test("in a crowded month a picture goes to its day", () => {
  client.setQueryData(timelineKey("timeline"), {
    count: 1,
    buckets: [{ key: "2025-05-09", count: 1 }],
  });
  client.setQueryData<Rows>(bucketKey("timeline", "2025-05-09"), [toRow(at("e", "05-09T10:00"))]);
  upsertImages(client, [at("x", "05-09T11:00"), at("y", "05-08T11:00")]);
  expect([ids("2025-05-09"), ids("2025-05-08")]).toEqual(["xe", "y"]);
  expect(counts()).toEqual(["2025-05-09 2", "2025-05-08 1"]);
});

test.each(["uploading", "rejected"] as const)(
  "what is %s is not listed, as on the server",
  (state) => {
    timeline();
    upsertImages(client, [at("x", "05-08T10:00", { state }), at("d", "05-07T10:00", { state })]);
    expect(ids()).toBe("ec");
  },
);

test("pictures that are there keep their order among themselves", () => {
  timeline();
  client.setQueryData<Rows>(
    bucketKey("timeline", "2025-05"),
    ["1", "2", "3"].map((id) => toRow(at(id, "05-03T10:00"))),
  );
  upsertImages(client, [at("9", "05-04T10:00")]);
  expect(ids()).toBe("9123");
});

test("a deleted picture changes lists, and comes back restored", () => {
  timeline();
  trash([]);
  upsertImages(client, [gone("d", "05-07T10:00")]);
  expect([ids(), trashed()]).toEqual(["ec", "d"]);
  upsertImages(client, [at("d", "05-07T10:00")]);
  expect([ids(), trashed()]).toEqual(["edc", ""]);
});

test("a month whose last picture goes is none", () => {
  timeline();
  removeImages(client, ["c", "d", "e"]);
  expect(counts()).toEqual(["2025-03 2"]);
});

test("nothing new leaves the very same rows, so that nothing renders", () => {
  timeline();
  const before = client.getQueryData(bucketKey("timeline", "2025-05"));
  const overview = client.getQueryData(timelineKey("timeline"));
  upsertImages(client, [at("d", "05-07T10:00")]);
  removeImages(client, ["unknown"]);
  expect(client.getQueryData(bucketKey("timeline", "2025-05"))).toBe(before);
  expect(client.getQueryData(timelineKey("timeline"))).toBe(overview);
});

test("past the end of what is loaded a deleted picture waits for its own page", () => {
  trash([gone("e", "05-09T10:00")], "next");
  upsertImages(client, [gone("a", "05-01T10:00")]);
  expect(trashed()).toBe("e");
  appendPage(client, {
    images: [gone("b", "05-04T10:00"), gone("a", "05-01T10:00")],
    next_cursor: null,
  });
  expect(trashed()).toBe("eba");
});

test("the first page rules over the newest part only", () => {
  trash([gone("e", "05-09T10:00"), gone("d", "05-07T10:00"), gone("c", "05-05T10:00")], "next");
  mergeFirstPage(client, {
    images: [gone("f", "05-10T10:00"), gone("d", "05-07T10:00")],
    next_cursor: "two",
  });
  // e is gone from the stretch that the page covers; c lies beyond it.
  expect(trashed()).toBe("fdc");
});

test("an address that storage refused gives way to the new one", () => {
  upsertImages(client, [at("d", "05-07T10:00")]);
  const thumbnail_url = "http://storage.test/users/aa/01/thumbnail.webp?X-Amz-Signature=2";
  upsertImages(client, [at("d", "05-07T10:00", { thumbnail_url })]);
  expect(known("d")?.thumbnail_url).toContain("Signature=1");
  forgetSignedUrls(client, ["d"]);
  upsertImages(client, [at("d", "05-07T10:00", { thumbnail_url })]);
  expect(known("d")?.thumbnail_url).toContain("Signature=2");
});

test("pictures without a description wait for one once all are to be described", () => {
  upsertImages(client, [
    at("e", "05-09T10:00", { description_state: "done", alt_text: "A hill" }),
    at("d", "05-07T10:00"),
  ]);
  expectDescriptions(client, ["e"]);
  expect(known("d")?.description_state).toBe("none");
  expectDescriptions(client, null);
  expect([known("e")?.description_state, known("d")?.description_state]).toEqual([
    "done",
    "waiting",
  ]);
});

test("who watches for a return is told once all are back", () => {
  timeline();
  removeImages(client, ["d", "e"]);
  const onReturn = vi.fn();
  const stop = watchReturn(client, ["d", "e"], onReturn);
  upsertImages(client, [at("d", "05-07T10:00")]);
  expect(onReturn).not.toHaveBeenCalled();
  upsertImages(client, [at("e", "05-09T10:00")]);
  expect(onReturn).toHaveBeenCalledOnce();
  stop();
});

test("a bucket that is being asked for does not leave out what came in meanwhile", async () => {
  const answers: ((rows: Rows) => void)[] = [];
  const observer = new QueryObserver<Rows>(client, {
    queryKey: bucketKey("timeline", "2025-05"),
    queryFn: () => new Promise((resolve) => answers.push(resolve)),
  });
  const stop = observer.subscribe(() => undefined);
  const fresh = at("n", "05-09T10:00");
  await landImages(client, [fresh]);
  expect(answers).toHaveLength(2);
  answers[0]?.([]);
  answers[1]?.([fresh]);
  await vi.waitFor(() => expect(ids()).toBe("n"));
  stop();
});

test("an archived picture moves from the timeline to the archive, a favourite is in both lists", () => {
  timeline();
  for (const view of ["archive", "favourites"] as const) {
    client.setQueryData(timelineKey(view), { count: 0, buckets: [] });
  }
  upsertImages(client, [
    at("d", "05-07T10:00", { archived_at: "2025-06-01T00:00:00Z", favourite: true }),
    at("c", "05-05T10:00", { favourite: true }),
  ]);
  const inView = (view: "archive" | "favourites") =>
    client
      .getQueryData<Rows>(bucketKey(view, "2025-05"))
      ?.map(({ id }) => id)
      .join("");
  expect([ids(), inView("archive"), inView("favourites")]).toEqual(["ec", "d", "dc"]);
  upsertImages(client, [at("d", "05-07T10:00")]);
  expect([ids(), inView("archive"), inView("favourites")]).toEqual(["edc", "", "c"]);
});

test("Recently deleted is ordered by when pictures were deleted", () => {
  const deleted = (id: string, moment: string, day: number) =>
    at(id, moment, { deleted_at: `2025-06-0${day}T00:00:00Z` });
  trash([deleted("a", "01-01T10:00", 5), deleted("b", "05-01T10:00", 3)]);
  upsertImages(client, [deleted("c", "03-01T10:00", 4), deleted("d", "04-01T10:00", 1)]);
  expect(trashed()).toBe("acbd");
});
