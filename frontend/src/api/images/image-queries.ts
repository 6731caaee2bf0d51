/** Reading pictures: the list of deleted ones, one picture, and several by id. The timeline is timeline-queries.ts. */
import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";

import { api, read } from "../client";
import {
  appendPage,
  forgetSignedUrls,
  imageDetailKey,
  mergeFirstPage,
  startList,
  trashKey,
  upsertImages,
  type ImageList,
} from "./image-cache";
import { keepSignedUrls, withWholeAddresses } from "./signed-urls";
import { askBetweenMoves, moveKey, withPendingMove } from "./timeline-cache";
import type { Image, ImageDetail, ImagePage, MainView } from "../types";

export const PAGE_SIZE = 100;
/** The API takes at most this many ids at once. */
const IDS_AT_ONCE = 100;

export const fetchPage = (
  which: { view: MainView } | { deleted: true },
  cursor: string | null,
  signal?: AbortSignal,
): Promise<ImagePage> =>
  read(
    api.GET("/api/images", {
      ...(signal ? { signal } : {}),
      params: {
        query: {
          limit: PAGE_SIZE,
          ...which,
          addresses: "shared",
          ...(cursor === null ? {} : { cursor }),
        },
      },
    }),
  ).then(withWholeAddresses);

const headKey = ["images", "head"] as const;

const trashOptions = queryOptions({
  queryKey: trashKey,
  queryFn: async ({ signal, client }): Promise<ImageList> => {
    const page = await fetchPage({ deleted: true }, null, signal);
    client.setQueryData(headKey, page.images.length);
    return startList(page);
  },
  // See [Note: Lists are patched, not refetched]; useNewestDeleted() below brings what is new.
  staleTime: Infinity,
  gcTime: 30 * 60_000,
  structuralSharing: false,
});

/** Deleted pictures newest first, as far as loaded; `useMoreDeleted` loads the page that follows. */
export const useDeletedImages = () => useQuery(trashOptions);

/**
 * Loads the next page of the deleted pictures; safe to call again while it runs: that does nothing. Or so many
 * of them, page by page.
 */
export const useMoreDeleted = () => {
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationKey: ["images", "more"],
    mutationFn: async () => {
      const list = client.getQueryData(trashOptions.queryKey);
      if (typeof list?.next_cursor !== "string") return;
      appendPage(client, await fetchPage({ deleted: true }, list.next_cursor));
    },
  });
  const loadMore = useCallback(() => {
    if (client.isMutating({ mutationKey: ["images", "more"] }) === 0) mutate();
  }, [client, mutate]);
  const loadFirst = useCallback(
    async (limit: number): Promise<Image[]> => {
      for (;;) {
        const list = client.getQueryData(trashOptions.queryKey);
        if (!list) return [];
        if (typeof list.next_cursor !== "string" || list.images.length >= limit)
          return list.images.slice(0, limit);
        appendPage(client, await fetchPage({ deleted: true }, list.next_cursor));
      }
    },
    [client],
  );
  return { loadMore, loadFirst, isPending, error };
};

/** Keeps the newest part of the deleted pictures true: on return to the tab, and every minute. */
export const useNewestDeleted = ({ enabled }: { enabled: boolean }) =>
  useQuery({
    queryKey: headKey,
    queryFn: async ({ signal, client }) => {
      const page = await fetchPage({ deleted: true }, null, signal);
      // What is being moved is not where the server had it; once it has arrived, this is asked again.
      if (client.isMutating({ mutationKey: moveKey }) === 0) mergeFirstPage(client, page);
      return page.images.length;
    },
    enabled,
    staleTime: 10_000,
    refetchInterval: 60_000,
  });

