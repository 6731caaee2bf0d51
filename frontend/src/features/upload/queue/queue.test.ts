import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { anImage } from "@/test/samples";

import { SignedOutError } from "./errors";
import { pictureFile, standInHash } from "./testing/fakes";
import { MB, QueueUnderTest, wait } from "./testing/queue-harness";
import type { Phase } from "./upload-state";

let uploads: QueueUnderTest;

beforeEach(() => {
  vi.useFakeTimers();
  uploads = new QueueUnderTest();
});

afterEach(() => {
  uploads.queue.close();
  vi.useRealTimers();
});

describe("the usual way", () => {
  test("a picture is hashed, sent with its signed headers, processed and handed over", async () => {
    const beach = pictureFile("beach.jpg");
    uploads.add(beach);
    expect(uploads.names).toEqual(["waiting"]);

    await wait(5_000);

    expect(uploads.phases).toMatchObject([{ name: "ready", image: { id: "image-1" } }]);
    expect(uploads.landed.map(({ id }) => id)).toEqual(["image-1"]);
    expect(uploads.server.batches).toEqual([
      [
        {
          name: "beach.jpg",
          size: 9,
          content_type: "image/jpeg",
          sha256: (await standInHash(beach)).sha256,
          taken_hint: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/) as string,
        },
      ],
    ]);
    expect(uploads.storage.requests[0]?.place.headers).toHaveProperty("x-amz-checksum-sha256");
  });

  test("what is uploaded into an album names it, also where the timeline has the same bytes", async () => {
    uploads.add(pictureFile("beach.jpg", "sand"));
    uploads.addInto({ id: "b1", title: "Lisbon" }, pictureFile("strand.jpg", "sand"));
    await wait(5_000);
    expect(uploads.server.batches.flat().map(({ album_id }) => album_id)).toEqual([
      undefined,
      "b1",
    ]);
    expect(uploads.landedIn).toEqual(["Lisbon"]);
  });

  test("many are asked for together, and no more than four are sent at once", async () => {
    uploads.add(...Array.from({ length: 50 }, (_, n) => pictureFile(`${String(n)}.jpg`)));

    await wait(20_000);

    expect(uploads.names).toEqual(Array.from({ length: 50 }, () => "ready"));
    expect(uploads.storage.mostOpen).toBe(4);
    expect(Math.max(...uploads.server.batches.map(({ length }) => length))).toBeLessThanOrEqual(20);
    expect(uploads.server.batches.length).toBeLessThan(10);
    expect(uploads.landed).toHaveLength(50);
  });

  test("no more than two files are held in memory for hashing", async () => {
    let open = 0;
    let most = 0;
    uploads.hash = async (file) => {
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      open -= 1;
      return standInHash(file);
    };
    uploads.add(...Array.from({ length: 9 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
    await wait(10_000);
    expect(most).toBe(2);
    expect(uploads.landed).toHaveLength(9);
  });

  test("all that are being processed are looked at in one request", async () => {
    uploads.add(...["a", "b", "c"].map((name) => pictureFile(`${name}.jpg`)));
    await wait(5_000);
    expect(uploads.server.looks.some((ids) => ids.length === 3)).toBe(true);
  });

  test("a picture that could be opened in part is kept, with the reason", async () => {
    const failure = { code: "incomplete", title: "Damaged", detail: "The file ends too early." };
    uploads.server.process = (processed) => ({ ...processed, state: "damaged", failure });
    uploads.add(pictureFile("cut.jpg"));
    await wait(5_000);
    expect(uploads.phases).toMatchObject([{ name: "damaged", reason: "The file ends too early." }]);
    expect(uploads.landed).toHaveLength(1);
  });

  test("what turns out to be no picture fails with the server's words", async () => {
    const failure = { code: "not_a_picture", title: "Damaged", detail: "This is not a picture." };
    uploads.server.process = (processed) => ({ ...processed, state: "rejected", failure });
    uploads.add(pictureFile("notes.jpg"));
    await wait(5_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "This is not a picture.", retry: false } },
    ]);
    expect(uploads.landed).toEqual([]);
  });
});

