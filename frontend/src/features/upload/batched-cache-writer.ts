/** Putting pictures that came in into the lists: a few times a second at most, however many there are. */
import { landImages, type Image } from "@/api";

import type { QueryClient } from "@tanstack/react-query";

const EVERY_MS = 700;

export class BatchedCacheWriter {
  readonly #client: QueryClient;
  #landed: Image[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  readonly add = (image: Image): void => {
    this.#landed.push(image);
    this.#timer ??= setTimeout(() => this.#flush(), EVERY_MS);
  };

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#landed = [];
  }

  #flush(): void {
    this.#timer = null;
    const images = this.#landed;
    this.#landed = [];
    void landImages(this.#client, images);
    // The account page counts pictures and bytes.
    void this.#client.invalidateQueries({ queryKey: ["account"] });
  }
}
