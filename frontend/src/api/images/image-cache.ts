/**
 * The cached lists of pictures, and changing them in place.
 *
 * [Note: Lists are patched, not refetched] Refetching all that someone scrolled through for one change would
 * take many requests, and move everything under their eyes. So answers about single pictures are merged into
 * what is there, in the server's order: the timeline's buckets (timeline-cache.ts) and the list of deleted
 * pictures, which is one list as far as loaded. (This is also why that is no infinite query: that one
 * replaces the list by what it was when a page was asked for.)
 */
import type { QueryClient } from "@tanstack/react-query";

import { albumsKey, albumView, setMembers } from "./collections";
import { belongsIn, insert, isBefore, isWhole, type ListedImage } from "./listed-image";
import { keepSignedUrls } from "./signed-urls";
import {
  bucketOf,
  cachedBuckets,
  cachedIds,
  changeKnown,
  isBucket,
  learnImages,
  removeFromTimelines,
  timelineKey,
  upsertInTimelines,
  withPendingMove,
  type TimelineOverview,
} from "./timeline-cache";
import type { Image, ImagePage } from "../types";

/** Pictures newest first, as far as loaded; `next_cursor` is null when that is all there is. */
export type ImageList = { images: readonly Image[]; next_cursor: string | null };

/** Of the deleted pictures. */
export const trashKey = ["images", "list", { deleted: true }] as const;
export const imageDetailKey = (id: string) => ["images", "detail", id] as const;

const belongsInTrash = belongsIn("trash");

/** Deleted pictures stand in the order in which they were deleted, last first. */
const byDeletion = ({ id, deleted_at }: Image) => ({ id, timeline_at: deleted_at ?? "" });

/** The list with what is known of these pictures put in: changed, added, moved or taken out. */
const merge = (list: ImageList, incoming: readonly Image[]): ImageList => {
  const known = new Map(list.images.map((image) => [image.id, image]));
  // By id: an upload and its copy may land together as one picture.
  const arrived = new Map<string, Image>();
  let isChanged = false;
  for (const next of incoming) {
    const old = known.get(next.id);
    const image = keepSignedUrls(old, next);
    const belongs = belongsInTrash(image);
    if (image === old && belongs) continue;
    if (old && belongs && old.deleted_at === image.deleted_at) {
      known.set(image.id, image);
      isChanged = true;
      continue;
    }
    isChanged = known.delete(image.id) || isChanged;
    if (belongs) arrived.set(image.id, image);
    else arrived.delete(image.id);
  }
  // Past the end of what is loaded a picture comes with its own page.
  const last = list.images.at(-1);
  const loaded = [...arrived.values()].filter(
    (image) =>
      list.next_cursor === null ||
      last === undefined ||
      isBefore(byDeletion(image), byDeletion(last)),
  );
  if (!isChanged && loaded.length === 0) return list;
  return { ...list, images: insert([...known.values()], loaded, byDeletion) };
};

const changeTrash = (client: QueryClient, change: (list: ImageList) => ImageList): void => {
  client.setQueryData<ImageList>(trashKey, (list) => list && change(list));
};

/** Puts new knowledge about pictures where it belongs: timeline, Recently deleted, or out of both. */
export const upsertImages = (client: QueryClient, images: readonly ListedImage[]): void => {
  const whole = images.filter(isWhole);
  learnImages(client, whole);
  upsertInTimelines(client, images);
  changeTrash(client, (list) => merge(list, whole));
};

/** Notes that images came into an album as they were uploaded, and has its counts asked for again. */
export const noteUploadedInto = (
  client: QueryClient,
  albumId: string,
  images: readonly Image[],
): void => {
  setMembers(
    client,
    albumView(albumId),
    images.map(({ id }) => id),
    true,
  );
  void client.invalidateQueries({ queryKey: albumsKey });
  void client.invalidateQueries({ queryKey: timelineKey(albumView(albumId)) });
};

/** Whether the buckets of all of these are loaded. */
const areCounted = (client: QueryClient, images: readonly ListedImage[]): boolean => {
  const timeline = client.getQueryData<TimelineOverview>(timelineKey("timeline"));
  const loaded = cachedBuckets(client, "timeline");
  return (
    timeline !== undefined &&
    images.every((image) => loaded.has(bucketOf(timeline, image.timeline_at)))
  );
};

