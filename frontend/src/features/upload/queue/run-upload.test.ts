import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { anImage } from "@/test/samples";

import { PermanentError, TransientError, UnreadableFileError } from "./errors";
import { pictureFile, standInHash } from "./testing/fakes";
import { QueueUnderTest, wait } from "./testing/queue-harness";

let uploads: QueueUnderTest;

beforeEach(() => {
  vi.useFakeTimers();
  uploads = new QueueUnderTest();
});

afterEach(() => {
  uploads.queue.close();
  vi.useRealTimers();
});

const setOnline = (online: boolean): void => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(online);
  window.dispatchEvent(new Event(online ? "online" : "offline"));
};

describe("trouble on the way", () => {
  test("an expired place is asked for anew", async () => {
    uploads.storage.next.push("expired");
    uploads.add(pictureFile("slow.jpg"));
    await wait(5_000);
    expect(uploads.names).toEqual(["ready"]);
    expect(uploads.storage.requests.map(({ place }) => place.url)).toEqual([
      "https://storage.test/image-1?try=1",
      "https://storage.test/image-1?try=2",
    ]);
  });

  test("a place that got old on a slow line is asked for anew when its turn comes, and keeps the turn", async () => {
    uploads.storage.takesMs = 5 * 60_000;
    uploads.add(...Array.from({ length: 9 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
    await wait(16 * 60_000);
    expect(uploads.names).toEqual(Array.from({ length: 9 }, () => "ready"));
    const used = uploads.storage.requests.map(({ place }) => new URL(place.url));
    expect(used.map(({ pathname }) => pathname)).toEqual(
      Array.from({ length: 9 }, (_, n) => `/image-${String(n + 1)}`),
    );
    const tries = used.map(({ searchParams }) => Number(searchParams.get("try")));
    expect(tries.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(Math.min(...tries.slice(4))).toBeGreaterThan(1);
  });

  test("a storage that accepts no place at all is given up in the end", async () => {
    uploads.storage.next.push("expired", "expired", "expired", "expired", "expired");
    uploads.add(pictureFile("slow.jpg"));
    await wait(5_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "Storage refused the upload.", retry: true } },
    ]);
    expect(uploads.storage.requests).toHaveLength(4);
  });

  test("a broken connection is tried four times, with pauses that say why", async () => {
    uploads.storage.next.push(...Array.from({ length: 4 }, () => new TransientError("connection")));
    uploads.add(pictureFile("far.jpg"));
    await wait(500);
    expect(uploads.phases).toMatchObject([{ name: "interrupted", cause: "connection" }]);
    await wait(20_000);
    expect(uploads.phases).toMatchObject([{ name: "failed", failure: { retry: true } }]);
    expect(uploads.storage.requests).toHaveLength(4);

    uploads.queue.retryFailed();
    await wait(5_000);
    expect(uploads.names).toEqual(["ready"]);
  });

  test("without a network it waits for as long as it takes, and counts no try", async () => {
    setOnline(false);
    uploads.add(pictureFile("train.jpg"));
    await wait(10 * 60_000);
    expect(uploads.phases).toMatchObject([{ name: "interrupted", cause: "offline" }]);
    expect(uploads.server.batches).toEqual([]);

    setOnline(true);
    await wait(5_000);
    expect(uploads.names).toEqual(["ready"]);
  });

  test("a hasher that could not be loaded is loaded again", async () => {
    let tries = 0;
    uploads.hash = (file) => {
      tries += 1;
      return tries === 1 ? Promise.reject(new TransientError("connection")) : standInHash(file);
    };
    uploads.add(pictureFile("a.jpg"));
    await wait(100);
    expect(uploads.phases).toMatchObject([{ name: "interrupted", cause: "connection" }]);
    await wait(5_000);
    expect(uploads.names).toEqual(["ready"]);
  });

  test("a busy server is asked again", async () => {
    uploads.server.nextPlaces.push(new TransientError("busy"));
    uploads.add(pictureFile("a.jpg"));
    await wait(10_000);
    expect(uploads.names).toEqual(["ready"]);
  });

  test("waiting for one's own other uploads is no failure, however long it takes", async () => {
    const refusals = Array.from(
      { length: 30 },
      () => new TransientError("busy", { counts: false }),
    );
    uploads.server.nextPlaces.push(...refusals);
    uploads.add(pictureFile("a.jpg"));
    await wait(60_000);
    expect(uploads.names).toEqual(["ready"]);
  });

  test("a file that may be there already waits, beside others that go on", async () => {
    const doubtful = { status: "wait" as const, retry_after: 5 };
    const sent = { ...anImage({ id: "b" }), state: "ready" as const };
    const there = { status: "exists" as const, image: sent, restored: false };
    uploads.server.nextPlaces.push([doubtful, there]);
    uploads.server.nextPlaces.push(...Array.from({ length: 30 }, () => [doubtful]));
    uploads.add(pictureFile("a.jpg"), pictureFile("b.jpg"));
    await wait(200);
    expect(uploads.names).toEqual(["interrupted", "already"]);
    await wait(60_000);
    expect(uploads.names).toEqual(["ready", "already"]);
  });

  test("a lasting refusal of the server is told in its words and can be tried again", async () => {
    const failure = { reason: "You are signed out.", advice: null, retry: true };
    uploads.server.nextPlaces.push(new PermanentError(failure));
    uploads.add(pictureFile("a.jpg"));
    await wait(2_000);
    expect(uploads.phases).toEqual([{ name: "failed", failure }]);

    uploads.queue.retry(1);
    await wait(5_000);
    expect(uploads.names).toEqual(["ready"]);
  });

  test("a file that cannot be read or that changed meanwhile fails alone", async () => {
    uploads.hash = (file) =>
      file.name === "gone.jpg" ? Promise.reject(new UnreadableFileError()) : standInHash(file);
    uploads.storage.next.push("changed");
    uploads.add(pictureFile("gone.jpg"), pictureFile("edited.jpg"), pictureFile("fine.jpg"));
    await wait(5_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "The file could not be read." } },
      { name: "failed", failure: { reason: "The file changed while it was being sent." } },
      { name: "ready" },
    ]);
  });

  test("a picture deleted elsewhere while it was processed does not wait for ever", async () => {
    uploads.server.process = (processed) => processed;
    uploads.add(pictureFile("a.jpg"));
    await wait(1_000);
    expect(uploads.names).toEqual(["processing"]);
    uploads.server.images.clear();
    await wait(20_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "It was deleted before it was ready." } },
    ]);
  });

  test("a decoder that takes long is said to, and still waited for", async () => {
    uploads.server.process = (processed) => processed;
    uploads.add(pictureFile("a.jpg"));
    await wait(70_000);
    expect(uploads.phases).toMatchObject([{ name: "processing", slow: true }]);
    uploads.server.process = (processed) => ({ ...processed, state: "ready" });
    await wait(10_000);
    expect(uploads.names).toEqual(["ready"]);
  });
});
