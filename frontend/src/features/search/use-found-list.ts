/** Search results as the list of a gallery. */
import { useCallback, useMemo } from "react";

import { stretchOf, useKnownImages, type ListedImage, type useFound } from "@/api";
import type { GalleryList } from "@/components/gallery/gallery-list";

const everything = () => true;

const NEAR = "Similar in meaning";

export const useFoundList = (found: ReturnType<typeof useFound>): GalleryList => {
  const { query, images, hasMore, moreError, loadMore, loadFirst } = found;
  const near = found.near.images;
  const known = useKnownImages();
  const sections = useMemo(
    () => [
      ...(images.length > 0 ? [{ key: "all", buckets: [], count: images.length, images }] : []),
      ...(near.length > 0
        ? [{ key: "near", buckets: [], count: near.length, images: near, title: NEAR }]
        : []),
    ],
    [images, near],
  );
  const both = useMemo(() => [...images, ...near], [images, near]);
  const isLooking = images.length === 0 && found.near.isPending;
  const hasFailed = moreError !== null;
  const isNearAllThatFailed = found.near.error !== null && images.length === 0;
  // Anew for each page: one that brings few leaves the end near, and the next is asked for.
  const onNearEnd = useCallback(() => {
    if (!hasFailed) loadMore();
  }, [hasFailed, loadMore]);
  return {
    query: {
      ...query,
      isPending: query.isPending || isLooking,
      isError: (query.isError && images.length === 0) || isNearAllThatFailed,
      ...(isNearAllThatFailed ? { error: found.near.error, refetch: found.near.refetch } : {}),
    },
    isEmpty: both.length === 0 && !hasMore,
    sections,
    all: useCallback(() => both, [both]),
    covers: everything,
    loadBetween: useCallback(
      (from: ListedImage, to: ListedImage, limit: number) =>
        Promise.resolve(stretchOf(both, from, to, limit)),
      [both],
    ),
    // "All" are those that have the words. What means nearly the same has a checkbox of its own.
    loadFirst: useCallback(
      (limit: number) =>
        images.length > 0 ? loadFirst(limit) : Promise.resolve(near.slice(0, limit)),
      [images, near, loadFirst],
    ),
    known,
    more: hasMore
      ? { isLoading: found.isLoadingMore, error: moreError, onRetry: loadMore, onNearEnd }
      : null,
    loader: null,
  };
};
