/** The pictures of an album by its own order, by hand or the oldest first: one list, as far as it is loaded. */
import {
  queryOptions,
  useMutation,
  useMutationState,
  useQuery,
  useQueryClient,
  type Mutation,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";

import { api, read } from "../client";
import type { ImagesChange } from "../images/image-mutations";
import type { ListedImage } from "../images/listed-image";
import { runAround, type Neighbours } from "../images/neighbours";
import { moveKey, type Rows } from "../images/timeline-cache";
import { rowsOf, useImagesInView, useKnownImages } from "../images/timeline-queries";
import type { Album } from "../types";
import { albumsKey } from "../images/collections";
import { keepAlbum } from "./albums";

export type AlbumOrder = Album["order"];

/** `askedAt`: when the oldest of it was asked for. */
type Loaded = { rows: Rows; next: string | null; askedAt: number };

const LOOK_EVERY_MS = 60_000;

const orderedKey = (id: string, order: AlbumOrder) => [...albumsKey, "images", id, order] as const;

const fetchRows = async (
  id: string,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<{ rows: Rows; next: string | null }> => {
  const answer = await read(
    api.GET("/api/albums/{album_id}/images", {
      ...(signal ? { signal } : {}),
      params: { path: { album_id: id }, query: cursor === null ? {} : { cursor } },
    }),
  );
  return { rows: rowsOf(answer), next: answer.next_cursor ?? null };
};

const orderedOptions = (id: string, order: AlbumOrder) =>
  queryOptions({
    queryKey: orderedKey(id, order),
    // As much as was loaded before: what one looks at stays.
    queryFn: async ({ signal, client }): Promise<Loaded> => {
      const wanted = client.getQueryData<Loaded>(orderedKey(id, order))?.rows.length ?? 0;
      const askedAt = Date.now();
      let { rows, next } = await fetchRows(id, null, signal);
      while (next !== null && rows.length < wanted) {
        const page: { rows: Rows; next: string | null } = await fetchRows(id, next, signal);
        [rows, next] = [[...rows, ...page.rows], page.next];
      }
      return { rows, next, askedAt };
    },
    staleTime: 10_000,
    refetchInterval: LOOK_EVERY_MS,
  });

type Change = { variables: ImagesChange; isSettled: boolean; at: number };

const changeOf = ({ state }: Mutation): Change => ({
  variables: state.variables as ImagesChange,
  isSettled: state.status === "success",
  at: state.submittedAt,
});

/** Without what changes took away that the list may not have seen. */
const withChanges = (id: string, { rows, askedAt }: Loaded, changes: readonly Change[]): Rows => {
  const gone = new Set<string>();
  for (const { variables, isSettled, at } of changes) {
    if (isSettled && at < askedAt) continue;
    const { action, images, albumId } = variables;
    const isHere = albumId === id;
    for (const image of images) {
      if (action === "delete" || (action === "remove_from_album" && isHere)) gone.add(image.id);
      else if (action === "restore" || (action === "add_to_album" && isHere)) gone.delete(image.id);
    }
  }
  return gone.size === 0 ? rows : rows.filter((row) => !gone.has(row.id));
};

const NONE: Rows = [];

/** As far as loaded; `loadMore` loads what follows. */
export const useOrderedAlbum = (id: string, order: AlbumOrder) => {
  const client = useQueryClient();
  const query = useQuery(orderedOptions(id, order));
  const { data } = query;
  const changes = useMutationState({
    filters: {
      mutationKey: moveKey,
      predicate: ({ state }) => state.status === "pending" || state.status === "success",
    },
    select: changeOf,
  });
  const rows = useMemo(() => (data ? withChanges(id, data, changes) : NONE), [id, data, changes]);
  const { mutate, isPending, error } = useMutation({
    mutationKey: [...orderedKey(id, order), "more"],
    mutationFn: async () => {
      const key = orderedKey(id, order);
      const before = client.getQueryData<Loaded>(key);
      if (typeof before?.next !== "string") return;
      const page = await fetchRows(id, before.next);
      client.setQueryData<Loaded>(key, (now) =>
        now?.next === before.next
          ? { ...now, rows: [...now.rows, ...page.rows], next: page.next }
          : now,
      );
    },
  });
  const loadMore = useCallback(() => {
    if (client.isMutating({ mutationKey: [...orderedKey(id, order), "more"] }) === 0) mutate();
  }, [client, id, order, mutate]);
  const loadFirst = useCallback(
    async (limit: number): Promise<ListedImage[]> => {
      const key = orderedKey(id, order);
      for (;;) {
        const now = client.getQueryData<Loaded>(key);
        if (!now) return [];
        if (now.next === null || now.rows.length >= limit) return now.rows.slice(0, limit);
        const page = await fetchRows(id, now.next);
        client.setQueryData<Loaded>(key, {
          ...now,
          rows: [...now.rows, ...page.rows],
          next: page.next,
        });
      }
    },
    [client, id, order],
  );
  const hasMore = typeof data?.next === "string";
  return { query, rows, hasMore, loadMore, loadFirst, isLoadingMore: isPending, moreError: error };
};

/** So many before the last one that is loaded, what follows is asked for. */
const AHEAD = 24;

/** The pictures around one, as the album's order has them. */
export const useOrderedNeighbours = (
  imageId: string,
  id: string,
  order: AlbumOrder,
): Neighbours => {
  const { rows, hasMore, loadMore } = useOrderedAlbum(id, order);
  const known = useKnownImages();
  const at = rows.findIndex((row) => row.id === imageId);
  const isNearEnd = hasMore && (at === -1 || at >= rows.length - AHEAD);
  useEffect(() => {
    if (isNearEnd) loadMore();
  }, [isNearEnd, loadMore, rows]);
  const run = useMemo(
    () => (at === -1 ? null : runAround({ rows: [...rows], at, before: 0 }, known)),
    [rows, at, known],
  );
  useImagesInView(run?.near ?? []);
  return useMemo(() => {
    if (!run?.images.some((image) => image.id === imageId))
      return { images: [], before: 0, total: null };
    return { images: run.images, before: run.before, total: hasMore ? null : rows.length };
  }, [run, imageId, hasMore, rows.length]);
};

export type Place = { place: "before" | "after"; imageId: string };

/** The list with these just before or just after another one, in the order in which they stand in it. */
export const moved = (rows: Rows, ids: ReadonlySet<string>, { place, imageId }: Place): Rows => {
  const left = rows.filter((row) => !ids.has(row.id));
  const at = left.findIndex((row) => row.id === imageId);
  if (at === -1) return rows;
  const cut = at + (place === "after" ? 1 : 0);
  return [...left.slice(0, cut), ...rows.filter((row) => ids.has(row.id)), ...left.slice(cut)];
};

type Move = { ids: readonly string[]; to: Place };

/** Moves pictures of an album that is ordered by hand; the list shows it at once. */
export const useMoveInAlbum = (id: string) => {
  const client = useQueryClient();
  const key = orderedKey(id, "manual");
  const moveInKey = [...key, "move"];
  const show = async ({ ids, to }: Move) => {
    await client.cancelQueries({ queryKey: key });
    client.setQueryData<Loaded>(
      key,
      (now) => now && { ...now, rows: moved(now.rows, new Set(ids), to) },
    );
  };
  return useMutation({
    mutationKey: moveInKey,
    scope: { id: "move-in-album" },
    mutationFn: ({ ids, to: { place, imageId } }: Move) =>
      read(
        api.POST("/api/albums/{album_id}/order", {
          params: { path: { album_id: id } },
          body: { ids: [...ids], place, image_id: imageId },
        }),
      ),
    onMutate: show,
    onSuccess: async (album, move) => {
      // The list may have been read anew after this began, and before the server had moved them.
      if (client.isMutating({ mutationKey: moveInKey }) === 1) await show(move);
      keepAlbum(client, album);
    },
    onError: () => client.invalidateQueries({ queryKey: key }),
  });
};
