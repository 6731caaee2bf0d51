/** Changing pictures: delete, restore, rename, describe. The lists change at once and change back on failure. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { accountOptions } from "../account/account";
import { api, done, read } from "../client";
import { imageDetailKey, moveKey, removeImages, upsertImages, watchReturn } from "./image-cache";
import { toProblem, type ApiProblem } from "../problem";
import type { Image, ImageChanges, ImageDetail } from "../types";

const AT_ONCE = 6;

/** Runs the task for each id, six at a time. Returns the ids that failed and the first reason. */
const forEachId = async (
  ids: readonly string[],
  task: (id: string) => Promise<unknown>,
): Promise<{ failed: Set<string>; reason: ApiProblem | undefined }> => {
  const queue = [...ids];
  const failed = new Set<string>();
  let reason: ApiProblem | undefined;
  const work = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      try {
        await task(id);
      } catch (error) {
        failed.add(id);
        reason ??= toProblem(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { failed, reason };
};

const deleteImage = (id: string): Promise<void> =>
  done(api.DELETE("/api/images/{image_id}", { params: { path: { image_id: id } } }));

const changeImage = (id: string, body: ImageChanges): Promise<ImageDetail> =>
  read(api.PATCH("/api/images/{image_id}", { params: { path: { image_id: id } }, body }));

const HEADS = { queryKey: ["images", "head"] };

const settleLists = (client: QueryClient): void => {
  void client.invalidateQueries({ queryKey: accountOptions.queryKey });
  // What the server says between a delete and its undo would take the picture away again.
  const isLast = client.isMutating({ mutationKey: moveKey }) === 1;
  // The other list was not told about these; it is small and loads again when it is next looked at.
  if (isLast) void client.invalidateQueries(HEADS);
};

// Delete and its undo share a scope: the undo waits until the delete has arrived.
const IN_TURN = { mutationKey: moveKey, scope: { id: "delete-and-restore" } };

/** Moves pictures to Recently deleted. What failed comes back into the list, and the mutation fails. */
export const useDeleteImages = () => {
  const client = useQueryClient();
  return useMutation({
    ...IN_TURN,
    mutationFn: async (images: readonly Image[]) => {
      const { failed, reason } = await forEachId(
        images.map(({ id }) => id),
        deleteImage,
      );
      if (reason === undefined) return;
      upsertImages(
        client,
        images.filter(({ id }) => failed.has(id)),
      );
      throw reason;
    },
    onMutate: async (images) => {
      // An answer from before the delete would bring them back.
      await client.cancelQueries(HEADS);
      removeImages(
        client,
        images.map(({ id }) => id),
      );
    },
    onSettled: () => settleLists(client),
  });
};

/** Brings pictures back into the timeline. What failed is left where it was, and the mutation fails. */
export const useRestoreImages = () => {
  const client = useQueryClient();
  return useMutation({
    ...IN_TURN,
    mutationFn: async (images: readonly Image[]) => {
      const restored: ImageDetail[] = [];
      const { failed, reason } = await forEachId(
        images.map(({ id }) => id),
        async (id) => restored.push(await changeImage(id, { deleted: false })),
      );
      upsertImages(client, restored);
      if (reason === undefined) return;
      removeImages(client, [...failed]);
      upsertImages(
        client,
        images.filter(({ id, deleted_at }) => failed.has(id) && deleted_at !== null),
      );
      throw reason;
    },
    onMutate: async (images) => {
      const cancelled = client.cancelQueries(HEADS);
      upsertImages(
        client,
        images.map((image) => ({ ...image, deleted_at: null })),
      );
      await cancelled;
    },
    onSettled: () => settleLists(client),
  });
};

/** For the offer to take a delete back: tells when the pictures came back in another way. */
export const useWatchReturn = () => {
  const client = useQueryClient();
  return useCallback(
    (images: readonly Image[]) =>
      (onReturn: () => void): (() => void) =>
        watchReturn(
          client,
          images.map(({ id }) => id),
          onReturn,
        ),
    [client],
  );
};

const keepDetail = (client: QueryClient, detail: ImageDetail): void => {
  client.setQueryData(imageDetailKey(detail.id), detail);
  upsertImages(client, [detail]);
};

/** Renames a picture, or sets the person's own description (null: back to the model's). */
export const useChangeImage = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: ImageChanges }) =>
      changeImage(id, changes),
    onSuccess: (detail) => keepDetail(client, detail),
  });
};

/** Has a damaged picture developed anew. */
export const useRetryImage = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      read(api.POST("/api/images/{image_id}/retry", { params: { path: { image_id: id } } })),
    onSuccess: (detail) => keepDetail(client, detail),
  });
};

/** Asks the model for a description of one picture, again if it failed before. */
export const useDescribeImage = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      read(api.POST("/api/images/{image_id}/describe", { params: { path: { image_id: id } } })),
    onSuccess: (detail) => {
      keepDetail(client, detail);
      void client.invalidateQueries({ queryKey: accountOptions.queryKey });
    },
  });
};
