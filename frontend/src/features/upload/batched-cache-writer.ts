/** Putting pictures that came in into the lists: a few times a second at most, however many there are. */
import { fetchImages, landImages, lastMove, noteUploadedInto, type Image } from "@/api";

import type { IntoAlbum } from "./queue/upload-state";

import type { QueryClient } from "@tanstack/react-query";

const EVERY_MS = 700;

export class BatchedCacheWriter {
  readonly #client: QueryClient;
  #landed: Image[] = [];
  readonly #albums = new Map<string, Image[]>();
  #since = -1;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  readonly add = (image: Image, album: IntoAlbum | null = null): void => {
    if (this.#landed.length === 0) this.#since = lastMove(this.#client);
    this.#landed.push(image);
    if (album) this.#albums.set(album.id, [...(this.#albums.get(album.id) ?? []), image]);
    this.#timer ??= setTimeout(() => void this.#flush(), EVERY_MS);
  };

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#landed = [];
    this.#albums.clear();
  }

  async #flush(): Promise<void> {
    this.#timer = null;
    const landed = this.#landed;
    this.#landed = [];
    for (const [id, images] of this.#albums) noteUploadedInto(this.#client, id, images);
    this.#albums.clear();
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