describe("pictures that need not be sent", () => {
  test("wrong type, empty and too large say so without a request and stop nobody", async () => {
    uploads.add(
      pictureFile("notes.txt", "hello", "text/plain"),
      pictureFile("empty.jpg", ""),
      pictureFile("huge.jpg", "x".repeat(MB + 1)),
      pictureFile("fine.jpg"),
    );
    expect(uploads.names).toEqual(["failed", "failed", "failed", "waiting"]);
    await wait(5_000);
    expect(uploads.names).toEqual(["failed", "failed", "failed", "ready"]);
    expect(uploads.server.batches).toHaveLength(1);
    expect(uploads.phases[2]).toMatchObject({
      failure: { reason: "The file is larger than 1 MB.", retry: false },
    });
  });

  test("one that the library has is not sent again, and says whether it came back from the bin", async () => {
    uploads.server.nextPlaces.push([
      { status: "exists", image: anImage({ id: "old" }), restored: false },
      { status: "exists", image: anImage({ id: "binned" }), restored: true },
    ]);
    uploads.add(pictureFile("old.jpg"), pictureFile("binned.jpg"));
    await wait(2_000);
    expect(uploads.phases).toMatchObject([
      { name: "already", restored: false, image: { id: "old" } },
      { name: "already", restored: true, image: { id: "binned" } },
    ]);
    expect(uploads.storage.requests).toEqual([]);
  });

  test("the same bytes twice are sent once, and again if the first is cancelled", async () => {
    uploads.storage.next.push("hold");
    uploads.add(pictureFile("one.jpg", "same"), pictureFile("two.jpg", "same"));
    await wait(1_000);
    expect(uploads.phases).toMatchObject([
      { name: "sending" },
      { name: "duplicate", of: "one.jpg" },
    ]);

    uploads.queue.cancel(1);
    await wait(5_000);
    expect(uploads.names).toEqual(["cancelled", "ready"]);
  });

  test("one that the server refuses does not stop the others of its batch", async () => {
    const refused = { status: "refused", detail: "Too large." } as const;
    uploads.server.nextPlaces.push([
      refused,
      { status: "exists", image: anImage({ id: "old" }), restored: false },
    ]);
    uploads.add(pictureFile("a.jpg"), pictureFile("b.jpg"));
    await wait(2_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "Too large.", retry: false } },
      { name: "already" },
    ]);
  });
});

describe("a session that ends", () => {
  test("stops nothing for good: all waits, says why, and goes on once the person is back", async () => {
    let comeBack = () => undefined as unknown;
    const back = new Promise<void>((resolve) => (comeBack = resolve));
    uploads.server.nextPlaces.push(new SignedOutError(back));
    uploads.add(...["a", "b", "c"].map((name) => pictureFile(`${name}.jpg`)));
    // Longer than all tries of a connection that breaks.
    await wait(10 * 60_000);
    expect(uploads.phases).toEqual(
      Array.from({ length: 3 }, () => ({ name: "interrupted", sent: 0, cause: "signed_out" })),
    );
    comeBack();
    await wait(5_000);
    expect(uploads.names).toEqual(["ready", "ready", "ready"]);
  });

  test("leaves a queue that is closed meanwhile as it is", async () => {
    let comeBack = () => undefined as unknown;
    const back = new Promise<void>((resolve) => (comeBack = resolve));
    uploads.server.nextPlaces.push(new SignedOutError(back));
    uploads.add(pictureFile("a.jpg"));
    await wait(1_000);
    uploads.queue.close();
    comeBack();
    await wait(60_000);
    expect(uploads.server.batches).toHaveLength(1);
    expect(uploads.storage.requests).toEqual([]);
  });
});

