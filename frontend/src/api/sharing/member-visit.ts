/**
 * An album of somebody else's as its member sees it, in the shape of a visit to a share link: so the same grid and
 * viewer show both. See [Note: Addresses of a minute] in visitor.ts.
 */
import { api, read } from "../client";
import { ApiProblem } from "../problem";
import type { MemberImage, Shared, SharedAlbum, SharedImages } from "../types";
import type { SharedSource, SharedUrls } from "./visitor";

const MAX_ASKED = 200;
const MARGIN_MS = 10_000;

/** The album is not shared any more: what a link that has ended answers. */
const asClosed = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
    const { status, detail } = error;
    throw new ApiProblem({ status, detail, code: "share_closed" });
  }
};

export class MemberVisit implements SharedSource {
  readonly album: SharedAlbum;
  readonly share: Shared;
  readonly #path: { album_id: string };
  readonly #urls = new Map<string, SharedUrls>();
  readonly #loaded = new Set<string>();

  private constructor(album: SharedAlbum) {
    this.album = album;
    this.share = {
      title: album.title,
      note: "",
      count: album.count,
      expires_at: null,
      // Of some pictures it may be had and of others not: each says so itself.
      allow_downloads: false,
      allow_zips: false,
      show_dates: album.show_dates,
      show_descriptions: album.show_descriptions,
      show_names: album.show_names,
      collects: null,
    };
    this.#path = { album_id: album.id };
  }

  /** @throws ApiProblem */
  static async open(albumId: string): Promise<MemberVisit> {
    const params = { path: { album_id: albumId } };
    return new MemberVisit(
      await asClosed(read(api.GET("/api/shared-albums/{album_id}", { params }))),
    );
  }

  page(cursor: string | null): Promise<SharedImages> {
    const params = { path: this.#path, query: cursor === null ? {} : { cursor } };
    return asClosed(read(api.GET("/api/shared-albums/{album_id}/images", { params })));
  }

  image(id: string): Promise<MemberImage> {
    const params = { path: { ...this.#path, image_id: id } };
    return read(api.GET("/api/shared-albums/{album_id}/images/{image_id}", { params }));
  }

  async original(id: string): Promise<string> {
    const params = { path: { ...this.#path, image_id: id } };
    const found = await read(
      api.GET("/api/shared-albums/{album_id}/images/{image_id}/original", { params }),
    );
    return found.url;
  }

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
    const params = { path: this.#path, query: { ids: ids.join(",") } };
    const found = await asClosed(
      read(api.GET("/api/shared-albums/{album_id}/addresses", { params })),
    );
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
