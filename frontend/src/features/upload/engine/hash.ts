/** The page's side of hashing: one worker, started when first needed and stopped with the queue. */
import type { HashAnswer, HashRequest } from "./hash.worker";
import { UnreadableFileError } from "./troubles";

type Waiting = { resolve: (sha256: string) => void; reject: (error: Error) => void };

export class Hasher {
  #worker: Worker | null = null;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** The SHA-256 in hex. Reads the whole file into the worker's memory: let few in at once. */
  hash(file: File): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const request: HashRequest = { id: this.#lastId, file };
      this.#waiting.set(request.id, { resolve, reject });
      this.#start().postMessage(request);
    });
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#fail();
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./hash.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", (event: MessageEvent<HashAnswer>) => {
      const answer = event.data;
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.outcome === "hashed") waiting?.resolve(answer.sha256);
      else waiting?.reject(new UnreadableFileError());
    });
    worker.addEventListener("error", () => {
      // The worker itself died (out of memory, or its script did not load): start afresh next time.
      worker.terminate();
      this.#worker = null;
      this.#fail();
    });
    this.#worker = worker;
    return worker;
  }

  #fail(): void {
    for (const { reject } of this.#waiting.values()) reject(new UnreadableFileError());
    this.#waiting.clear();
  }
}
