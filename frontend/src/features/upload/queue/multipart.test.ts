import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { PermanentError, TransientError } from "./errors";
import { bigFile, pictureFile } from "./testing/fakes";
import { MB, QueueUnderTest, wait } from "./testing/queue-harness";

let uploads: QueueUnderTest;

beforeEach(() => {
  vi.useFakeTimers();
  uploads = new QueueUnderTest({ maxBytes: 2_000 * MB });
});

afterEach(() => {
  uploads.queue.close();
  vi.useRealTimers();
});

const setOnline = (online: boolean): void => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(online);
  window.dispatchEvent(new Event(online ? "online" : "offline"));
};
const broken = (times: number) =>
  Array.from({ length: times }, () => new TransientError("connection"));
/** Four parts of 8 MB and one of 1 MB. */
const five = (name = "wall.jpg") => bigFile(name, 33 * MB);

describe("a big file", () => {
  test("goes in parts, with their own headers, and is completed once all are there", async () => {
    uploads.add(five());
    await wait(5_000);
    expect(uploads.names).toEqual(["ready"]);
    expect(uploads.storage.parts).toEqual([1, 2, 3, 4, 5]);
    expect(uploads.storage.requests.map(({ body }) => body.size)).toEqual(
      [8, 8, 8, 8, 1].map((size) => size * MB),
    );
    expect(uploads.storage.requests[0]?.place.headers).toHaveProperty("x-amz-checksum-sha256");
    expect(uploads.server.batches[0]?.[0]?.parts).toMatchObject({ size: 8 * MB });
    expect(uploads.server.batches[0]?.[0]?.parts?.sha256).toHaveLength(5);
    expect(uploads.server.completed).toEqual(["image-1"]);
  });

  test("of 16 MB is not one yet", async () => {
    uploads.add(bigFile("edge.jpg", 16 * MB));
    await wait(5_000);
    expect(uploads.storage.requests).toHaveLength(1);
    expect(uploads.server.batches[0]?.[0]).not.toHaveProperty("parts");
  });

  test("never has more than a hundred parts", async () => {
    uploads.add(bigFile("huge.jpg", 1_000 * MB));
    await wait(10_000);
    expect(uploads.storage.requests).toHaveLength(63);
    expect(uploads.names).toEqual(["ready"]);
  });

  test("leaves a way to small ones, and is not held up by them", async () => {
    uploads.storage.next.push("hold", "hold", "hold");
    uploads.add(five(), five("other.jpg"), bigFile("third.jpg", 17 * MB));
    await wait(1_000);
    uploads.add(...Array.from({ length: 9 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
    await wait(10_000);
    expect(uploads.names).toEqual([
      "sending",
      "sending",
      "waiting",
      ...Array.from({ length: 9 }, () => "ready"),
    ]);
    expect(uploads.storage.open).toBe(3);
    expect(uploads.storage.mostOpen).toBe(4);
  });

  test("gets the next free line, before small files that wait", async () => {
    uploads.storage.takesMs = 1_000;
    uploads.add(...Array.from({ length: 30 }, (_, n) => pictureFile(`${String(n)}.jpg`)));
    uploads.add(bigFile("big.jpg", 17 * MB));
    await wait(4_000);
    // Those that it found on the line went on to their end.
    expect(uploads.storage.parts.slice(0, 7)).toEqual([0, 0, 0, 0, 1, 2, 3]);
  });
});

describe("trouble with parts", () => {
  test("one that broke off is sent again alone", async () => {
    uploads.storage.next.push("stored", new TransientError("connection"));
    uploads.add(five());
    await wait(10_000);
    expect(uploads.names).toEqual(["ready"]);
    expect(uploads.storage.parts).toEqual([1, 2, 3, 4, 5, 2]);
    expect(uploads.server.batches).toHaveLength(1);
  });

  test("progress goes back by no more than a part, and never ends before the end", async () => {
    // By chance all pauses before another try can be such that no step back is told of.
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const seen: number[] = [];
    uploads.queue.subscribe(() => {
      const [phase] = uploads.phases;
      if (phase && "sent" in phase) seen.push(phase.sent);
    });
    uploads.storage.next.push("stored", ...broken(6));
    uploads.storage.takesMs = 500;
    uploads.add(five());
    await wait(60_000);
    expect(uploads.names).toEqual(["ready"]);
    const falls = seen.map((sent, n) => (seen[n - 1] ?? 0) - sent);
    expect(Math.max(...falls)).toBeGreaterThan(0);
    expect(Math.max(...falls)).toBeLessThanOrEqual(8 * MB);
    expect(Math.max(...seen)).toBeLessThanOrEqual(33 * MB);
  });

  test("an address that expired is asked for anew, and what is there is not sent again", async () => {
    uploads.storage.next.push("stored", "expired");
    uploads.add(five());
    await wait(10_000);
    expect(uploads.names).toEqual(["ready"]);
    expect(uploads.server.batches).toHaveLength(2);
    expect(uploads.storage.parts.filter((number) => number === 1)).toHaveLength(1);
    expect(uploads.storage.parts.filter((number) => number === 2)).toHaveLength(2);
  });

  test("addresses that got old while the network was away are not even tried", async () => {
    uploads.storage.next.push("stored", ...broken(2));
    uploads.add(five());
    await wait(100);
    setOnline(false);
    await wait(10 * 60_000);
    expect(uploads.phases).toMatchObject([{ name: "interrupted", cause: "offline" }]);
    const before = uploads.storage.requests.length;
    setOnline(true);
    await wait(10_000);
    expect(uploads.names).toEqual(["ready"]);
    const after = uploads.storage.requests.slice(before);
    expect(after.every(({ place }) => place.url.endsWith("try=2"))).toBe(true);
    expect(uploads.storage.parts.filter((number) => number === 1)).toHaveLength(1);
  });

  test("a storage that takes no part at all is given up in the end", async () => {
    uploads.storage.next.push(...Array.from({ length: 40 }, () => "expired" as const));
    uploads.add(five());
    await wait(10_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "Storage refused the upload.", retry: true } },
    ]);
    expect(uploads.server.batches).toHaveLength(4);
  });

  test("trouble of a minute is outlasted; more is said, and trying again sends the rest only", async () => {
    uploads.storage.next.push("stored", "stored", ...broken(21));
    uploads.add(five());
    await wait(3 * 60_000);
    expect(uploads.names).toEqual(["ready"]);

    uploads.storage.next.push("stored", "stored", ...broken(24));
    uploads.add(five("other.jpg"));
    await wait(3 * 60_000);
    expect(uploads.phases[1]).toMatchObject({
      name: "failed",
      failure: { reason: "The connection was lost several times.", retry: true },
    });
    const before = uploads.storage.parts.length;
    uploads.queue.retry(2);
    await wait(10_000);
    expect(uploads.names).toEqual(["ready", "ready"]);
    expect(uploads.storage.parts.slice(before)).toEqual([3, 4, 5]);
  });

  test("a file that changed meanwhile stops", async () => {
    uploads.storage.next.push("changed");
    uploads.add(five());
    await wait(10_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "The file changed while it was being sent." } },
    ]);
    expect(uploads.storage.parts).toEqual([1, 2, 3]);
  });
});

