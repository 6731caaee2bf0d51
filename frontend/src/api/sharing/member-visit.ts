/** An album of somebody else's as its member sees it. */
import { api, read } from "../client";
import type { MemberImage, MemberInView, SharedAlbum, SharedImages } from "../types";
import { AccountVisit, asClosed } from "./account-visit";
import type { SharedSource } from "./visitor";

export class MemberVisit extends AccountVisit implements SharedSource {
  readonly album: SharedAlbum;
  readonly #path: { album_id: string };

  private constructor(album: SharedAlbum) {
    super(album);
    this.album = album;
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

  protected inView(ids: readonly string[]): Promise<MemberInView> {
    const params = { path: this.#path, query: { ids: ids.join(",") } };
    return read(api.GET("/api/shared-albums/{album_id}/addresses", { params }));
  }
}
