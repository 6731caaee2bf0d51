/** The images around one of the timeline, as the viewer goes through them, over the borders of buckets. */
import { useMemo } from "react";

import { useImage } from "./image-queries";
import type { ListedImage } from "./listed-image";
import { useTile } from "./open-tile";
import { bucketOf, type KnownImages, type Rows, type TimelineOverview } from "./timeline-cache";
import {
  useBuckets,
  useImagesInView,
  useKnownImages,
  useLoadedBuckets,
  useTimeline,
} from "./timeline-queries";
import type { Image, View } from "../types";

export type Neighbours = {
  /** All known images around it without a gap, newest first; empty while it is not in the timeline. */
  images: readonly Image[];
  /** How many of the timeline come before the first of these. */
  before: number;
  /** How many the timeline has; null: that is not known. */
  total: number | null;
};

const ALONE: Neighbours = { images: [], before: 0, total: 0 };

/** So many on each side are asked for ahead. */
const AHEAD = 24;

type Around = { rows: ListedImage[]; at: number; before: number };

/** The rows of all loaded buckets that touch this one without a gap, and where the image stands in them. */
export const rowsAround = (
  { buckets }: TimelineOverview,
  loaded: ReadonlyMap<string, Rows>,
  key: string,
  id: string,
): Around | null => {
  const here = buckets.findIndex((bucket) => bucket.key === key);
  const isLoaded = (at: number): boolean => {
    const bucket = buckets[at];
    return bucket !== undefined && loaded.has(bucket.key);
  };
  if (!isLoaded(here)) return null;
  let [first, last] = [here, here];
  while (isLoaded(first - 1)) first -= 1;
  while (isLoaded(last + 1)) last += 1;
  const rows = buckets.slice(first, last + 1).flatMap((bucket) => loaded.get(bucket.key) ?? []);
  const at = rows.findIndex((row) => row.id === id);
  const before = buckets.slice(0, first).reduce((sum, { count }) => sum + count, 0);
  return at === -1 ? null : { rows, at, before };
};

/** The run of known images around it, and which ones near it are to be loaded. */
export const runAround = ({ rows, at, before }: Around, known: KnownImages) => {
  const isKnown = (index: number): boolean => {
    const row = rows[index];
    return row !== undefined && known.has(row.id);
  };
  let [first, end] = [at, at];
  while (isKnown(first - 1)) first -= 1;
  while (isKnown(end)) end += 1;
  const images = rows.slice(first, end).flatMap((row) => known.get(row.id) ?? []);
  const near = rows.slice(Math.max(0, at - AHEAD), at + AHEAD + 1).map((row) => row.id);
  return { images, before: before + first, near };
};

/** Of an image in one of the views. */
export const useNeighbours = (id: string, view: View): Neighbours => {
  const timeline = useTimeline(view).data;
  const known = useKnownImages();
  const loaded = useLoadedBuckets(view);
  const detail = useImage(id).data;
  const image = known.get(id) ?? detail ?? null;
  const tile = useTile(image, view);

  const key = timeline && tile ? bucketOf(timeline, tile.timeline_at) : null;
  const here = timeline?.buckets.findIndex((bucket) => bucket.key === key) ?? -1;
  useBuckets(
    view,
    here === -1
      ? []
      : (timeline?.buckets.slice(Math.max(0, here - 1), here + 2).map((bucket) => bucket.key) ??
          []),
  );
  const run = useMemo(() => {
    const around =
      timeline && key !== null ? rowsAround(timeline, loaded, key, tile?.id ?? id) : null;
    const found = around && runAround(around, known);
    if (!found || !tile || !image || tile.id === image.id) return found;
    // The picture of a stack that is open stands in the place of its cover.
    return { ...found, images: found.images.map((one) => (one.id === tile.id ? image : one)) };
  }, [timeline, loaded, key, id, tile, image, known]);
  useImagesInView(run?.near ?? []);
  return useMemo(() => {
    // Not yet known itself: its neighbours wait for it.
    if (!timeline || !run?.images.some((image) => image.id === id)) return ALONE;
    return { images: run.images, before: run.before, total: timeline.count };
  }, [timeline, run, id]);
};
