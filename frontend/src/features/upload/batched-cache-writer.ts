/** Putting pictures that came in into the lists: a few times a second at most, however many there are. */
import { fetchImages, landImages, lastMove, type Image } from "@/api";

import type { QueryClient } from "@tanstack/react-query";

const EVERY_MS = 700;

export class BatchedCacheWriter {
  readonly #client: QueryClient;
  #landed: Image[] = [];
  #since = -1;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  readonly add = (image: Image): void => {
    if (this.#landed.length === 0) this.#since = lastMove(this.#client);
    this.#landed.push(image);
    this.#timer ??= setTimeout(() => void this.#flush(), EVERY_MS);
  };

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#landed = [];
  }

  async #flush(): Promise<void> {
    this.#timer = null;
    const landed = this.#landed;
    this.#landed = [];
    // What the person deleted meanwhile must not come back.
    const isKnown = lastMove(this.#client) === this.#since;
    const asked = isKnown
      ? landed
      : fetchImages(
          this.#client,
          landed.map(({ id }) => id),
        );
    await landImages(this.#client, await Promise.resolve(asked).catch(() => landed));
    // The account page counts pictures and bytes.
    void this.#client.invalidateQueries({ queryKey: ["account"] });
  }
}
