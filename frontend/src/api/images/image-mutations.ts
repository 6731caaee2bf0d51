/** Changing pictures: many at once, or one: rename, describe. The lists change at once and change back on failure. */
import { useMutation, useQueryClient, type Query, type QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { accountOptions } from "../account/account";
import { api, read } from "../client";
import { albumsKey, albumView, firstFoundKey, setMembers, tagsKey } from "./collections";
import { imageDetailKey, removeImages, upsertImages, watchReturn } from "./image-cache";
import { changed, type BatchAction } from "./changed-image";
import { isDeleted, type ListedImage } from "./listed-image";
import { STACKS } from "./stacks";
import { knownKey, moveKey, withPendingMove, type KnownImages } from "./timeline-cache";
import type { Batch, ImageChanges, ImageDetail } from "../types";

const changeImage = (id: string, body: ImageChanges): Promise<ImageDetail> =>
  read(api.PATCH("/api/images/{image_id}", { params: { path: { image_id: id } }, body }));

/** What tells the newest part of a list, or how many there are, or where. */
export const isHead = {
  predicate: ({ queryKey: [all, kind] }: Query) =>
    all === "images" && (kind === "head" || kind === "timeline" || kind === "map"),
};
export const DETAILS = ["images", "detail"];
export const BUCKETS = { queryKey: ["images", "bucket"] };

const settleLists = (client: QueryClient): void => {
  void client.invalidateQueries({ queryKey: accountOptions.queryKey });
  void client.invalidateQueries({ queryKey: albumsKey });
  void client.invalidateQueries({ queryKey: tagsKey });
  // What the server says between a delete and its undo would take the picture away again.
  const isLast = client.isMutating({ mutationKey: moveKey }) === 1;
  if (!isLast) return;
  void client.invalidateQueries(isHead);
  void client.invalidateQueries(BUCKETS);
  void client.invalidateQueries(STACKS);
  void client.invalidateQueries({ queryKey: firstFoundKey });
};

/** What takes a change back; null: nothing was changed. */
export type Undo = Batch | null;

export type ImagesChange = {
  action: BatchAction;
  images: readonly ListedImage[];
  /** Into which album, or out of which. */
  albumId?: string;
  /** Also what these stand for in the timeline. */
  wholeStacks?: boolean;
  /** This change takes another one back: what that one answered says of which images. */
  undoes?: Promise<Undo>;
};

const idsOf = (images: readonly ListedImage[]): string[] => images.map(({ id }) => id);

/** Has the lists show these images as they are given, and the details of single ones, too. */
const show = (client: QueryClient, images: readonly ListedImage[]): void => {
  upsertImages(client, images);
  for (const { id, favourite, archived_at } of images) {
    client.setQueryData<ImageDetail>(
      imageDetailKey(id),
      (detail) => detail && { ...detail, favourite, archived_at },
    );
  }
};

/** Has the lists show what a change will have done. Returns the images as they were. */
const anticipate = (client: QueryClient, { action, images, albumId }: ImagesChange) => {
  if (albumId !== undefined) {
    setMembers(client, albumView(albumId), idsOf(images), action === "add_to_album");
  }
  const known = client.getQueryData<KnownImages>(knownKey);
  const before = images.map((image) =>
    isDeleted(image) ? image : (known?.get(image.id) ?? image),
  );
  if (action === "delete") removeImages(client, idsOf(images));
  else
    show(
      client,
      before.map((image) => changed(action, image)),
    );
  return before;
};

/** Has the lists show what there was before a change. */
const revert = (
  client: QueryClient,
  { action, albumId }: ImagesChange,
  before: readonly ListedImage[],
): void => {
  // Those that were in the album before come back with its buckets, which are loaded anew.
  if (albumId !== undefined) {
    setMembers(client, albumView(albumId), idsOf(before), action !== "add_to_album");
  }
  if (action === "restore") removeImages(client, idsOf(before));
  show(client, action === "restore" ? before.filter(isDeleted) : before);
};

/**
 * Changes up to 10,000 pictures: all of them, or none and the mutation fails. The lists show it at once, and
 * change back on failure. One follows the other, so that an undo waits until what it takes back has arrived.
 */
export const useChangeImages = () => {
  const client = useQueryClient();
  return useMutation({
    mutationKey: moveKey,
    scope: { id: "change-images" },
    mutationFn: async (change: ImagesChange): Promise<Undo> => {
      const { action, images, albumId, undoes, wholeStacks = false } = change;
      // What failed changed nothing, and needs no undo.
      const undo = undoes && (await undoes.catch(() => null));
      const where = albumId === undefined ? {} : { album_id: albumId };
      const picked = { ids: idsOf(images), whole_stacks: wholeStacks };
      const body = undoes ? undo : { action, ...where, images: picked };
      if (!body) return null;
      return (await read(api.POST("/api/images/batch", { body }))).undo;
    },
    onMutate: async (change) => {
      // An answer from before the change would take it back.
      const cancelled = client.cancelQueries(isHead);
      const before = anticipate(client, change);
      await cancelled;
      return before;
    },
    onError: (_, move, before) => revert(client, move, before ?? []),
    onSettled: (_answer, _error, { albumId }) => {
      settleLists(client);
      // Which albums an image is in is said with all that is known of it.
      if (albumId !== undefined) void client.invalidateQueries({ queryKey: DETAILS });
    },
  });
};

/** For the offer to take a delete back: tells when the pictures came back in another way. */
export const useWatchReturn = () => {
  const client = useQueryClient();
  return useCallback(
    (images: readonly ListedImage[]) =>
      (onReturn: () => void): (() => void) =>
        watchReturn(
          client,
          images.map(({ id }) => id),
          onReturn,
        ),
    [client],
  );
};

export const keepDetail = (client: QueryClient, answer: ImageDetail): void => {
  const detail = withPendingMove(client, answer);
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

/** Has a damaged picture processed again. */
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
