import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { Image } from "@/api";
import { anImage } from "@/test/samples";

import { UploadQueue } from "./queue";
import { pictureFile, StandInServer, StandInStorage, standInHash } from "./stand-ins";
import { LastingTrouble, PassingTrouble, UnreadableFileError } from "./troubles";
import type { Phase } from "./upload";

const MB = 1024 * 1024;

let server: StandInServer;
let storage: StandInStorage;
let landed: Image[];
let queue: UploadQueue;
let hash: (file: File) => Promise<string>;

beforeEach(() => {
  vi.useFakeTimers();
  server = new StandInServer();
  storage = new StandInStorage(server);
  landed = [];
  hash = standInHash;
  queue = new UploadQueue({
    server,
    put: storage.put,
    hash: (file) => hash(file),
    limits: { maxBytes: MB, contentTypes: ["image/jpeg", "image/png"] },
    onLanded: (picture) => landed.push(picture),
  });
});

afterEach(() => {
  queue.close();
  vi.useRealTimers();
});

const add = (...files: File[]): void => {
  queue.add(files.map((file) => ({ file, name: file.name, contentType: file.type })));
};

const phases = (): Phase[] => queue.snapshot().map(({ phase }) => phase);

const names = (): string[] => phases().map(({ name }) => name);

const wait = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

const setOnline = (online: boolean): void => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(online);
  window.dispatchEvent(new Event(online ? "online" : "offline"));
};

