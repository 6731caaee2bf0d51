/**
 * The cached timeline, and changing it in place.
 *
 * [Note: The timeline in three parts] The overview says how many images each bucket has (a month, or a day
 * of a crowded month); a bucket has the shapes of its images, enough to lay it out; and what is in view is
 * known whole, with addresses that are signed for it. Each is its own entry of the query cache. Answers
 * about single images are put into all three, see [Note: Lists are patched, not refetched].
 */
import type { Query, QueryClient } from "@tanstack/react-query";

import { changed, type BatchAction } from "./changed-image";
import { albumView, isCollection, isMember, setMembers } from "./collections";
import { belongsIn, insert, toRow, type ListedImage } from "./listed-image";
import { keepSignedUrls } from "./signed-urls";
import type { Image, View } from "../types";

export type Bucket = { key: string; count: number };
/** Buckets newest first; none is empty. */
export type TimelineOverview = { count: number; buckets: readonly Bucket[] };
export type Rows = readonly ListedImage[];
export type KnownImages = ReadonlyMap<string, Image>;

const OVERVIEWS = ["images", "timeline"] as const;
export const timelineKey = (view: View) => [...OVERVIEWS, view] as const;
const BUCKETS = ["images", "bucket"] as const;
export const bucketKey = (view: View, key: string) => [...BUCKETS, view, key] as const;
export const isBucket = (query: Pick<Query, "queryKey">): boolean =>
  query.queryKey[1] === BUCKETS[1];
export const knownKey = ["images", "known"] as const;
/** Of changes of many images, which the lists show already while they are under way. */
export const moveKey = ["images", "move"] as const;

/** More than any screen shows; the ones that were known first are forgotten. */
const MAX_KNOWN = 5_000;

const MONTH = "2024-07".length;
const DAY = "2024-07-31".length;
const MINUTE = "2024-07-31T18:22".length;

/** The bucket of a wall clock: its day where the overview has that month by days, otherwise its month. */
export const bucketOf = ({ buckets }: TimelineOverview, at: string): string => {
  const month = at.slice(0, MONTH);
  const isByDays = buckets.some(({ key }) => key.length > MONTH && key.startsWith(month));
  return at.slice(0, isByDays ? DAY : MONTH);
};

/** Whether an image is shown in a view, as far as that is known. */
const belongsHere = (client: QueryClient, view: View): ((image: ListedImage) => boolean) => {
  const belongs = belongsIn(view);
  if (!isCollection(view)) return belongs;
  return (image) => belongs(image) && isMember(client, view, image.id);
};

/** The views whose overview was loaded. */
const cachedViews = (client: QueryClient): [View, TimelineOverview][] =>
  client
    .getQueriesData<TimelineOverview>({ queryKey: OVERVIEWS })
    .flatMap(([[, , view], timeline]) => (timeline ? [[view as View, timeline]] : []));

/** The ids in all buckets of all views that were loaded. */
export const cachedIds = (client: QueryClient): Set<string> =>
  new Set(
    client
      .getQueriesData<Rows>({ queryKey: BUCKETS })
      .flatMap(([, rows]) => rows?.map(({ id }) => id) ?? []),
  );

/** The buckets of a view that were loaded, by key. */
export const cachedBuckets = (client: QueryClient, view: View): Map<string, Rows> => {
  const found = new Map<string, Rows>();
  for (const [[, , , key], rows] of client.getQueriesData<Rows>({ queryKey: [...BUCKETS, view] })) {
    if (typeof key === "string" && rows) found.set(key, rows);
  }
  return found;
};

// A bucket gives moments to the minute.
const isSameMoment = (a: ListedImage, b: ListedImage): boolean =>
  a.timeline_at.slice(0, MINUTE) === b.timeline_at.slice(0, MINUTE);

const isSameRow = (a: ListedImage, b: ListedImage): boolean =>
  (Object.keys(toRow(b)) as (keyof ListedImage)[]).every((key) => a[key] === b[key]);

const ratioOf = ({ width, height }: ListedImage): number | null =>
  width === null || height === null ? null : Math.round((width / height) * 1_000);

/** The old shape where it is the same one, and the old moment, so that nothing is laid out anew. */
const mergeRow = (old: ListedImage, next: ListedImage): ListedImage => {
  const { width, height } = ratioOf(old) === ratioOf(next) ? old : next;
  const merged = { ...toRow(next), width, height, timeline_at: old.timeline_at };
  return isSameRow(old, merged) ? old : merged;
};

