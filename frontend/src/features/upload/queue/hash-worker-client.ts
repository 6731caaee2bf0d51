/** The page's side of hashing: one worker, started when first needed and stopped with the queue. */
import { scriptAddress } from "@/ui/own-scripts";

import { TransientError, UnreadableFileError } from "./errors";
import { partSizeOf, type FileHash } from "./file-hash";
import type { HashAnswer, HashGreeting, HashRequest } from "./hash.worker";
import workerAddress from "./hash.worker?worker&url";

type Waiting = { resolve: (hash: FileHash) => void; reject: (error: Error) => void };

export class HashWorkerClient {
  #worker: Worker | null = null;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Takes some tens of megabytes for each file: let few in at once. Throws an error of errors.ts. */
  hash(file: File): Promise<FileHash> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const request: HashRequest = { id: this.#lastId, file, partSize: partSizeOf(file.size) };
      this.#waiting.set(request.id, { resolve, reject });
      this.#start().postMessage(request);
    });
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#fail(() => new UnreadableFileError());
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(scriptAddress(workerAddress), { type: "module" });
    let hasStarted = false;
    worker.addEventListener("message", (event: MessageEvent<HashAnswer | HashGreeting>) => {
      const message = event.data;
      if (message.outcome === "started") hasStarted = true;
      else this.#settle(message);
    });
    worker.addEventListener("error", () => {
      // Its script did not come over the network, or it died at work (out of memory): start afresh next time.
      worker.terminate();
      this.#worker = null;
      this.#fail(() => (hasStarted ? new UnreadableFileError() : new TransientError("connection")));
    });
    this.#worker = worker;
    return worker;
  }

  #settle(answer: HashAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.outcome === "hashed") {
      waiting?.resolve({ sha256: answer.sha256, parts: answer.parts });
    } else waiting?.reject(new UnreadableFileError());
  }

  #fail(reason: () => Error): void {
    for (const { reject } of this.#waiting.values()) reject(reason());
    this.#waiting.clear();
  }
}