describe("the end of it", () => {
  test("parts that the server misses are sent again", async () => {
    uploads.storage.takesMs = 500;
    uploads.add(five());
    await wait(800);
    expect(uploads.server.parts.get("image-1")?.delete(2)).toBe(true);
    await wait(10_000);
    expect(uploads.names).toEqual(["ready"]);
    expect(uploads.storage.parts).toEqual([1, 2, 3, 4, 5, 2]);
    expect(uploads.server.completed).toHaveLength(2);
  });

  test("a server that always misses something is given up", async () => {
    uploads.server.nextCompletions.push(...Array.from({ length: 9 }, () => "missing" as const));
    uploads.add(five());
    await wait(10_000);
    expect(uploads.names).toEqual(["failed"]);
    expect(uploads.storage.requests).toHaveLength(5);
    expect(uploads.server.completed).toHaveLength(4);
  });

  test("a busy server is asked again, and nothing is sent again for it", async () => {
    uploads.server.nextCompletions.push(new TransientError("busy"));
    uploads.add(five());
    await wait(200);
    expect(uploads.phases).toEqual([{ name: "interrupted", sent: 33 * MB, cause: "busy" }]);
    await wait(10_000);
    expect(uploads.names).toEqual(["ready"]);
    expect(uploads.storage.requests).toHaveLength(5);
  });

  test("one that was deleted elsewhere says so, and a lasting refusal its own words", async () => {
    const failure = { reason: "You are signed out.", advice: null, retry: true };
    uploads.server.nextCompletions.push("gone", new PermanentError(failure));
    uploads.add(five());
    await wait(1_000);
    uploads.add(five("other.jpg"));
    await wait(1_000);
    expect(uploads.phases).toMatchObject([
      { name: "failed", failure: { reason: "It was deleted before it was ready." } },
      { name: "failed", failure },
    ]);
  });
});

test("cancelling stops all lines and gives the place back", async () => {
  uploads.storage.next.push("stored", "hold", "hold", "hold");
  uploads.add(five());
  await wait(1_000);
  expect(uploads.storage.open).toBe(3);
  uploads.queue.cancel(1);
  await wait(1_000);
  expect(uploads.names).toEqual(["cancelled"]);
  expect(uploads.storage.open).toBe(0);
  expect(uploads.storage.requests).toHaveLength(4);
  expect(uploads.server.forgotten).toEqual(["image-1"]);
  expect(uploads.server.completed).toEqual([]);
});

test("a page that was closed just before the end has only to complete it", async () => {
  for (const number of [1, 2, 3, 4, 5]) uploads.server.receivePart("image-1", number);
  uploads.add(five());
  await wait(5_000);
  expect(uploads.names).toEqual(["ready"]);
  expect(uploads.storage.requests).toEqual([]);
  expect(uploads.server.completed).toEqual(["image-1"]);
});

test("chosen again on a new page, it goes on with what is missing and says so", async () => {
  uploads.storage.next.push("stored", "stored", "hold", "hold", "hold");
  uploads.add(five());
  await wait(1_000);
  uploads.queue.close();

  const next = new QueueUnderTest({ maxBytes: 2_000 * MB, server: uploads.server });
  next.storage.next.push("hold", "hold", "hold");
  next.add(five());
  await wait(1_000);
  expect(next.queue.snapshot()).toMatchObject([{ kept: 16 * MB, phase: { name: "sending" } }]);
  expect(next.storage.parts).toEqual([3, 4, 5]);
  next.queue.close();
});
