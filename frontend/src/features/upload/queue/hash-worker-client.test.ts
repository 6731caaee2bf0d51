import { afterEach, expect, test, vi } from "vitest";

import { TransientError, UnreadableFileError } from "./errors";
import { HashWorkerClient } from "./hash-worker-client";
import type { HashAnswer, HashGreeting, HashRequest } from "./hash.worker";

class StandInWorker extends EventTarget {
  static started: StandInWorker[] = [];
  readonly requests: HashRequest[] = [];

  constructor() {
    super();
    StandInWorker.started.push(this);
  }

  postMessage(request: HashRequest): void {
    this.requests.push(request);
  }

  say(data: HashAnswer | HashGreeting): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  terminate(): void {
    // There is nothing to end.
  }
}

const begin = () => {
  vi.stubGlobal("Worker", StandInWorker);
  const hasher = new HashWorkerClient();
  const hash = () => hasher.hash(new File(["a"], "a.jpg"));
  const worker = () => {
    const last = StandInWorker.started.at(-1);
    if (!last) throw new Error("No worker was started");
    return last;
  };
  return { hash, worker };
};

afterEach(() => {
  StandInWorker.started = [];
  vi.unstubAllGlobals();
});

test("a script that did not load is trouble with the connection, and the next file loads it anew", async () => {
  const { hash, worker } = begin();
  const first = hash();
  worker().dispatchEvent(new Event("error"));
  await expect(first).rejects.toBeInstanceOf(TransientError);

  const second = hash();
  worker().say({ outcome: "started" });
  worker().say({ id: worker().requests[0]?.id ?? 0, outcome: "hashed", sha256: "ab", parts: null });
  expect(await second).toEqual({ sha256: "ab", parts: null });
  expect(StandInWorker.started).toHaveLength(2);
});

test("a worker that dies at work could not read the file", async () => {
  const { hash, worker } = begin();
  const hashed = hash();
  worker().say({ outcome: "started" });
  worker().dispatchEvent(new Event("error"));
  await expect(hashed).rejects.toBeInstanceOf(UnreadableFileError);
});