/**
 * Puts pictures that came in where they belong. What is being asked for is asked for again: an answer from
 * before they came would leave them out. The overview is, too, where their month is not loaded to be counted.
 */
export const landImages = async (client: QueryClient, images: readonly Image[]): Promise<void> => {
  upsertImages(
    client,
    images.map((image) => withPendingMove(client, image)),
  );
  const listing = ["list", "head", "bucket"];
  const asked = client.getQueryCache().findAll({
    queryKey: ["images"],
    fetchStatus: "fetching",
    predicate: ({ queryKey: [, kind] }) => listing.includes(String(kind)),
  });
  if (!areCounted(client, images)) {
    void client.invalidateQueries({ queryKey: timelineKey("timeline") });
  }
  for (const { queryKey } of asked) {
    // Refetching alone would wait for the answer that is on its way.
    await client.cancelQueries({ queryKey, exact: true });
    void client.refetchQueries({ queryKey, exact: true });
  }
};

/** Takes pictures out of the timelines and the list of deleted ones. */
export const removeImages = (client: QueryClient, ids: readonly string[]): void => {
  const gone = new Set(ids);
  removeFromTimelines(client, gone);
  changeTrash(client, (list) =>
    list.images.some(({ id }) => gone.has(id))
      ? { ...list, images: list.images.filter(({ id }) => !gone.has(id)) }
      : list,
  );
};

/** Calls back once pictures that were taken out of all timelines are all in one again. Returns what ends the watch. */
export const watchReturn = (
  client: QueryClient,
  ids: readonly string[],
  onReturn: () => void,
): (() => void) => {
  const areAllHere = (): boolean => {
    const present = cachedIds(client);
    return ids.every((id) => present.has(id));
  };
  let wereGone = !areAllHere();
  return client.getQueryCache().subscribe(({ type, query }) => {
    if (type !== "updated" || !isBucket(query)) return;
    const areHere = areAllHere();
    if (areHere && wereGone) onReturn();
    wereGone = !areHere;
  });
};

/** Gives the addresses of these pictures up, whatever the clock says of them: storage refused them. */
export const forgetSignedUrls = (client: QueryClient, ids: readonly string[]): void => {
  const refused = new Set(ids);
  const forget = (image: Image): Image =>
    refused.has(image.id) ? { ...image, urls_expire_at: null } : image;
  changeKnown(client, forget);
  changeTrash(client, (list) => ({ ...list, images: list.images.map(forget) }));
};

/** Takes every picture of the timeline, or of these, that has no description to be waiting for one; the server soon says which do. */
export const expectDescriptions = (client: QueryClient, ids: readonly string[] | null): void => {
  const asked = ids === null ? null : new Set(ids);
  const isDescribed = ({ alt_text, description_state: state }: Image): boolean =>
    state === "done" || state === "waiting" || alt_text !== null;
  changeKnown(client, (image) =>
    isDescribed(image) || asked?.has(image.id) === false
      ? image
      : { ...image, description_state: "waiting" },
  );
};

/** A first page as a list of its own. */
export const startList = (page: ImagePage): ImageList => ({
  images: page.images.filter(belongsInTrash),
  next_cursor: page.next_cursor,
});

/** Adds the page that follows. */
export const appendPage = (client: QueryClient, page: ImagePage): void =>
  changeTrash(client, (list) => ({
    images: merge({ ...list, next_cursor: null }, page.images).images,
    next_cursor: page.next_cursor,
  }));

/** Makes the newest part of a list what the server says it is now, and leaves the rest alone. */
export const mergeFirstPage = (client: QueryClient, first: ImagePage): void => {
  const present = new Set(first.images.map(({ id }) => id));
  const last = first.images.at(-1);
  const isCovered = (image: Image): boolean =>
    first.next_cursor === null ||
    (last !== undefined && !isBefore(byDeletion(last), byDeletion(image)));
  changeTrash(client, (list) => {
    const images = list.images.filter((image) => present.has(image.id) || !isCovered(image));
    const kept = images.length === list.images.length ? list : { ...list, images };
    return merge(kept, first.images);
  });
};
