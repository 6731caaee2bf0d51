/** Waiting for the decoder: one request for all pictures that are being processed. */
import type { Image } from "@/api";

import { TransientError, SignedOutError } from "./errors";
import { pause, untilOver } from "./retry";
import type { UploadApi } from "./upload-api";

const BATCH = 100;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3_000;
/** An id that is missing from so many answers is gone: deleted for good elsewhere meanwhile. */
const MISSES = 3;

type Waiting = {
  misses: number;
  resolve: (image: Image | null) => void;
  reject: (error: unknown) => void;
};

export class ProcessingPoller {
  readonly #server: UploadApi;
  readonly #signal: AbortSignal;
  readonly #waiting = new Map<string, Waiting>();
  #pause = FIRST_PAUSE_MS;
  #isWatching = false;

  /** Stops when the signal is aborted. */
  constructor(server: UploadApi, signal: AbortSignal) {
    this.#server = server;
    this.#signal = signal;
  }

  /** The picture once nothing more will happen to it, or null when it is gone. */
  untilProcessed(imageId: string): Promise<Image | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(imageId, { misses: 0, resolve, reject });
      this.#pause = FIRST_PAUSE_MS;
      if (!this.#isWatching) void this.#watch();
    });
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    try {
      while (this.#waiting.size > 0) {
        await pause(this.#pause, this.#signal);
        await this.#look();
      }
    } catch (error) {
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    } finally {
      this.#isWatching = false;
    }
  }

  async #look(): Promise<void> {
    const ids = [...this.#waiting.keys()].slice(0, BATCH);
    let images: Image[];
    try {
      images = await this.#server.imagesById(ids);
    } catch (error) {
      if (error instanceof SignedOutError) {
        await untilOver(error, this.#signal);
        return;
      }
      if (!(error instanceof TransientError)) throw error;
      this.#pause = LONGEST_PAUSE_MS;
      return;
    }
    const settled = ids.filter((id) =>
      this.#settle(
        id,
        images.find((image) => image.id === id),
      ),
    );
    this.#pause = settled.length > 0 ? FIRST_PAUSE_MS : this.#longerPause();
  }

  /** Whether that picture's wait is over. */
  #settle(id: string, image: Image | undefined): boolean {
    const waiting = this.#waiting.get(id);
    if (!waiting) return false;
    if (image && (image.state === "uploading" || image.state === "processing")) {
      waiting.misses = 0;
    } else if (!image && waiting.misses + 1 < MISSES) {
      waiting.misses += 1;
    } else {
      this.#waiting.delete(id);
      waiting.resolve(image ?? null);
      return true;
    }
    // To the back, so that more than one batch of them is looked at in turn.
    this.#waiting.delete(id);
    this.#waiting.set(id, waiting);
    return false;
  }

  #longerPause(): number {
    return Math.min(this.#pause * 1.5, LONGEST_PAUSE_MS);
  }
}
