/** Reading the timeline: its overview, the buckets near the view, and whole what is in view. */
import {
  notifyManager,
  queryOptions,
  skipToken,
  useQueries,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";

import { api, read } from "../client";
import { albumOf, isCollection, tagOf } from "./collections";
import { fetchImages, fetchPage, PAGE_SIZE } from "./image-queries";
import { ARCHIVED, belongsIn, toRow, type ListedImage } from "./listed-image";
import { isFresh } from "./signed-urls";
import {
  bucketKey,
  bucketOf,
  cachedBuckets,
  countBucket,
  isBucket,
  knownKey,
  learnImages,
  moveKey,
  noteStacks,
  timelineKey,
  withPendingMoves,
  type KnownImages,
  type Rows,
  type TimelineOverview,
} from "./timeline-cache";
import type { ImagePage, TimelineBucket, View } from "../types";

const KEPT_MS = 30 * 60_000;
const LOOK_EVERY_MS = 60_000;
/** The API takes at most this many ids at once. */
const IDS_AT_ONCE = 100;
const NONE_KNOWN: KnownImages = new Map();

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** A bucket's columns as rows. */
export const rowsOf = (answer: Omit<TimelineBucket, "key">): ListedImage[] => {
  const animated = new Set(answer.animated);
  const favourites = new Set(answer.favourites);
  const archived = new Set(answer.archived);
  const dates = answer.days.flatMap(({ date, count }) => Array.from({ length: count }, () => date));
  return answer.ids.map((id, at) => {
    const minutes = answer.minutes[at] ?? 0;
    const clock = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
    return {
      id,
      state: answer.states[at] ?? "ready",
      timeline_at: `${dates[at] ?? ""}T${clock}`,
      width: answer.ratios[at] ?? 1,
      height: 1,
      is_animated: animated.has(at),
      favourite: favourites.has(at),
      archived_at: archived.has(at) ? ARCHIVED : null,
      stack_size: answer.stacks[at] ?? null,
      is_folded: false,
    };
  });
};

/** The first page is asked for along with the overview: buckets that it has whole need no request of their own. */
const seed = (
  client: QueryClient,
  view: View,
  timeline: TimelineOverview,
  page: ImagePage,
): void => {
  learnImages(client, page.images);
  const byBucket = new Map<string, ListedImage[]>();
  for (const image of page.images.filter(belongsIn(view))) {
    const key = bucketOf(timeline, image.timeline_at);
    byBucket.set(key, [...(byBucket.get(key) ?? []), toRow(image)]);
  }
  for (const { key, count } of timeline.buckets) {
    const rows = byBucket.get(key);
    if (rows?.length === count) client.setQueryData<Rows>(bucketKey(view, key), rows);
  }
};

/** Has buckets loaded anew whose number of images is another one on the server. */
const refetchChanged = (client: QueryClient, view: View, timeline: TimelineOverview): void => {
  const counts = new Map(timeline.buckets.map(({ key, count }) => [key, count]));
  for (const [key, rows] of cachedBuckets(client, view)) {
    if (counts.get(key) === rows.length) continue;
    void client.invalidateQueries({ queryKey: bucketKey(view, key), exact: true });
  }
};

/** The API may give the oldest first, as it does of an album that is ordered so: a grid begins with the newest. */
const newestFirst = <T>(all: T[], dateOf: (one: T) => string): T[] => {
  const [first, last] = [all[0], all.at(-1)];
  return first && last && dateOf(first) < dateOf(last) ? all.reverse() : all;
};

const fetchOverview = async (view: View, signal: AbortSignal): Promise<TimelineOverview> => {
  if (!isCollection(view)) {
    return read(api.GET("/api/timeline", { signal, params: { query: { view } } }));
  }
  const [albumId, tagId] = [albumOf(view), tagOf(view)];
  if (tagId !== null) {
    const path = { tag_id: tagId };
    return read(api.GET("/api/tags/{tag_id}/timeline", { signal, params: { path } }));
  }
  const path = { album_id: albumId ?? "" };
  const { count, buckets } = await read(
    api.GET("/api/albums/{album_id}/timeline", { signal, params: { path } }),
  );
  return { count, buckets: newestFirst(buckets, ({ key }) => key) };
};

export const timelineOptions = (view: View) =>
  queryOptions({
    queryKey: timelineKey(view),
    queryFn: async ({ signal, client }): Promise<TimelineOverview> => {
      const cached = () => client.getQueryData<TimelineOverview>(timelineKey(view));
      const isFirst = cached() === undefined;
      const overview = fetchOverview(view, signal);
      const [timeline, page] = await (isFirst && !isCollection(view)
        ? Promise.all([
            overview,
            fetchPage({ view }, null, signal),
            overview.then((found) => loadNewest(client, view, found)),
          ])
        : [await overview, null]);
      if (page) seed(client, view, timeline, page);
      // What is being moved is not where the server had it; once it has arrived, this is asked again.
      const isMoving = client.isMutating({ mutationKey: moveKey }) > 0;
      if (isMoving) return cached() ?? timeline;
      refetchChanged(client, view, timeline);
      return timeline;
    },
    staleTime: 10_000,
    gcTime: KEPT_MS,
  });

/** How many images each month of a view has, or each day of a crowded month. Looks again every minute. */
export const useTimeline = (view: View) =>
  useQuery({ ...timelineOptions(view), refetchInterval: LOOK_EVERY_MS });

const fetchBucketPage = (
  view: View,
  key: string,
  cursor: string | null,
  signal: AbortSignal,
): Promise<TimelineBucket> => {
  const from = cursor === null ? {} : { cursor };
  if (!isCollection(view)) {
    const params = { path: { key }, query: { view, ...from } };
    return read(api.GET("/api/timeline/{key}", { signal, params }));
  }
  const [albumId, tagId] = [albumOf(view), tagOf(view)];
  if (tagId !== null) {
    const params = { path: { tag_id: tagId, key }, query: from };
    return read(api.GET("/api/tags/{tag_id}/timeline/{key}", { signal, params }));
  }
  const params = { path: { album_id: albumId ?? "", key }, query: from };
  return read(api.GET("/api/albums/{album_id}/timeline/{key}", { signal, params }));
};

const fetchBucket = async (
  view: View,
  key: string,
  signal: AbortSignal,
): Promise<ListedImage[]> => {
  const rows: ListedImage[] = [];
  let cursor: string | null = null;
  do {
    const answer: TimelineBucket = await fetchBucketPage(view, key, cursor, signal);
    rows.push(...rowsOf(answer));
    cursor = answer.next_cursor;
  } while (cursor !== null);
  return newestFirst(rows, ({ timeline_at }) => timeline_at);
};

const bucketOptions = (view: View, key: string) =>
  queryOptions({
    queryKey: bucketKey(view, key),
    queryFn: async ({ signal, client }): Promise<Rows> => {
      const rows = withPendingMoves(client, view, key, await fetchBucket(view, key, signal));
      countBucket(client, view, key, rows);
      if (view === "timeline") noteStacks(client, rows);
      return rows;
    },
    staleTime: LOOK_EVERY_MS,
    gcTime: KEPT_MS,
  });

const leaveToTheGrid = (): void => undefined;

/** The newest bucket, which the grid would ask for next, unless the first page has it whole. */
const loadNewest = async (
  client: QueryClient,
  view: View,
  { buckets: [newest] }: TimelineOverview,
): Promise<void> => {
  if (!newest || newest.count <= PAGE_SIZE) return;
  await client.query(bucketOptions(view, newest.key)).catch(leaveToTheGrid);
};

const BUCKETS_AT_ONCE = 6;

/** Loads these buckets where they are not at hand, a few at a time. @throws ApiProblem */
export const loadBuckets = async (
  client: QueryClient,
  view: View,
  keys: readonly string[],
): Promise<void> => {
  const waiting = [...keys];
  const work = async (): Promise<void> => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      await client.query({ ...bucketOptions(view, key), staleTime: "static" });
    }
  };
  await Promise.all(Array.from({ length: BUCKETS_AT_ONCE }, work));
};

