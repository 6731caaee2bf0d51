/** What importing an export says to the API beside uploads: see features/upload/takeout. */
import { api, read } from "../client";
import type { Batch, Image, ImageChanges, ImageDetail } from "../types";

type ChangedImage = Image & { sha256: string };

/** All pictures of the library that have arrived, those in Recently deleted among them. @throws ApiProblem */
export async function* listLibrary(signal: AbortSignal): AsyncGenerator<ChangedImage[]> {
  let since: string | null = null;
  for (;;) {
    const query: { changed_since?: string } = since === null ? {} : { changed_since: since };
    const page: { images: ChangedImage[]; changed_until: string; has_more: boolean } = await read(
      api.GET("/api/images/changes", { signal, params: { query } }),
    );
    yield page.images;
    if (!page.has_more) return;
    since = page.changed_until;
  }
}

/** Changes up to 10,000 pictures: all of them, or none. Answers those that are otherwise now. @throws ApiProblem */
export const changeAtOnce = async (body: Batch): Promise<string[]> => {
  const { undo } = await read(api.POST("/api/images/batch", { body }));
  return undo?.images.ids ?? [];
};

const pathOf = (id: string) => ({ path: { image_id: id } });

/** @throws ApiProblem */
export const correctImage = async (id: string, body: ImageChanges): Promise<void> => {
  await read(api.PATCH("/api/images/{image_id}", { params: pathOf(id), body }));
};

/** @throws ApiProblem */
export const showImage = (id: string): Promise<ImageDetail> =>
  read(api.GET("/api/images/{image_id}", { params: pathOf(id) }));

/** The first 2,000 pictures of an album. @throws ApiProblem */
export const listAlbumImages = async (id: string): Promise<{ ids: string[]; isAll: boolean }> => {
  const params = { path: { album_id: id } };
  const page = await read(api.GET("/api/albums/{album_id}/images", { params }));
  return { ids: page.ids, isAll: page.next_cursor === null };
};
