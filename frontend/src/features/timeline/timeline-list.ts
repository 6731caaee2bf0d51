/** A timeline as a gallery shows it: a section for each bucket, and small buckets together. */
import { useCallback, useMemo } from "react";

import {
  useKnownImages,
  useLoadedBuckets,
  useTimeline,
  useTimelineStretches,
  bucketOf,
  type Bucket,
  type ListedImage,
  type Rows,
  type View,
} from "@/api";
import type { GalleryList } from "@/components/gallery/gallery-list";
import type { Section } from "@/components/gallery/layout-sections";

import { loaderFor } from "./BucketLoader";

/** Small buckets are laid out together up to so many images and requests. */
const MAX_TOGETHER = 150;
const MAX_REQUESTS = 8;

/**
 * Which buckets share a section. From the oldest on: what is added lately, mostly at the other end, leaves
 * the older ones as they are.
 */
export const groupBuckets = (buckets: readonly Bucket[]): Bucket[][] => {
  const groups: Bucket[][] = [];
  let [open, count]: [Bucket[], number] = [[], 0];
  for (const bucket of [...buckets].reverse()) {
    const fits = count + bucket.count <= MAX_TOGETHER && open.length < MAX_REQUESTS;
    if (open.length === 0 || !fits) {
      [open, count] = [[], 0];
      groups.push(open);
    }
    open.unshift(bucket);
    count += bucket.count;
  }
  return groups.reverse();
};

type Joined = { parts: readonly Rows[]; images: readonly ListedImage[] };
/** The same list for the same buckets, so that it is laid out once. */
const joined = new WeakMap<Rows, Joined>();

const join = (parts: readonly Rows[]): Rows => {
  const [first] = parts;
  if (!first || parts.length === 1) return first ?? [];
  const before = joined.get(first);
  if (
    before?.parts.length === parts.length &&
    before.parts.every((part, at) => part === parts[at])
  ) {
    return before.images;
  }
  const images = parts.flat();
  joined.set(first, { parts, images });
  return images;
};

export const sectionsOf = (
  buckets: readonly Bucket[],
  loaded: ReadonlyMap<string, Rows>,
): Section[] =>
  groupBuckets(buckets).map((group) => {
    const parts = group.flatMap(({ key }) => {
      const rows = loaded.get(key);
      return rows ? [rows] : [];
    });
    return {
      key: group.at(-1)?.key ?? "",
      buckets: group,
      count: group.reduce((sum, { count }) => sum + count, 0),
      images: parts.length === group.length ? join(parts) : null,
    };
  });

export const useTimelineList = (view: View): GalleryList => {
  const query = useTimeline(view);
  const loaded = useLoadedBuckets(view);
  const known = useKnownImages();
  const buckets = query.data?.buckets;
  const sections = useMemo(() => sectionsOf(buckets ?? [], loaded), [buckets, loaded]);
  const all = useCallback(
    () => (buckets ?? []).flatMap(({ key }) => loaded.get(key) ?? []),
    [buckets, loaded],
  );
  const timeline = query.data;
  const covers = useCallback(
    (image: ListedImage) => !timeline || loaded.has(bucketOf(timeline, image.timeline_at)),
    [timeline, loaded],
  );
  return {
    query,
    isEmpty: query.data?.count === 0,
    sections,
    all,
    covers,
    ...useTimelineStretches(view),
    known,
    more: null,
    loader: loaderFor(view),
  };
};
