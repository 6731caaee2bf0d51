/** Searching: what matches page by page, as the lists of the person show it at this moment. */
import { useInfiniteQuery, useMutationState, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";

import { api, read } from "../client";
import { SEARCHES, useNear } from "./near";
import { withWholeAddresses } from "./signed-urls";
import { learnImages, moveKey } from "./timeline-cache";
import type { FoundImage, FoundPage, Image } from "../types";
import type { ImagesChange } from "./image-mutations";

/** Where this browser is, "2025-05-03": "last winter" is meant from here. */
export const today = (): string => {
  const now = new Date();
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${twoDigits(now.getMonth() + 1)}-${twoDigits(now.getDate())}`;
};

const fetchFound = async (
  q: string,
  cursor: string | null,
  signal: AbortSignal,
): Promise<FoundPage> => {
  const from = cursor === null ? {} : { cursor };
  const query = { q, limit: 50, today: today(), addresses: "shared", ...from } as const;
  return withWholeAddresses(await read(api.GET("/api/search", { signal, params: { query } })));
};

type Moved = Pick<ImagesChange, "action" | "images">;

/** Of images that were deleted or restored lately, whether they are deleted now. */
const useDeletions = () => {
  const client = useQueryClient();
  const moves = useMutationState({
    filters: { mutationKey: moveKey },
    select: ({ state }) => ({ status: state.status, move: state.variables as Moved | undefined }),
  });
  const settled = moves.filter(({ status }) => status !== "pending").length;
  useEffect(() => {
    if (settled > 0) void client.invalidateQueries({ queryKey: SEARCHES });
  }, [client, settled]);
  return useMemo(() => {
    const deleted = new Map<string, boolean>();
    for (const { status, move } of moves) {
      if (status === "error" || !move) continue;
      if (move.action !== "delete" && move.action !== "restore") continue;
      for (const { id } of move.images) deleted.set(id, move.action === "delete");
    }
    return deleted;
  }, [moves]);
};

type Pages = { pages: readonly { images: readonly FoundImage[] }[] };

/** All images of some pages, without those that were deleted or restored meanwhile. */
const present = (
  data: Pages | undefined,
  deletions: ReadonlyMap<string, boolean>,
): readonly FoundImage[] =>
  (data?.pages ?? [])
    .flatMap(({ images }) => images)
    .filter(
      ({ id, deleted_at }) =>
        (deletions.get(id) ?? false) === (deleted_at !== null) || !deletions.has(id),
    );

/**
 * What matches, newest first, as far as loaded; and below it what means nearly the same. Nothing is asked while
 * the query is empty.
 */
export const useFound = (q: string) => {
  const query = useInfiniteQuery({
    queryKey: [...SEARCHES, q],
    queryFn: async ({ pageParam, signal, client }) => {
      const page = await fetchFound(q, pageParam, signal);
      learnImages(client, page.images);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: q !== "",
    staleTime: 30_000,
    gcTime: 30 * 60_000,
  });
  const deletions = useDeletions();
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const near = useNear(q, today, q !== "" && query.isSuccess && !hasNextPage);
  const images = useMemo(() => present(data, deletions), [data, deletions]);
  const nearImages = useMemo(() => {
    const found = new Set(images.map(({ id }) => id));
    return present(near.data, deletions).filter(({ id }) => !found.has(id));
  }, [near.data, images, deletions]);
  const { isFetching: isFetchingNear, fetchNextPage: fetchNear } = near;
  const loadMore = useCallback(() => {
    if (isFetching || isFetchingNear) return;
    void (hasNextPage ? fetchNextPage() : fetchNear());
  }, [isFetching, isFetchingNear, hasNextPage, fetchNextPage, fetchNear]);
  /** The first `limit`, page by page. @throws ApiProblem */
  const loadFirst = useCallback(
    async (limit: number): Promise<Image[]> => {
      let answer = await fetchNextPage();
      const loaded = () =>
        answer.data?.pages.flatMap((page): readonly Image[] => page.images) ?? [];
      while (answer.hasNextPage && loaded().length < limit) {
        answer = await fetchNextPage();
        if (answer.error) throw answer.error;
      }
      return loaded().slice(0, limit);
    },
    [fetchNextPage],
  );
  // Without its first page: what has the words is there, and what means the same can be asked for again.
  const hasNearFailed = near.isError && near.data === undefined;
  const nearError = hasNearFailed || near.isFetchNextPageError ? near.error : null;
  return {
    query,
    images,
    /**
     * What means nearly the same, the nearest first; `isPending` until it is known. `error` is of its first page.
     */
    near: {
      images: nearImages,
      isPending: near.isLoading,
      error: hasNearFailed ? near.error : null,
      refetch: near.refetch,
    },
    /** How many match; null: more than are counted. */
    total: data?.pages[0]?.total ?? null,
    chips: data?.pages[0]?.chips ?? [],
    hasMore: hasNextPage || near.hasNextPage || hasNearFailed,
    isLoadingMore: query.isFetchingNextPage || near.isFetchingNextPage,
    moreError: isFetchNextPageError ? query.error : nearError,
    loadMore,
    loadFirst,
  };
};
