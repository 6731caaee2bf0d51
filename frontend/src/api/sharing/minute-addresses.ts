/**
 * [Note: Addresses of a minute] The addresses of shared pictures live for a minute, so that what is ended shows
 * nothing soon after. A picture that has loaded keeps the address that loaded it, under which the browser has
 * it; for the others that are in view new ones are asked for before theirs end.
 */

/** As many as the API takes at once. */
const MAX_ASKED = 200;
/** An address that ends sooner than this may be too late once the browser asks. */
const MARGIN_MS = 10_000;

export type SharedUrls = {
  thumbnail: string;
  preview: string;
  thumbhash: string | null;
  altText: string | null;
  expiresAt: number;
};

type Ends = Record<string, string>;

/** As the API answers: ends of addresses, and what those of one owner's pictures share. */
export type FoundAddresses = {
  parts: readonly {
    addresses: { base: string; query: string };
    thumbnails: Ends;
    previews: Ends;
  }[];
  thumbhashes: Record<string, string | null>;
  alt_texts: Record<string, string | null>;
  urls_expire_at: string | null;
};

export abstract class MinuteAddresses {
  readonly #urls = new Map<string, SharedUrls>();
  readonly #loaded = new Set<string>();

  /** @throws ApiProblem */
  protected abstract addresses(ids: readonly string[]): Promise<FoundAddresses>;

  urlsOf(id: string): SharedUrls | undefined {
    return this.#urls.get(id);
  }

  /** The picture of this address is there. */
  noteLoaded(url: string): void {
    this.#loaded.add(url);
  }

  /** Asks for the addresses of pictures that need one; returns whether there are others now. @throws ApiProblem */
  async refresh(
    ids: readonly string[],
    of: "thumbnail" | "preview",
    { isBroken = false } = {},
  ): Promise<boolean> {
    const needed = ids.filter((id) => isBroken || this.#needs(id, of));
    for (let start = 0; start < needed.length; start += MAX_ASKED) {
      await this.#ask(needed.slice(start, start + MAX_ASKED), isBroken);
    }
    return needed.length > 0;
  }

  #needs(id: string, of: "thumbnail" | "preview"): boolean {
    const urls = this.#urls.get(id);
    if (!urls) return true;
    return !this.#loaded.has(urls[of]) && urls.expiresAt - Date.now() < MARGIN_MS;
  }

  async #ask(ids: readonly string[], isBroken: boolean): Promise<void> {
    const found = await this.addresses(ids);
    const expiresAt = Date.parse(found.urls_expire_at ?? "");
    for (const { addresses, thumbnails, previews } of found.parts) {
      const { base, query } = addresses;
      for (const [id, thumbnail] of Object.entries(thumbnails)) {
        const before = this.#urls.get(id);
        // One is kept where it has loaded, while the other may need to be new.
        const fresh = (was: string | undefined, end: string) =>
          was !== undefined && !isBroken && this.#loaded.has(was) ? was : `${base}${end}&${query}`;
        this.#urls.set(id, {
          thumbnail: fresh(before?.thumbnail, thumbnail),
          preview: fresh(before?.preview, previews[id] ?? ""),
          thumbhash: found.thumbhashes[id] ?? null,
          altText: found.alt_texts[id] ?? null,
          expiresAt,
        });
      }
    }
  }
}
