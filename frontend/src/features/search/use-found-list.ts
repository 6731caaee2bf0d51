/** What was found as a gallery shows it. */
import { useCallback, useMemo } from "react";

import { stretchOf, useKnownImages, type ListedImage, type useFound } from "@/api";
import type { GalleryList } from "@/components/gallery/gallery-list";

const everything = () => true;

export const useFoundList = (found: ReturnType<typeof useFound>): GalleryList => {
  const { query, images, hasMore, moreError, loadMore, loadFirst } = found;
  const known = useKnownImages();
  const sections = useMemo(
    () => [{ key: "all", buckets: [], count: images.length, images }],
    [images],
  );
  const hasFailed = moreError !== null;
  // Anew for each page: one that brings few leaves the end near, and the next is asked for.
  const onNearEnd = useCallback(() => {
    if (!hasFailed) loadMore();
  }, [hasFailed, loadMore]);
  return {
    query: { ...query, isError: query.isError && images.length === 0 },
    isEmpty: images.length === 0 && !hasMore,
    sections,
    all: useCallback(() => images, [images]),
    covers: everything,
    loadBetween: useCallback(
      (from: ListedImage, to: ListedImage, limit: number) =>
        Promise.resolve(stretchOf(images, from, to, limit)),
      [images],
    ),
    loadFirst,
    known,
    more: hasMore
      ? { isLoading: query.isFetchingNextPage, error: moreError, onRetry: loadMore, onNearEnd }
      : null,
    loader: null,
  };
};
