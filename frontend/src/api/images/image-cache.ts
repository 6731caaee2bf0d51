/**
 * The cached lists of pictures, and changing them in place.
 *
 * [Note: Lists are patched, not refetched] Someone who scrolled through 10,000 pictures holds 100 pages;
 * refetching them all for one change would take 100 requests, and move everything under their eyes.
 * So answers about single pictures are merged into the list that is there, in the server's order. (This is
 * also why it is no infinite query: that one replaces the list by what it was when a page was asked for.)
 */
import { hashKey, type QueryClient } from "@tanstack/react-query";

import { keepSignedUrls } from "./signed-urls";
import type { Image, ImagePage } from "../types";

/** Pictures newest first, as far as loaded; `next_cursor` is null when that is all there is. */
export type ImageList = { images: readonly Image[]; next_cursor: string | null };

export const imageListKey = (deleted: boolean) => ["images", "list", { deleted }] as const;
export const imageDetailKey = (id: string) => ["images", "detail", id] as const;
/** Of deleting and restoring, which have changed the lists already while they are under way. */
export const moveKey = ["images", "move"] as const;

type Position = Pick<Image, "timeline_at" | "id">;

/** The server's order: newest first, ties by id downwards. Both are text that sorts as it reads. */
export const isBefore = (a: Position, b: Position): boolean =>
  a.timeline_at === b.timeline_at ? a.id > b.id : a.timeline_at > b.timeline_at;

// What the server lists. An upload that has begun, or that turned out to be no picture, is the upload
// panel's to show.
const LISTED: readonly Image["state"][] = ["processing", "ready", "damaged"];

const belongsIn =
  (deleted: boolean) =>
  (image: Image): boolean =>
    LISTED.includes(image.state) && (image.deleted_at !== null) === deleted;

/** Both in the server's order; what is there already keeps its order among itself. */
const insert = (present: readonly Image[], arrived: readonly Image[]): Image[] => {
  const waiting = [...arrived].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  const all: Image[] = [];
  let next = waiting.shift();
  for (const image of present) {
    while (next && isBefore(next, image)) {
      all.push(next);
      next = waiting.shift();
    }
    all.push(image);
  }
  return next ? [...all, next, ...waiting] : all;
};

/** The list with what is known of these pictures put in: changed, added, moved or taken out. */
const merge = (
  list: ImageList,
  incoming: readonly Image[],
  belongs: (image: Image) => boolean,
): ImageList => {
  const known = new Map(list.images.map((image) => [image.id, image]));
  // By id: an upload and its copy may land together as one picture.
  const arrived = new Map<string, Image>();
  let isChanged = false;
  for (const next of incoming) {
    const old = known.get(next.id);
    const image = keepSignedUrls(old, next);
    if (image === old && belongs(image)) continue;
    if (old && belongs(image) && old.timeline_at === image.timeline_at) {
      known.set(image.id, image);
      isChanged = true;
      continue;
    }
    isChanged = known.delete(image.id) || isChanged;
    if (belongs(image)) arrived.set(image.id, image);
    else arrived.delete(image.id);
  }
  // Past the end of what is loaded a picture comes with its own page.
  const last = list.images.at(-1);
  const loaded = [...arrived.values()].filter(
    (image) => list.next_cursor === null || last === undefined || isBefore(image, last),
  );
  if (!isChanged && loaded.length === 0) return list;
  return { ...list, images: insert([...known.values()], loaded) };
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

/**
 * Puts pictures that came in where they belong. A list that is being asked for is asked for again: an
 * answer from before they came would leave them out.
 */
export const landImages = async (client: QueryClient, images: readonly Image[]): Promise<void> => {
  upsertImages(client, images);
  const asked = client.getQueryCache().findAll({
    queryKey: ["images"],
    fetchStatus: "fetching",
    predicate: ({ queryKey: [, kind] }) => kind === "list" || kind === "head",
  });
  for (const { queryKey } of asked) {
    // Refetching alone would wait for the answer that is on its way.
    await client.cancelQueries({ queryKey, exact: true });
    void client.refetchQueries({ queryKey, exact: true });
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

/** Calls back once pictures that were taken out of the timeline are all in it again. Returns what ends the watch. */
export const watchReturn = (
  client: QueryClient,
  ids: readonly string[],
  onReturn: () => void,
): (() => void) => {
  const key = hashKey(imageListKey(false));
  const areAllHere = (): boolean => {
    const list = client.getQueryData<ImageList>(imageListKey(false));
    const present = new Set(list?.images.map(({ id }) => id));
    return ids.every((id) => present.has(id));
  };
  let wereGone = !areAllHere();
  return client.getQueryCache().subscribe(({ type, query }) => {
    if (type !== "updated" || query.queryHash !== key) return;
    const areHere = areAllHere();
    if (areHere && wereGone) onReturn();
    wereGone = !areHere;
  });
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

/** Takes every picture of the timeline that has no description to be waiting for one; the server soon says which do. */
export const expectDescriptions = (client: QueryClient): void => {
  const isDescribed = ({ alt_text, description_state: state }: Image): boolean =>
    state === "done" || state === "waiting" || alt_text !== null;
  client.setQueryData<ImageList>(
    imageListKey(false),
    (list) =>
      list && {
        ...list,
        images: list.images.map((image) =>
          isDescribed(image) ? image : { ...image, description_state: "waiting" },
        ),
      },
  );
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
