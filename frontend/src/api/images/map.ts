/** Pictures on a map: clusters in a box, and what is in a box page by page. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

import { api, read } from "../client";
import { withWholeAddresses } from "./signed-urls";
import { learnImages } from "./timeline-cache";
import type { Image, MapClusters } from "../types";

/** Where `west` is greater than `east`, it lies across 180°. */
export type MapBox = { west: number; south: number; east: number; north: number };

const MAP = ["images", "map"] as const;
const PAGE = 50;

/** While those of another box are asked for, those of before stay. Null: nothing is asked. */
export const useMapClusters = (seen: { box: MapBox; zoom: number } | null) =>
  useQuery({
    queryKey: [...MAP, "clusters", seen],
    queryFn: async ({ signal }): Promise<MapClusters> => {
      const query = { ...(seen?.box ?? WORLD), zoom: seen?.zoom ?? 0 };
      return read(api.GET("/api/map", { signal, params: { query } }));
    },
    enabled: seen !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    gcTime: 10 * 60_000,
  });

export const WORLD: MapBox = { west: -180, south: -90, east: 180, north: 90 };

/** What is in a box, newest first, as far as loaded; null: nothing is asked. */
export const useMapImages = (box: MapBox | null) => {
  const query = useInfiniteQuery({
    queryKey: [...MAP, "list", box],
    queryFn: async ({ pageParam, signal, client }) => {
      const from = pageParam === null ? {} : { cursor: pageParam };
      const page = withWholeAddresses(
        await read(
          api.GET("/api/map/images", {
            signal,
            params: { query: { ...(box ?? WORLD), limit: PAGE, ...from } },
          }),
        ),
      );
      learnImages(client, page.images);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: box !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    gcTime: 10 * 60_000,
  });
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const images = useMemo(
    () => (data?.pages ?? []).flatMap((page): readonly Image[] => page.images),
    [data],
  );
  const loadMore = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [isFetching, fetchNextPage]);
  return {
    query,
    images,
    hasMore: hasNextPage,
    moreError: isFetchNextPageError ? query.error : null,
    loadMore,
  };
};