/** Loads these buckets and keeps them true while they are asked for. Tells of one that could not be loaded. */
export const useBuckets = (view: View, keys: readonly string[]) =>
  useQueries({
    queries: keys.map((key) => bucketOptions(view, key)),
    combine: (results) => ({
      error: results.find(({ error, data }) => error && !data)?.error ?? null,
      retry: () => results.forEach((result) => void (result.isError && result.refetch())),
    }),
  });

/** One snapshot for each client and view, the same one while no bucket changes. */
const snapshots = new WeakMap<QueryClient, Map<View, ReadonlyMap<string, Rows>>>();

const snapshotOf = (client: QueryClient, view: View): ReadonlyMap<string, Rows> => {
  const before = snapshots.get(client)?.get(view);
  const now = cachedBuckets(client, view);
  if (before?.size === now.size && [...now].every(([key, rows]) => before.get(key) === rows)) {
    return before;
  }
  snapshots.set(client, new Map(snapshots.get(client)).set(view, now));
  return now;
};

/** The buckets that are loaded, whoever asked for them. */
export const useLoadedBuckets = (view: View): ReadonlyMap<string, Rows> => {
  const client = useQueryClient();
  const subscribe = useCallback(
    (onChange: () => void) => {
      // In turn with all other news of the cache: when it is emptied, who is there has changed before.
      const tell = notifyManager.batchCalls(onChange);
      return client.getQueryCache().subscribe(({ type, query }) => {
        if (isBucket(query) && type !== "observerResultsUpdated") tell();
      });
    },
    [client],
  );
  return useSyncExternalStore(subscribe, () => snapshotOf(client, view));
};

/** The images of which all is known, by id. */
export const useKnownImages = (): KnownImages =>
  useQuery<KnownImages>({ queryKey: knownKey, queryFn: skipToken, gcTime: KEPT_MS }).data ??
  NONE_KNOWN;

/** Loads all that is known of these images where it is not at hand, in batches; asking twice does nothing. */
export const loadImages = async (client: QueryClient, ids: readonly string[]): Promise<void> => {
  const known = client.getQueryData<KnownImages>(knownKey);
  const missing = ids.filter((id) => {
    const image = known?.get(id);
    return !(image && (isFresh(image) || image.thumbnail_url === null)) && !asked.has(id);
  });
  const batches = [];
  for (let at = 0; at < missing.length; at += IDS_AT_ONCE) {
    batches.push(missing.slice(at, at + IDS_AT_ONCE));
  }
  await Promise.all(batches.map((batch) => loadBatch(client, batch)));
};

const asked = new Set<string>();

const loadBatch = async (client: QueryClient, ids: readonly string[]): Promise<void> => {
  ids.forEach((id) => asked.add(id));
  try {
    const images = await client.query({
      queryKey: ["images", "batch", ids],
      queryFn: ({ signal }) => fetchImages(client, ids, signal),
      gcTime: 0,
    });
    learnImages(client, images);
  } finally {
    ids.forEach((id) => asked.delete(id));
  }
};

/** Loads all that is known of these images where it is not at hand; what fails is tried again as any query is. */
export const useImagesInView = (ids: readonly string[]): void => {
  useQuery({
    queryKey: ["images", "in view", ids],
    queryFn: async ({ client }) => {
      await loadImages(client, ids);
      return ids.length;
    },
    enabled: ids.length > 0,
    staleTime: Infinity,
    gcTime: 0,
  });
};
