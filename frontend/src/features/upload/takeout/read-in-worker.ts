/** The page's side of reading an export: a worker for each, which ends with it. */
import { scriptAddress } from "@/ui/own-scripts";

import type { DroppedFile, ReadProgress } from "./read";
import type { ReadAnswer, ReadRequest } from "./read.worker";
import workerAddress from "./read.worker?worker&url";
import type { Row } from "./rows";

type Reading = {
  maxBytes: number;
  signal: AbortSignal;
  onProgress: (progress: ReadProgress) => void;
};

/** Rejects when the signal is aborted, and when the worker fails. */
export const readInWorker = (
  dropped: readonly DroppedFile[],
  { maxBytes, signal, onProgress }: Reading,
): Promise<Row[]> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(scriptAddress(workerAddress), { type: "module" });
    const end = () => {
      worker.terminate();
      signal.removeEventListener("abort", stop);
    };
    const stop = () => {
      end();
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop, { once: true });
    worker.addEventListener("error", () => {
      end();
      reject(new Error("the reader failed"));
    });
    worker.addEventListener("message", ({ data }: MessageEvent<ReadAnswer>) => {
      if (data.kind === "progress") {
        onProgress(data.progress);
        return;
      }
      end();
      if (data.kind === "read") resolve(data.rows);
      else reject(new Error("the reader failed"));
    });
    const request: ReadRequest = { dropped: [...dropped], maxBytes };
    worker.postMessage(request);
  });
