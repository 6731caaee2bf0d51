/** Albums: reading them all or one, making, changing and deleting them. What is in one is a view of the timeline. */
import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, read } from "../client";
import { albumsKey } from "../images/collections";
import { isFresh } from "../images/signed-urls";
import type { Album, AlbumChanges, NewAlbum } from "../types";

const AT_ONCE = 500;

const listKey = [...albumsKey, "list"] as const;
const albumKey = (id: string) => [...albumsKey, "one", id] as const;

/** The new one with the old address of its cover while that lasts, so that the cover is not downloaded again. */
const keepCover = (old: Album | undefined, next: Album): Album =>
  old?.cover && old.cover.image_id === next.cover?.image_id && isFresh(old)
    ? { ...next, cover: old.cover, urls_expire_at: old.urls_expire_at }
    : next;

/** @throws ApiProblem */
export const listAlbums = async (signal?: AbortSignal): Promise<Album[]> => {
  const all: Album[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: AT_ONCE };
    if (cursor !== null) query.cursor = cursor;
    const page: { albums: Album[]; next_cursor: string | null } = await read(
      api.GET("/api/albums", { ...(signal ? { signal } : {}), params: { query } }),
    );
    all.push(...page.albums);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return all;
};

const fetchAlbums = async (client: QueryClient, signal: AbortSignal): Promise<Album[]> => {
  const known = new Map(client.getQueryData<Album[]>(listKey)?.map((album) => [album.id, album]));
  return (await listAlbums(signal)).map((album) => keepCover(known.get(album.id), album));
};

/** All albums, the one that was changed last first. */
export const useAlbums = () =>
  useQuery({ queryKey: listKey, queryFn: ({ signal, client }) => fetchAlbums(client, signal) });

/** One album; until it has been asked for, as the list has it. Null: none. */
export const useAlbum = (which: string | null) => {
  const id = which ?? "";
  const client = useQueryClient();
  const listed = client.getQueryData<Album[]>(listKey)?.find((album) => album.id === id);
  return useQuery({
    queryKey: albumKey(id),
    queryFn: async ({ signal }): Promise<Album> => {
      const params = { path: { album_id: id } };
      const album = await read(api.GET("/api/albums/{album_id}", { signal, params }));
      return keepCover(client.getQueryData<Album>(albumKey(id)), album);
    },
    enabled: which !== null,
    ...(listed ? { placeholderData: listed } : {}),
  });
};

/** Has the list and the page of an album show it as it is now. */
export const keepAlbum = (client: QueryClient, album: Album): void => {
  client.setQueryData<Album>(albumKey(album.id), (old) => keepCover(old, album));
  void client.invalidateQueries({ queryKey: listKey });
};

/** @throws ApiProblem */
export const makeAlbum = (body: NewAlbum): Promise<Album> =>
  read(api.POST("/api/albums", { body }));

/** Makes an album, without pictures yet. */
export const useMakeAlbum = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: makeAlbum,
    onSuccess: (album) => keepAlbum(client, album),
  });
};

/** Changes an album's title, description, order or cover. */
export const useChangeAlbum = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: AlbumChanges }) =>
      read(
        api.PATCH("/api/albums/{album_id}", { params: { path: { album_id: id } }, body: changes }),
      ),
    onSuccess: (album) => keepAlbum(client, album),
  });
};

/** @throws ApiProblem */
export const deleteAlbum = (id: string) =>
  read(api.DELETE("/api/albums/{album_id}", { params: { path: { album_id: id } } }));

/** Deletes an album, and none of its pictures; `restore` brings it back. */
export const useDeleteAlbum = () => {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: deleteAlbum,
    onSuccess: (_, id) => {
      client.setQueryData<Album[]>(listKey, (all) => all?.filter((album) => album.id !== id));
    },
    onSettled: () => client.invalidateQueries({ queryKey: listKey }),
  });
  const restore = useMutation({
    mutationFn: (id: string) =>
      read(api.POST("/api/albums/{album_id}/restore", { params: { path: { album_id: id } } })),
    onSuccess: (album) => keepAlbum(client, album),
  });
  return { remove: remove.mutateAsync, restore: restore.mutateAsync };
};