describe("the usual way", () => {
  test("a picture is hashed, sent with its signed headers, developed and handed over", async () => {
    const beach = pictureFile("beach.jpg");
    add(beach);
    expect(names()).toEqual(["waiting"]);

    await wait(5_000);

    expect(phases()).toMatchObject([{ name: "ready", image: { id: "image-1" } }]);
    expect(landed.map(({ id }) => id)).toEqual(["image-1"]);
    expect(server.batches).toEqual([
      [
        {
          name: "beach.jpg",
          size: 9,
          content_type: "image/jpeg",
          sha256: await standInHash(beach),
        },
      ],
    ]);
    expect(storage.requests[0]?.place.headers).toHaveProperty("x-amz-checksum-sha256");
  });

  test("many are asked for together, and no more than four are sent at once", async () => {
    add(...Array.from({ length: 50 }, (_, n) => pictureFile(`${String(n)}.jpg`)));

    await wait(20_000);

    expect(names()).toEqual(Array.from({ length: 50 }, () => "ready"));
    expect(storage.mostOpen).toBe(4);
    expect(Math.max(...server.batches.map(({ length }) => length))).toBeLessThanOrEqual(20);
    expect(server.batches.length).toBeLessThan(10);
    expect(landed).toHaveLength(50);
  });

  test("no more than two files are held in memory for hashing", async () => {
    let open = 0;
    let most = 0;
    hash = async (file) => {
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      open -= 1;
      return standInHash(file);
    };
    add(...Array.from({ length: 9 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
    await wait(10_000);
    expect(most).toBe(2);
    expect(landed).toHaveLength(9);
  });

  test("all that are being developed are looked at in one request", async () => {
    add(...["a", "b", "c"].map((name) => pictureFile(`${name}.jpg`)));
    await wait(5_000);
    expect(server.looks.some((ids) => ids.length === 3)).toBe(true);
  });

  test("a picture that could be opened in part is kept, with the reason", async () => {
    const failure = { code: "incomplete", detail: "The file ends too early." };
    server.develop = (developed) => ({ ...developed, state: "damaged", failure });
    add(pictureFile("cut.jpg"));
    await wait(5_000);
    expect(phases()).toMatchObject([{ name: "damaged", reason: "The file ends too early." }]);
    expect(landed).toHaveLength(1);
  });

  test("what turns out to be no picture fails with the server's words", async () => {
    const failure = { code: "not_a_picture", detail: "This is not a picture." };
    server.develop = (developed) => ({ ...developed, state: "rejected", failure });
    add(pictureFile("notes.jpg"));
    await wait(5_000);
    expect(phases()).toMatchObject([
      { name: "failed", failure: { reason: "This is not a picture.", retry: false } },
    ]);
    expect(landed).toEqual([]);
  });
});

describe("pictures that need not be sent", () => {
  test("wrong type, empty and too large say so without a request and stop nobody", async () => {
    add(
      pictureFile("notes.txt", "hello", "text/plain"),
      pictureFile("empty.jpg", ""),
      pictureFile("huge.jpg", "x".repeat(MB + 1)),
      pictureFile("fine.jpg"),
    );
    expect(names()).toEqual(["failed", "failed", "failed", "waiting"]);
    await wait(5_000);
    expect(names()).toEqual(["failed", "failed", "failed", "ready"]);
    expect(server.batches).toHaveLength(1);
    expect(phases()[2]).toMatchObject({
      failure: { reason: "The file is larger than 1 MB.", retry: false },
    });
  });

  test("one that the library has is not sent again, and says whether it came back from the bin", async () => {
    server.nextPlaces.push([
      { status: "exists", image: anImage({ id: "old" }), restored: false },
      { status: "exists", image: anImage({ id: "binned" }), restored: true },
    ]);
    add(pictureFile("old.jpg"), pictureFile("binned.jpg"));
    await wait(2_000);
    expect(phases()).toMatchObject([
      { name: "already", restored: false, image: { id: "old" } },
      { name: "already", restored: true, image: { id: "binned" } },
    ]);
    expect(storage.requests).toEqual([]);
  });

  test("the same bytes twice are sent once, and again if the first is cancelled", async () => {
    storage.next.push("hold");
    add(pictureFile("one.jpg", "same"), pictureFile("two.jpg", "same"));
    await wait(1_000);
    expect(phases()).toMatchObject([{ name: "sending" }, { name: "duplicate", of: "one.jpg" }]);

    queue.cancel(1);
    await wait(5_000);
    expect(names()).toEqual(["cancelled", "ready"]);
  });

  test("one that the server refuses does not stop the others of its batch", async () => {
    const refused = { status: "refused", detail: "Too large." } as const;
    server.nextPlaces.push([
      refused,
      { status: "exists", image: anImage({ id: "old" }), restored: false },
    ]);
    add(pictureFile("a.jpg"), pictureFile("b.jpg"));
    await wait(2_000);
    expect(phases()).toMatchObject([
      { name: "failed", failure: { reason: "Too large.", retry: false } },
      { name: "already" },
    ]);
  });
});

describe("trouble on the way", () => {
  test("an expired place is asked for anew", async () => {
    storage.next.push("expired");
    add(pictureFile("slow.jpg"));
    await wait(5_000);
    expect(names()).toEqual(["ready"]);
    expect(storage.requests.map(({ place }) => place.url)).toEqual([
      "https://storage.test/image-1?try=1",
      "https://storage.test/image-1?try=2",
    ]);
  });

  test("a storage that accepts no place at all is given up in the end", async () => {
    storage.next.push("expired", "expired", "expired", "expired", "expired");
    add(pictureFile("slow.jpg"));
    await wait(5_000);
    expect(phases()).toMatchObject([
      { name: "failed", failure: { reason: "Storage refused the upload.", retry: true } },
    ]);
    expect(storage.requests).toHaveLength(4);
  });

  test("a broken connection is tried four times, with pauses that say why", async () => {
    storage.next.push(...Array.from({ length: 4 }, () => new PassingTrouble("connection")));
    add(pictureFile("far.jpg"));
    await wait(500);
    expect(phases()).toMatchObject([{ name: "interrupted", cause: "connection" }]);
    await wait(20_000);
    expect(phases()).toMatchObject([{ name: "failed", failure: { retry: true } }]);
    expect(storage.requests).toHaveLength(4);

    queue.retryFailed();
    await wait(5_000);
    expect(names()).toEqual(["ready"]);
  });

  test("without a network it waits for as long as it takes, and counts no try", async () => {
    setOnline(false);
    add(pictureFile("train.jpg"));
    await wait(10 * 60_000);
    expect(phases()).toMatchObject([{ name: "interrupted", cause: "offline" }]);
    expect(server.batches).toEqual([]);

    setOnline(true);
    await wait(5_000);
    expect(names()).toEqual(["ready"]);
  });

  test("a busy server is asked again", async () => {
    server.nextPlaces.push(new PassingTrouble("busy"));
    add(pictureFile("a.jpg"));
    await wait(10_000);
    expect(names()).toEqual(["ready"]);
  });

  test("a lasting refusal of the server is told in its words and can be tried again", async () => {
    const failure = { reason: "You are signed out.", advice: null, retry: true };
    server.nextPlaces.push(new LastingTrouble(failure));
    add(pictureFile("a.jpg"));
    await wait(2_000);
    expect(phases()).toEqual([{ name: "failed", failure }]);

    queue.retry(1);
    await wait(5_000);
    expect(names()).toEqual(["ready"]);
  });

  test("a file that cannot be read or that changed meanwhile fails alone", async () => {
    hash = (file) =>
      file.name === "gone.jpg" ? Promise.reject(new UnreadableFileError()) : standInHash(file);
    storage.next.push("changed");
    add(pictureFile("gone.jpg"), pictureFile("edited.jpg"), pictureFile("fine.jpg"));
    await wait(5_000);
    expect(phases()).toMatchObject([
      { name: "failed", failure: { reason: "The file could not be read." } },
      { name: "failed", failure: { reason: "The file changed while it was being sent." } },
      { name: "ready" },
    ]);
  });

  test("a picture deleted elsewhere while it was developed does not wait for ever", async () => {
    server.develop = (developed) => developed;
    add(pictureFile("a.jpg"));
    await wait(1_000);
    expect(names()).toEqual(["processing"]);
    server.images.clear();
    await wait(20_000);
    expect(phases()).toMatchObject([
      { name: "failed", failure: { reason: "It was deleted before it was ready." } },
    ]);
  });

  test("a darkroom that takes long is said to, and still waited for", async () => {
    server.develop = (developed) => developed;
    add(pictureFile("a.jpg"));
    await wait(70_000);
    expect(phases()).toMatchObject([{ name: "processing", slow: true }]);
    server.develop = (developed) => ({ ...developed, state: "ready" });
    await wait(10_000);
    expect(names()).toEqual(["ready"]);
  });
});

describe("cancelling", () => {
  test("one that is being sent stops, gives its place back and lets the next go", async () => {
    storage.next.push("hold");
    add(pictureFile("a.jpg"), pictureFile("b.jpg"));
    await wait(1_000);
    queue.cancel(1);
    await wait(5_000);
    expect(names()).toEqual(["cancelled", "ready"]);
    expect(server.forgotten).toEqual(["image-1"]);
    expect(storage.requests[0]?.signal.aborted).toBe(true);
  });

  test("a place that arrives after the cancel is given back too", async () => {
    let answer = (): void => undefined;
    const ask = server.askForPlaces.bind(server);
    server.askForPlaces = async (pictures) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return ask(pictures);
    };
    add(pictureFile("a.jpg"));
    await wait(1_000);
    queue.cancel(1);
    answer();
    await wait(1_000);
    expect(names()).toEqual(["cancelled"]);
    expect(server.forgotten).toEqual(["image-1"]);
    expect(storage.requests).toEqual([]);
  });

  test("all at once, though not what was sent already; and each can be taken up again", async () => {
    storage.next.push("stored", "hold", "hold");
    server.develop = (developed) => developed;
    add(pictureFile("a.jpg"), pictureFile("b.jpg"), pictureFile("c.jpg"));
    await wait(2_000);
    expect(names()).toEqual(["processing", "sending", "sending"]);

    queue.cancelAll();
    expect(names()).toEqual(["processing", "cancelled", "cancelled"]);
    queue.retryFailed();
    expect(names()).toEqual(["processing", "cancelled", "cancelled"]);

    server.develop = (developed) => ({ ...developed, state: "ready" });
    queue.retry(2);
    await wait(10_000);
    expect(names()).toEqual(["ready", "ready", "cancelled"]);
  });

  test("closing the page's queue keeps the promised places", async () => {
    storage.next.push("hold");
    add(pictureFile("a.jpg"));
    await wait(1_000);
    queue.close();
    await wait(1_000);
    expect(server.forgotten).toEqual([]);
    expect(storage.open).toBe(0);
  });
});

test("what is over can be cleared away", async () => {
  storage.next.push("stored", "hold");
  add(pictureFile("a.jpg"), pictureFile("b.jpg"), pictureFile("c.txt", "c", "text/plain"));
  await wait(5_000);
  queue.clearFinished();
  expect(queue.snapshot().map(({ name }) => name)).toEqual(["b.jpg"]);
});

test("listeners are told a few times a second, however fast the progress", async () => {
  const told = vi.fn();
  const unsubscribe = queue.subscribe(told);
  storage.chatter = 1_000;
  add(...Array.from({ length: 20 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
  await wait(1_000);
  unsubscribe();
  expect(told.mock.calls.length).toBeLessThan(15);
});
