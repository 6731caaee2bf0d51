/**
 * The cached lists of pictures, and changing them in place.
 *
 * [Note: Lists are patched, not refetched] Someone who scrolled through 10,000 pictures holds 100 pages;
 * refetching them all for one change would take 100 requests, and move everything under their eyes.
 * So answers about single pictures are merged into the list that is there, in the server's order. (This is
 * also why it is no infinite query: that one replaces the list by what it was when a page was asked for.)
 */
import type { QueryClient } from "@tanstack/react-query";

import { keepSignedUrls } from "./signed-urls";
import type { Image, ImagePage } from "./types";

/** Pictures newest first, as far as loaded; `next_cursor` is null when that is all there is. */
export type ImageList = { images: readonly Image[]; next_cursor: string | null };

export const imageListKey = (deleted: boolean) => ["images", "list", { deleted }] as const;
export const imageDetailKey = (id: string) => ["images", "detail", id] as const;

type Position = Pick<Image, "timeline_at" | "id">;

/** The server's order: newest first, ties by id downwards. Both are text that sorts as it reads. */
export const isBefore = (a: Position, b: Position): boolean =>
  a.timeline_at === b.timeline_at ? a.id > b.id : a.timeline_at > b.timeline_at;

const descending = (a: Position, b: Position): number =>
  a.id === b.id ? 0 : isBefore(a, b) ? -1 : 1;

// An upload that has begun is the upload panel's to show; it joins the list when its bytes are there.
const belongsIn =
  (deleted: boolean) =>
  (image: Image): boolean =>
    image.state !== "uploading" && (image.deleted_at !== null) === deleted;

/** The list with what is known of these pictures put in: changed, added, moved or taken out. */
const merge = (
  list: ImageList,
  incoming: readonly Image[],
  belongs: (image: Image) => boolean,
): ImageList => {
  const known = new Map(list.images.map((image) => [image.id, image]));
  const last = list.images.at(-1);
  let [changed, moved] = [false, false];
  for (const next of incoming) {
    const old = known.get(next.id);
    const image = keepSignedUrls(old, next);
    if (!belongs(image)) {
      changed = known.delete(image.id) || changed;
    } else if (image !== old) {
      known.set(image.id, image);
      changed = true;
      moved ||= old?.timeline_at !== image.timeline_at;
    }
  }
  if (!changed) return list;
  const images = [...known.values()];
  if (!moved) return { ...list, images };
  images.sort(descending);
  // Past the end of what is loaded a picture comes with its own page.
  const isLoaded = (image: Image): boolean =>
    list.next_cursor === null || last === undefined || !isBefore(last, image);
  return { ...list, images: images.filter(isLoaded) };
};

/** Puts new knowledge about pictures where it belongs: timeline, Recently deleted, or out of both. */
export const upsertImages = (client: QueryClient, images: readonly Image[]): void => {
  for (const deleted of [false, true]) {
    client.setQueryData<ImageList>(
      imageListKey(deleted),
      (list) => list && merge(list, images, belongsIn(deleted)),
    );
  }
};

/** Takes pictures out of both lists. */
export const removeImages = (client: QueryClient, ids: readonly string[]): void => {
  const gone = new Set(ids);
  for (const deleted of [false, true]) {
    client.setQueryData<ImageList>(imageListKey(deleted), (list) => {
      if (!list?.images.some(({ id }) => gone.has(id))) return list;
      return { ...list, images: list.images.filter(({ id }) => !gone.has(id)) };
    });
  }
};

/** Gives the addresses of these pictures up, whatever the clock says of them: storage refused them. */
export const forgetSignedUrls = (client: QueryClient, ids: readonly string[]): void => {
  const refused = new Set(ids);
  for (const deleted of [false, true]) {
    client.setQueryData<ImageList>(
      imageListKey(deleted),
      (list) =>
        list && {
          ...list,
          images: list.images.map((image) =>
            refused.has(image.id) ? { ...image, urls_expire_at: null } : image,
          ),
        },
    );
  }
};

/** A first page as a list of its own. */
export const startList = (deleted: boolean, page: ImagePage): ImageList => ({
  images: page.images.filter(belongsIn(deleted)),
  next_cursor: page.next_cursor,
});

/** Adds the page that follows. */
export const appendPage = (client: QueryClient, deleted: boolean, page: ImagePage): void => {
  client.setQueryData<ImageList>(imageListKey(deleted), (list) => {
    if (!list) return list;
    const { images } = merge({ ...list, next_cursor: null }, page.images, belongsIn(deleted));
    return { images, next_cursor: page.next_cursor };
  });
};

/** Makes the newest part of a list what the server says it is now, and leaves the rest alone. */
export const mergeFirstPage = (client: QueryClient, deleted: boolean, first: ImagePage): void => {
  const present = new Set(first.images.map(({ id }) => id));
  const last = first.images.at(-1);
  const isCovered = (image: Image): boolean =>
    first.next_cursor === null || (last !== undefined && !isBefore(last, image));
  client.setQueryData<ImageList>(imageListKey(deleted), (list) => {
    if (!list) return list;
    const images = list.images.filter((image) => present.has(image.id) || !isCovered(image));
    const kept = images.length === list.images.length ? list : { ...list, images };
    return merge(kept, first.images, belongsIn(deleted));
  });
};
