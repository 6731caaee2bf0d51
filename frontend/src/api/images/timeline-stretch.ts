/** Ranges of the timeline for selecting a range or all, loaded or not. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import type { ListedImage } from "./listed-image";
import {
  bucketKey,
  bucketOf,
  timelineKey,
  type Bucket,
  type Rows,
  type TimelineOverview,
} from "./timeline-cache";
import { loadBuckets } from "./timeline-queries";
import type { View } from "../types";

/**
 * The images from one to another, both included, in either direction; at most `limit`, those nearest to the
 * first. Where one of them is not there any more, it is the other one alone.
 */
export const stretchOf = (
  images: readonly ListedImage[],
  from: ListedImage,
  to: ListedImage,
  limit: number,
): ListedImage[] => {
  const indexOf = (id: string) => images.findIndex((image) => image.id === id);
  const [first, last] = [indexOf(from.id), indexOf(to.id)];
  if (first === -1) return [to];
  if (last === -1) return [from];
  const step = last < first ? -1 : 1;
  const stretch: ListedImage[] = [];
  for (let at = first; stretch.length < limit; at += step) {
    const image = images[at];
    if (image) stretch.push(image);
    if (at === last) break;
  }
  return stretch;
};

/** As many buckets, from the first on, as it takes to have so many images. */
const enoughOf = (buckets: readonly Bucket[], limit: number): readonly Bucket[] => {
  let count = 0;
  const end = buckets.findIndex((bucket) => (count += bucket.count) >= limit);
  return end === -1 ? buckets : buckets.slice(0, end + 1);
};

/** What is in these buckets, loaded where it was not. @throws ApiProblem */
const rowsIn = async (
  client: QueryClient,
  view: View,
  buckets: readonly Bucket[],
): Promise<ListedImage[]> => {
  const keys = buckets.map(({ key }) => key);
  await loadBuckets(client, view, keys);
  return keys.flatMap((key) => client.getQueryData<Rows>(bucketKey(view, key)) ?? []);
};

export const loadBetween = async (
  client: QueryClient,
  view: View,
  from: ListedImage,
  to: ListedImage,
  limit: number,
): Promise<ListedImage[]> => {
  const timeline = client.getQueryData<TimelineOverview>(timelineKey(view));
  if (!timeline) return [to];
  const placeOf = (image: ListedImage) => {
    const key = bucketOf(timeline, image.timeline_at);
    return timeline.buckets.findIndex((bucket) => bucket.key === key);
  };
  const [first, last] = [placeOf(from), placeOf(to)];
  if (first === -1 || last === -1) return [to];
  const isDown = first <= last;
  const inOrder = (buckets: readonly Bucket[]) => (isDown ? buckets : [...buckets].reverse());
  const between = timeline.buckets.slice(Math.min(first, last), Math.max(first, last) + 1);
  // Of its own bucket the first image may have most on the other side.
  const [own, ...others] = inOrder(between);
  const wanted = own ? [own, ...enoughOf(others, limit)] : [];
  const rows = await rowsIn(client, view, inOrder(wanted));
  const edge = isDown ? rows.at(-1) : rows[0];
  return stretchOf(rows, from, wanted.length < between.length && edge ? edge : to, limit);
};

export const loadFirst = async (
  client: QueryClient,
  view: View,
  limit: number,
): Promise<ListedImage[]> => {
  const buckets = client.getQueryData<TimelineOverview>(timelineKey(view))?.buckets ?? [];
  return (await rowsIn(client, view, enoughOf(buckets, limit))).slice(0, limit);
};

/** Both for the client of this page. */
export const useTimelineStretches = (view: View) => {
  const client = useQueryClient();
  return useMemo(
    () => ({
      loadBetween: (from: ListedImage, to: ListedImage, limit: number) =>
        loadBetween(client, view, from, to, limit),
      loadFirst: (limit: number) => loadFirst(client, view, limit),
    }),
    [client, view],
  );
};
