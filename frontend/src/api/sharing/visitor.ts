/**
 * A share link as its visitor's page sees it. Not in the query cache: this page is to be small, and of what it
 * asks nothing is asked twice.
 *
 * [Note: Addresses of a minute] The addresses of pictures live for a minute, so that a link which is ended shows
 * nothing soon after. A picture that has loaded keeps the address that loaded it, under which the browser has
 * it; for the others that are in view new ones are asked for before theirs end.
 */
import { api, read } from "../client";
import { ApiProblem, toProblem } from "../problem";
import type { Shared, SharedImage, SharedImages } from "../types";

const KEY = "pinhole.visit";
/** As many as the API takes at once. */
const MAX_ASKED = 200;
/** An address that ends sooner than this may be too late once the browser asks. */
const MARGIN_MS = 10_000;
/** An original without its metadata is made when it is first asked for. */
const PREPARED_MS = 2_000;
const MAX_TRIES = 45;

export type SharedUrls = {
  thumbnail: string;
  preview: string;
  thumbhash: string | null;
  altText: string | null;
  expiresAt: number;
};

/** Whether an error says that the link is not open. */
export const isClosed = (error: unknown): boolean =>
  error instanceof ApiProblem && error.code === "share_closed";

type Kept = { token: string; visit: string };

/** Of this tab, so that a reload asks for no password. */
const keptVisit = (token: string): string | null => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
    return kept?.token === token ? kept.visit : null;
  } catch {
    return null;
  }
};

const keep = (kept: Kept): void => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Storage is closed to us: then a reload asks again.
  }
};

/** A visit to an open link. */
export class Visit {
  readonly share: Shared;
  /** By which the API knows it. */
  readonly headers: Record<string, string>;
  readonly #urls = new Map<string, SharedUrls>();
  readonly #loaded = new Set<string>();

  private constructor(share: Shared, headers: Record<string, string>) {
    this.share = share;
    this.headers = headers;
  }

  /** Opens a link. @throws ApiProblem */
  static async open(token: string, password: string | null): Promise<Visit> {
    const kept = password === null ? keptVisit(token) : null;
    if (kept !== null) {
      const headers = { "Pinhole-Visit": kept };
      try {
        return new Visit(await read(api.GET("/api/shared", { headers })), headers);
      } catch (error) {
        // The day of that visit may be over: the link is asked once more.
        if (!isClosed(error)) throw error;
      }
    }
    const body = { token, ...(password === null ? {} : { password }) };
    const { visit, share } = await read(api.POST("/api/shared/open", { body }));
    keep({ token, visit });
    return new Visit(share, { "Pinhole-Visit": visit });
  }

  /** A page of what is shown. @throws ApiProblem */
  page(cursor: string | null): Promise<SharedImages> {
    const query = cursor === null ? {} : { cursor };
    return read(api.GET("/api/shared/images", { params: { query }, headers: this.headers }));
  }

  /** What its owner lets visitors know of a picture. @throws ApiProblem */
  image(id: string): Promise<SharedImage> {
    const params = { path: { image_id: id } };
    return read(api.GET("/api/shared/images/{image_id}", { params, headers: this.headers }));
  }

  /**
   * An address that saves the original; waits for one that is made only now, and says so by `onWait`.
   * @throws ApiProblem
   */
  async original(id: string, onWait?: () => void): Promise<string> {
    const params = { path: { image_id: id } };
    const headers = this.headers;
    for (let tries = 1; ; tries += 1) {
      try {
        const found = api.GET("/api/shared/images/{image_id}/original", { params, headers });
        return (await read(found)).url;
      } catch (error) {
        if (tries === MAX_TRIES || toProblem(error).code !== "being_prepared") throw error;
        onWait?.();
        await new Promise((resolve) => setTimeout(resolve, PREPARED_MS));
      }
    }
  }

  urlsOf(id: string): SharedUrls | undefined {
    return this.#urls.get(id);
  }

  /** The picture of this address is there: see [Note: Addresses of a minute]. */
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
      await this.#ask(needed.slice(start, start + MAX_ASKED), { isBroken });
    }
    return needed.length > 0;
  }

  #needs(id: string, of: "thumbnail" | "preview"): boolean {
    const urls = this.#urls.get(id);
    if (!urls) return true;
    return !this.#loaded.has(urls[of]) && urls.expiresAt - Date.now() < MARGIN_MS;
  }

  async #ask(ids: readonly string[], { isBroken }: { isBroken: boolean }): Promise<void> {
    const params = { query: { ids: ids.join(",") } };
    const found = await read(api.GET("/api/shared/addresses", { params, headers: this.headers }));
    const { base, query } = found.addresses;
    const expiresAt = Date.parse(found.urls_expire_at);
    for (const [id, thumbnail] of Object.entries(found.thumbnails)) {
      const before = this.#urls.get(id);
      // One is kept where it has loaded, while the other may need to be new.
      const fresh = (was: string | undefined, end: string) =>
        was !== undefined && !isBroken && this.#loaded.has(was) ? was : `${base}${end}&${query}`;
      this.#urls.set(id, {
        thumbnail: fresh(before?.thumbnail, thumbnail),
        preview: fresh(before?.preview, found.previews[id] ?? ""),
        thumbhash: found.thumbhashes[id] ?? null,
        altText: found.alt_texts[id] ?? null,
        expiresAt,
      });
    }
  }
}

/** What the grid and the viewer of shared pictures need of where these come from. */
export type SharedSource = Pick<
  Visit,
  "share" | "page" | "image" | "original" | "urlsOf" | "noteLoaded" | "refresh"
>;
/** The same of one that is not read page by page. */
export type PictureSource = Omit<SharedSource, "page">;
