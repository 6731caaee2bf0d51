/** A library of somebody else's as the list of a grid: its months, loaded as they come into view. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import {
  bucketOf,
  dayInWords,
  isClosed,
  toProblem,
  type LibraryVisit,
  type ListedImage,
  type Rows,
} from "@/api";
import type { GalleryList, Near } from "@/components/gallery/gallery-list";
import { sectionsOf } from "@/features/timeline";
import { knownImages, rowsOf, useAddresses, type SharedGallery } from "@/features/visitor/parts";

type Loaded = ReadonlyMap<string, Rows>;

/** All of a bucket, by its pages. */
const readBucket = async (visit: LibraryVisit, key: string): Promise<Rows> => {
  let rows: ListedImage[] = [];
  let cursor: string | null = null;
  do {
    const page = await visit.bucket(key, cursor);
    rows = [...rows, ...rowsOf(page)];
    cursor = page.next_cursor;
  } while (cursor !== null);
  return rows;
};

/** The buckets that are loaded, and what loads others. */
const useBuckets = (visit: LibraryVisit, failed: (problem: unknown) => void) => {
  const [loaded, setLoaded] = useState<Loaded>(new Map());
  const under = useRef(new Map<string, Promise<Rows>>());
  const failedKeys = useRef(new Set<string>());
  /** Each is asked for once; the rows of all of them. @throws ApiProblem */
  const load = useCallback(
    (keys: readonly string[]): Promise<Rows[]> =>
      Promise.all(
        keys.map((key) => {
          const known = under.current.get(key);
          if (known) return known;
          const asked = readBucket(visit, key);
          under.current.set(key, asked);
          asked.then(
            (rows) => setLoaded((before) => new Map(before).set(key, rows)),
            (problem: unknown) => {
              under.current.delete(key);
              failedKeys.current.add(key);
              failed(problem);
            },
          );
          return asked;
        }),
      ),
    [visit, failed],
  );
  /** What goes wrong is told already. */
  const want = useCallback((keys: readonly string[]) => void load(keys).catch(() => null), [load]);
  const retry = useCallback(() => {
    const keys = [...failedKeys.current];
    failedKeys.current.clear();
    want(keys);
  }, [want]);
  return { loaded, load, want, retry };
};

/** Those around a picture without a gap, which the viewer turns through. */
const rowsAround = (keys: readonly string[], loaded: Loaded, id: string | null): Rows => {
  const here = keys.findIndex((key) => loaded.get(key)?.some((row) => row.id === id));
  if (here === -1) return [];
  let [first, last] = [here, here];
  while (first > 0 && loaded.has(keys[first - 1] ?? "")) first -= 1;
  while (last < keys.length - 1 && loaded.has(keys[last + 1] ?? "")) last += 1;
  return keys.slice(first, last + 1).flatMap((key) => loaded.get(key) ?? []);
};

/** `openId`: the picture in the viewer. */
export const useLibraryGallery = (
  visit: LibraryVisit,
  openId: string | null,
  onClosed: () => void,
): SharedGallery => {
  const { timeline } = visit;
  const [error, setError] = useState<Error | null>(null);
  const failed = useCallback(
    (problem: unknown) => {
      if (isClosed(problem)) onClosed();
      else setError(toProblem(problem));
    },
    [onClosed],
  );
  const { loaded, load, want, retry } = useBuckets(visit, failed);
  const { answers, refresh, onFailed, loader: Addresses } = useAddresses(visit, failed);
  const keys = useMemo(() => timeline.buckets.map(({ key }) => key), [timeline]);

  const loader = useMemo(() => {
    const Loader = (near: Near) => {
      const wanted = near.buckets.join(",");
      useEffect(() => {
        if (wanted !== "") want(wanted.split(","));
      }, [wanted]);
      return <Addresses {...near} />;
    };
    return Loader;
  }, [want, Addresses]);

  const all = useMemo(() => keys.flatMap((key) => loaded.get(key) ?? []), [keys, loaded]);
  const open = all.find(({ id }) => id === openId);
  const openDay = open?.timeline_at;
  // The months beside that of the open picture, which it is turned to from there.
  useEffect(() => {
    if (openDay === undefined) return;
    const here = keys.indexOf(bucketOf(timeline, openDay));
    want(keys.slice(Math.max(0, here - 1), here + 2));
  }, [timeline, keys, openDay, want]);
  // One that was opened by its address: the picture says of which day it is.
  const isUnknown = openId !== null && open === undefined;
  useEffect(() => {
    if (!isUnknown) return;
    visit.image(openId).then(
      ({ date }) => date !== null && want([bucketOf(timeline, date)]),
      // The viewer says so itself.
      () => null,
    );
  }, [visit, timeline, openId, isUnknown, want]);

  const rows = useMemo(() => rowsAround(keys, loaded, openId), [keys, loaded, openId]);
  const days = useMemo(() => new Map(all.map((row) => [row.id, row.timeline_at])), [all]);
  const nameOf = useCallback(
    (id: string) => {
      const day = days.get(id);
      return day === undefined ? "Picture" : `Picture of ${dayInWords(day)}`;
    },
    [days],
  );
  const known = useMemo(
    () => knownImages(all, visit, nameOf, answers),
    [all, visit, nameOf, answers],
  );
  const sections = useMemo(() => sectionsOf(timeline.buckets, loaded), [timeline, loaded]);

  const list = useMemo<GalleryList>(
    () => ({
      query: {
        isPending: false,
        isError: error !== null,
        isFetching: false,
        error,
        refetch: () => {
          setError(null);
          retry();
        },
      },
      isEmpty: timeline.count === 0,
      sections,
      all: () => all,
      covers: (image) => loaded.has(bucketOf(timeline, image.timeline_at)),
      loadBetween: async (from, to, limit) => {
        const [start = 0, end = 0] = [from, to].map(({ timeline_at: at }) =>
          keys.indexOf(bucketOf(timeline, at)),
        );
        const stretch = (
          await load(keys.slice(Math.min(start, end), Math.max(start, end) + 1))
        ).flat();
        const [first = 0, last = 0] = [from, to].map(({ id }) =>
          stretch.findIndex((row) => row.id === id),
        );
        const found = stretch.slice(Math.min(first, last), Math.max(first, last) + 1);
        return (first <= last ? found : found.reverse()).slice(0, limit);
      },
      loadFirst: async (limit) => {
        let found: ListedImage[] = [];
        for (const key of keys) {
          if (found.length >= limit) break;
          found = [...found, ...(await load([key])).flat()];
        }
        return found.slice(0, limit);
      },
      known,
      more: null,
      loader,
    }),
    [error, timeline, sections, all, loaded, keys, known, loader, load, retry],
  );
  return { list, rows, nameOf, refresh, onFailed, onClosed };
};