/** The rows with what is known now put in: changed, added, moved or taken out. The very same if nothing differs. */
export const patchRows = (
  rows: Rows,
  incoming: ReadonlyMap<string, ListedImage>,
  isHere: (image: ListedImage) => boolean,
  known: KnownImages = new Map(),
): Rows => {
  const arrived = new Map([...incoming].filter(([, image]) => isHere(image)));
  let isChanged = false;
  const kept: ListedImage[] = [];
  for (const row of rows) {
    const next = incoming.get(row.id);
    if (!next) {
      kept.push(row);
    } else if (isHere(next) && isSameMoment(row, next)) {
      arrived.delete(row.id);
      const merged = mergeRow(row, next);
      isChanged ||= merged !== row;
      kept.push(merged);
    } else {
      isChanged = true;
    }
  }
  if (!isChanged && arrived.size === 0) return rows;
  // What arrives is known best by what it came with.
  return insert(
    kept,
    [...arrived.values()].map(toRow),
    (row) => incoming.get(row.id) ?? known.get(row.id) ?? row,
  );
};

/** The overview with these counts; a bucket without images is none. */
export const withCounts = (
  timeline: TimelineOverview,
  counts: ReadonlyMap<string, number>,
): TimelineOverview => {
  const all = new Map(timeline.buckets.map(({ key, count }) => [key, count]));
  for (const [key, count] of counts) all.set(key, count);
  const buckets = [...all]
    .filter(([, count]) => count > 0)
    .map(([key, count]) => ({ key, count }))
    .sort((a, b) => (a.key > b.key ? -1 : 1));
  return { count: buckets.reduce((sum, { count }) => sum + count, 0), buckets };
};

/** Makes the counts of the overview those of the buckets that were loaded. */
const recount = (client: QueryClient, view: View, counts: ReadonlyMap<string, number>): void => {
  client.setQueryData<TimelineOverview>(timelineKey(view), (timeline) => {
    if (!timeline) return timeline;
    const now = new Map(timeline.buckets.map(({ key, count }) => [key, count]));
    const differs = [...counts].some(([key, count]) => (now.get(key) ?? 0) !== count);
    return differs ? withCounts(timeline, counts) : timeline;
  });
};

/** Keeps one bucket as the server has it now. */
export const countBucket = (client: QueryClient, view: View, key: string, rows: Rows): void =>
  recount(client, view, new Map([[key, rows.length]]));

/** Puts images where they belong in the buckets of each view that are loaded, or takes them out. */
export const upsertInTimelines = (client: QueryClient, images: readonly ListedImage[]): void => {
  if (images.length === 0) return;
  const incoming = new Map(images.map((image) => [image.id, image]));
  for (const [view, timeline] of cachedViews(client)) upsertIn(client, view, timeline, incoming);
};

const upsertIn = (
  client: QueryClient,
  view: View,
  timeline: TimelineOverview,
  incoming: ReadonlyMap<string, ListedImage>,
): void => {
  const belongs = belongsHere(client, view);
  const loaded = cachedBuckets(client, view);
  const known = client.getQueryData<KnownImages>(knownKey);
  // A day or month that had no image has no bucket yet: these are all of it.
  const present = new Set(timeline.buckets.map(({ key }) => key));
  for (const image of incoming.values()) {
    const key = bucketOf(timeline, image.timeline_at);
    if (belongs(image) && !present.has(key)) loaded.set(key, loaded.get(key) ?? []);
  }
  const counts = new Map<string, number>();
  for (const [key, rows] of loaded) {
    const isHere = (image: ListedImage) =>
      belongs(image) && bucketOf(timeline, image.timeline_at) === key;
    const patched = patchRows(rows, incoming, isHere, known);
    if (patched === rows) continue;
    client.setQueryData<Rows>(bucketKey(view, key), patched);
    counts.set(key, patched.length);
  }
  recount(client, view, counts);
};

/** Takes images out of the buckets of all views that are loaded. */
export const removeFromTimelines = (client: QueryClient, ids: ReadonlySet<string>): void => {
  for (const [view] of cachedViews(client)) {
    const counts = new Map<string, number>();
    for (const [key, rows] of cachedBuckets(client, view)) {
      const left = rows.filter(({ id }) => !ids.has(id));
      if (left.length === rows.length) continue;
      client.setQueryData<Rows>(bucketKey(view, key), left);
      counts.set(key, left.length);
    }
    recount(client, view, counts);
  }
};