describe("cancelling", () => {
  test("one that is being sent stops, gives its place back and lets the next go", async () => {
    uploads.storage.next.push("hold");
    uploads.add(pictureFile("a.jpg"), pictureFile("b.jpg"));
    await wait(1_000);
    uploads.queue.cancel(1);
    await wait(5_000);
    expect(uploads.names).toEqual(["cancelled", "ready"]);
    expect(uploads.server.forgotten).toEqual(["image-1"]);
    expect(uploads.storage.requests[0]?.signal.aborted).toBe(true);
  });

  test("a place that arrives after the cancel is given back too", async () => {
    let answer = (): void => undefined;
    const ask = uploads.server.askForPlaces.bind(uploads.server);
    uploads.server.askForPlaces = async (pictures) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return ask(pictures);
    };
    uploads.add(pictureFile("a.jpg"));
    await wait(1_000);
    uploads.queue.cancel(1);
    answer();
    await wait(1_000);
    expect(uploads.names).toEqual(["cancelled"]);
    expect(uploads.server.forgotten).toEqual(["image-1"]);
    expect(uploads.storage.requests).toEqual([]);
  });

  test("all at once, though not what was sent already; and each can be taken up again", async () => {
    uploads.storage.next.push("stored", "hold", "hold");
    uploads.server.process = (processed) => processed;
    uploads.add(pictureFile("a.jpg"), pictureFile("b.jpg"), pictureFile("c.jpg"));
    await wait(2_000);
    expect(uploads.names).toEqual(["processing", "sending", "sending"]);

    uploads.queue.cancelAll();
    expect(uploads.names).toEqual(["processing", "cancelled", "cancelled"]);
    uploads.queue.retryFailed();
    expect(uploads.names).toEqual(["processing", "cancelled", "cancelled"]);

    uploads.server.process = (processed) => ({ ...processed, state: "ready" });
    uploads.queue.retry(2);
    await wait(10_000);
    expect(uploads.names).toEqual(["ready", "ready", "cancelled"]);
  });

  test("closing the page's queue keeps the promised places", async () => {
    uploads.storage.next.push("hold");
    uploads.add(pictureFile("a.jpg"));
    await wait(1_000);
    uploads.queue.close();
    await wait(1_000);
    expect(uploads.server.forgotten).toEqual([]);
    expect(uploads.storage.open).toBe(0);
  });
});

test("what is over can be cleared away", async () => {
  uploads.storage.next.push("stored", "hold");
  uploads.add(pictureFile("a.jpg"), pictureFile("b.jpg"), pictureFile("c.txt", "c", "text/plain"));
  await wait(5_000);
  uploads.queue.clearFinished();
  expect(uploads.queue.snapshot().map(({ name }) => name)).toEqual(["b.jpg"]);
});

test("listeners are told a few times a second, however fast the progress", async () => {
  const told = vi.fn();
  const unsubscribe = uploads.queue.subscribe(told);
  uploads.storage.chatter = 1_000;
  uploads.add(...Array.from({ length: 20 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
  await wait(1_000);
  unsubscribe();
  expect(told.mock.calls.length).toBeLessThan(15);
});

describe("files that are opened when their turn comes", () => {
  const deferred = async (name: string, open?: () => Promise<File>) => {
    const file = pictureFile(name);
    const opened = vi.fn(open ?? (() => Promise.resolve(file)));
    const hash = await standInHash(file);
    const takenHint = "2019-07-14T14:00:00";
    return { opened, file: { size: file.size, takenHint, hash, open: opened } };
  };

  test("their hash is known, and they are opened once, when they are sent", async () => {
    uploads.hash = () => Promise.reject(new Error("hashed again"));
    const { file, opened } = await deferred("a.jpg");
    const ends: string[] = [];
    const onEnd = ({ name }: Phase) => ends.push(name);
    uploads.queue.add([{ file, name: "shown.jpg", contentType: "image/jpeg", onEnd }]);
    expect(opened).not.toHaveBeenCalled();
    await wait(5_000);
    expect(ends).toEqual(["ready"]);
    expect(opened).toHaveBeenCalledOnce();
    expect(uploads.server.batches[0]).toMatchObject([
      { name: "shown.jpg", taken_hint: "2019-07-14T14:00:00", sha256: file.hash.sha256 },
    ]);
  });

  test("what the library has is never opened", async () => {
    uploads.add(pictureFile("a.jpg"));
    await wait(5_000);
    uploads.queue.clearFinished();
    const { file, opened } = await deferred("a.jpg");
    uploads.queue.add([{ file, name: "a.jpg", contentType: "image/jpeg" }]);
    await wait(5_000);
    expect(uploads.names).toEqual(["already"]);
    expect(opened).not.toHaveBeenCalled();
  });

  test("one that cannot be read fails, and whoever added it is told when it is tried again", async () => {
    const broken = () => Promise.reject(new Error("moved"));
    const { file, opened } = await deferred("a.jpg", broken);
    const ends: string[] = [];
    const onEnd = ({ name }: Phase) => ends.push(name);
    uploads.queue.add([{ file, name: "a.jpg", contentType: "image/jpeg", onEnd }]);
    await wait(5_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "The file could not be read." } },
    ]);
    opened.mockResolvedValue(pictureFile("a.jpg"));
    uploads.queue.retryFailed();
    await wait(5_000);
    expect(ends).toEqual(["failed", "ready"]);
  });
});
