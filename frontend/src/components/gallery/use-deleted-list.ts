/** The deleted pictures as a gallery shows them: what is loaded so far, and the next page when its end comes near. */
import { useCallback, useMemo } from "react";

import {
  isWhole,
  stretchOf,
  useDeletedImages,
  useMoreDeleted,
  useNewestDeleted,
  type Image,
  type ListedImage,
} from "@/api";

import { localDate } from "./days";
import type { GalleryList } from "./gallery-list";

const NONE: readonly Image[] = [];
const everything = () => true;

/** Where this browser is. */
const dayDeleted = (image: ListedImage): string =>
  localDate(new Date((isWhole(image) ? image.deleted_at : null) ?? 0));

export const useDeletedList = (): GalleryList => {
  const query = useDeletedImages();
  const { loadMore, loadFirst, error, isPending } = useMoreDeleted();
  useNewestDeleted({ enabled: query.isSuccess });
  const images = query.data?.images ?? NONE;
  const hasMore = typeof query.data?.next_cursor === "string";
  const hasFailed = error !== null;
  const onNearEnd = useCallback(() => {
    if (hasMore && !hasFailed) loadMore();
  }, [hasMore, hasFailed, loadMore]);
  const sections = useMemo(
    () => [{ key: "all", buckets: [], count: images.length, images, dayOf: dayDeleted }],
    [images],
  );
  return {
    query,
    isEmpty: images.length === 0 && !hasMore,
    sections,
    all: useCallback(() => images, [images]),
    // One list, loaded from its beginning to where one looks.
    covers: everything,
    loadBetween: useCallback(
      (from: ListedImage, to: ListedImage, limit: number) =>
        Promise.resolve(stretchOf(images, from, to, limit)),
      [images],
    ),
    loadFirst,
    known: null,
    more: hasMore ? { isLoading: isPending, error, onRetry: loadMore, onNearEnd } : null,
    loader: null,
  };
};