/** Notes all that is known of images; addresses are kept while they last. */
export const learnImages = (client: QueryClient, images: readonly Image[]): void => {
  client.setQueryData<KnownImages>(knownKey, (known = new Map()) => {
    const next = new Map(known);
    let isChanged = false;
    for (const image of images) {
      const old = known.get(image.id);
      const merged = keepSignedUrls(old, image);
      if (merged === old) continue;
      isChanged = true;
      next.delete(image.id);
      next.set(image.id, merged);
    }
    for (const id of next.keys()) {
      if (next.size <= MAX_KNOWN) break;
      next.delete(id);
    }
    return isChanged ? next : known;
  });
};

/** Changes what is known of some images. */
export const changeKnown = (client: QueryClient, change: (image: Image) => Image): void => {
  client.setQueryData<KnownImages>(
    knownKey,
    (known) => known && new Map([...known].map(([id, image]) => [id, change(image)])),
  );
};

/** Notes what tiles of the timeline stand for: what else is known of them may be older. */
export const noteStacks = (client: QueryClient, rows: Rows): void => {
  const known = client.getQueryData<KnownImages>(knownKey);
  const sizes = new Map(
    rows
      .filter(({ id, stack_size: size }) => known?.has(id) && known.get(id)?.stack_size !== size)
      .map(({ id, stack_size: size }) => [id, size ?? null]),
  );
  if (sizes.size === 0) return;
  changeKnown(client, (image) => {
    const size = sizes.get(image.id);
    return size === undefined ? image : { ...image, stack_size: size, is_folded: false };
  });
};

type Move = { action: BatchAction; images: Rows; albumId?: string };

const pendingMoves = (client: QueryClient): Move[] =>
  client
    .getMutationCache()
    .findAll({ mutationKey: moveKey, status: "pending" })
    .flatMap(({ state }) => (state.variables ? [state.variables as Move] : []));

/** A whole image as the server gave it, with the changes that it may not have seen. */
export const withPendingMove = <T extends Image>(client: QueryClient, image: T): T =>
  pendingMoves(client)
    .filter(({ images }) => images.some(({ id }) => id === image.id))
    .reduce((before, { action }) => changed(action, before), image);

/** The number of the last change of many images that ended; numbers grow. */
export const lastMove = (client: QueryClient): number =>
  Math.max(
    -1,
    ...client
      .getMutationCache()
      .findAll({ mutationKey: moveKey, predicate: ({ state }) => state.status !== "pending" })
      .map(({ mutationId }) => mutationId),
  );

/** Asks again where a change ended meanwhile: the answer may be from before it. */
export const askBetweenMoves = async <T>(
  client: QueryClient,
  ask: () => Promise<T>,
): Promise<T> => {
  for (;;) {
    const before = lastMove(client);
    const answer = await ask();
    if (lastMove(client) === before) return answer;
  }
};

/** Notes who is in an album, or has a tag, by what the server gave, and by the changes that it may not have seen. */
const noteMembers = (client: QueryClient, view: View, key: string, rows: Rows): void => {
  if (!isCollection(view)) return;
  const idsOf = (images: Rows) => images.map(({ id }) => id);
  const here = new Set(idsOf(rows));
  const before = client.getQueryData<Rows>(bucketKey(view, key)) ?? [];
  setMembers(
    client,
    view,
    idsOf(before).filter((id) => !here.has(id)),
    false,
  );
  setMembers(client, view, [...here], true);
  for (const move of pendingMoves(client)) {
    if (move.albumId === undefined || albumView(move.albumId) !== view) continue;
    setMembers(client, view, idsOf(move.images), move.action === "add_to_album");
  }
};

/** A bucket as the server gave it, with the changes that it may not have seen. */
export const withPendingMoves = (
  client: QueryClient,
  view: View,
  key: string,
  rows: Rows,
): Rows => {
  const timeline = client.getQueryData<TimelineOverview>(timelineKey(view));
  if (!timeline) return rows;
  noteMembers(client, view, key, rows);
  const belongs = belongsHere(client, view);
  return pendingMoves(client).reduce((before, move) => {
    const isHere = (image: ListedImage) =>
      move.action !== "delete" && belongs(image) && bucketOf(timeline, image.timeline_at) === key;
    const moved = move.images.map((image) => [image.id, changed(move.action, image)] as const);
    return patchRows(before, new Map(moved), isHere);
  }, rows);
};