/** The given pictures as they are now, in any state; unknown ones are left out. */
export const fetchImages = async (
  client: QueryClient,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Image[]> => {
  const images = await askBetweenMoves(client, () => fetchByIds(ids, signal));
  return images.map((image) => withPendingMove(client, image));
};

const fetchByIds = async (ids: readonly string[], signal?: AbortSignal): Promise<Image[]> => {
  const batches: string[][] = [];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    batches.push(ids.slice(at, at + IDS_AT_ONCE));
  }
  const pages = await Promise.all(
    batches.map((batch) =>
      read(
        api.GET("/api/images", {
          params: { query: { ids: batch.join(","), limit: IDS_AT_ONCE, addresses: "shared" } },
          ...(signal ? { signal } : {}),
        }),
      ).then(withWholeAddresses),
    ),
  );
  return pages.flatMap((page) => page.images);
};

type RefreshOptions = { signal?: AbortSignal; newUrls?: boolean };

/** Fetches the given pictures and puts what is new about them into the lists; `newUrls` if the old ones fail. */
export const refreshImages = async (
  client: QueryClient,
  ids: readonly string[],
  { signal, newUrls = false }: RefreshOptions = {},
): Promise<Image[]> => {
  if (ids.length === 0) return [];
  const images = await fetchImages(client, ids, signal);
  if (newUrls) forgetSignedUrls(client, ids);
  upsertImages(client, images);
  return images;
};

/** Whether something about a picture is still being made: the picture itself, or its description. */
export const isUnfinished = (image: Image): boolean =>
  image.state === "processing" ||
  image.state === "uploading" ||
  image.description_state === "waiting";

const LOOK_EVERY_MS = 2_000;
const LOOK_AT_LEAST_EVERY_MS = 20_000;

/** Looks after unfinished pictures, a hundred at a time, until none is left; less often while nothing happens. */
export const useUnfinished = (ids: readonly string[]) => {
  const turn = useRef(0);
  const quiet = useRef(0);
  const rounds = Math.ceil(ids.length / IDS_AT_ONCE);
  const which = ids.join();
  useEffect(() => {
    quiet.current = 0;
  }, [which]);
  return useQuery({
    queryKey: ["images", "unfinished"],
    queryFn: async ({ signal, client }) => {
      const from = (turn.current++ % rounds) * IDS_AT_ONCE;
      quiet.current += 1;
      const images = await refreshImages(client, ids.slice(from, from + IDS_AT_ONCE), { signal });
      return images.length;
    },
    enabled: ids.length > 0,
    staleTime: 0,
    refetchInterval: () =>
      Math.min(
        LOOK_EVERY_MS * 1.5 ** Math.floor(quiet.current / Math.max(1, rounds)),
        LOOK_AT_LEAST_EVERY_MS,
      ),
  });
};

export const imageOptions = (id: string) =>
  queryOptions({
    queryKey: imageDetailKey(id),
    queryFn: async ({ signal, client }): Promise<ImageDetail> => {
      const answer = await askBetweenMoves(client, () =>
        read(api.GET("/api/images/{image_id}", { signal, params: { path: { image_id: id } } })),
      );
      const detail = withPendingMove(client, answer);
      const old = client.getQueryData<ImageDetail>(imageDetailKey(id));
      return { ...detail, ...keepSignedUrls(old, detail) };
    },
    staleTime: 30_000,
  });

/** One picture with all that is known of it; looks again while something about it is still being made. */
export const useImage = (id: string) =>
  useQuery({
    ...imageOptions(id),
    refetchInterval: ({ state }) =>
      state.data && isUnfinished(state.data) ? LOOK_EVERY_MS : false,
  });

/** Where the moving part of a picture plays from; null: it has none. @throws ApiProblem */
export const fetchMotion = async (client: QueryClient, id: string): Promise<string | null> =>
  (await client.query(imageOptions(id))).motion_url;

/** Where a video plays from; null: it is none. @throws ApiProblem */
export const fetchVideo = async (client: QueryClient, id: string): Promise<string | null> =>
  (await client.query(imageOptions(id))).video_url;

/** A short-lived address that downloads the original file. */
export const fetchOriginal = (id: string): Promise<{ url: string; expires_at: string }> =>
  read(api.GET("/api/images/{image_id}/original", { params: { path: { image_id: id } } }));
