/** Tags: reading them, renaming, merging and deleting them. What has one is a view of the timeline. */
import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useId } from "react";

import { api, read } from "../client";
import { tagsKey } from "../images/collections";
import { refreshTags } from "./tag-mutations";
import type { Tag } from "../types";

const listKey = [...tagsKey, "list"] as const;

/** All tags as a tree: each is followed by those below it. */
export const useTags = () =>
  useQuery({
    queryKey: listKey,
    queryFn: async ({ signal }): Promise<Tag[]> =>
      (await read(api.GET("/api/tags", { signal }))).tags,
  });

/** One tag; until it has been asked for, as the list has it. */
export const useTag = (id: string) => {
  const client = useQueryClient();
  const listed = client.getQueryData<Tag[]>(listKey)?.find((tag) => tag.id === id);
  return useQuery({
    queryKey: [...tagsKey, "one", id],
    queryFn: ({ signal }) =>
      read(api.GET("/api/tags/{tag_id}", { signal, params: { path: { tag_id: id } } })),
    ...(listed ? { placeholderData: listed } : {}),
  });
};

/** Which tags these pictures have, and how many of them each. */
export const useTagsOfImages = (ids: readonly string[]) =>
  useQuery({
    // All of the ids would be compared with each rendering.
    queryKey: [...tagsKey, "of images", useId(), ids.length, ids[0]],
    queryFn: async ({ signal }) =>
      (await read(api.POST("/api/tags/of-images", { signal, body: { ids: [...ids] } }))).tags,
    gcTime: 0,
  });

type Move = { id: string; path: string; merge?: boolean };

/** Renames a tag or moves it, with those below it; `merge` makes it one with the tag that has that path. */
export const useRenameTag = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, path, merge = false }: Move) =>
      read(
        api.PATCH("/api/tags/{tag_id}", {
          params: { path: { tag_id: id } },
          body: { path, merge },
        }),
      ),
    onSuccess: (now, { id }) => refreshTags(client, new Set(now.id === id ? [] : [id])),
    onError: () => refreshTags(client),
  });
};

/** Takes a tag and those below it out of the list. Returns their ids. */
const leaveOut = (client: QueryClient, { id, path }: Tag): Set<string> => {
  const all = client.getQueryData<Tag[]>(listKey) ?? [];
  const isGone = (tag: Tag) => tag.id === id || tag.path.startsWith(`${path}/`);
  client.setQueryData<Tag[]>(
    listKey,
    all.filter((tag) => !isGone(tag)),
  );
  return new Set([id, ...all.filter(isGone).map((tag) => tag.id)]);
};

/** Deletes a tag and those below it, and no picture; `restore` brings them back. */
export const useDeleteTag = () => {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: ({ id }: Tag) =>
      read(api.DELETE("/api/tags/{tag_id}", { params: { path: { tag_id: id } } })),
    onSuccess: (_, tag) => refreshTags(client, leaveOut(client, tag)),
  });
  const restore = useMutation({
    mutationFn: (id: string) =>
      read(api.POST("/api/tags/{tag_id}/restore", { params: { path: { tag_id: id } } })),
    onSettled: () => refreshTags(client),
  });
  return { remove: remove.mutateAsync, restore: restore.mutateAsync };
};
