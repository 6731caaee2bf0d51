/**
 * Pictures of somebody else's that one sees with an account, in the shape of a visit to a share link: so the same
 * grid and viewer show both. See [Note: Addresses of a minute] in visitor.ts.
 */
import { ApiProblem } from "../problem";
import type { MemberImage, MemberInView, Shared } from "../types";
import type { PictureSource, SharedUrls } from "./visitor";

const MAX_ASKED = 200;
const MARGIN_MS = 10_000;

/** It is not shared any more: what a link that has ended answers. */
export const asClosed = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
    const { status, detail } = error;
    throw new ApiProblem({ status, detail, code: "share_closed" });
  }
};

type Told = Pick<Shared, "title" | "count" | "show_dates" | "show_descriptions" | "show_names">;

export abstract class AccountVisit implements PictureSource {
  readonly share: Shared;
  readonly #urls = new Map<string, SharedUrls>();
  readonly #loaded = new Set<string>();

  protected constructor({ title, count, show_dates, show_descriptions, show_names }: Told) {
    this.share = {
      title,
      count,
      show_dates,
      show_descriptions,
      show_names,
      note: "",
      expires_at: null,
      // Of some pictures it may be had and of others not: each says so itself.
      allow_downloads: false,
      allow_zips: false,
      collects: null,
    };
  }

  /** @throws ApiProblem */
  abstract image(id: string): Promise<MemberImage>;

  /** An address that saves the original. @throws ApiProblem */
  abstract original(id: string): Promise<string>;

  /** @throws ApiProblem */
  protected abstract addresses(ids: readonly string[]): Promise<MemberInView>;

  urlsOf(id: string): SharedUrls | undefined {
    return this.#urls.get(id);
  }

  noteLoaded(url: string): void {
    this.#loaded.add(url);
  }

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
    const found = await asClosed(this.addresses(ids));
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
