/** Changes images optimistically, and shows a toast with Undo. */
import { useCallback } from "react";

import {
  OPPOSITE,
  toProblem,
  useChangeImages,
  useWatchReturn,
  type BatchAction,
  type ListedImage,
  type Undo,
} from "@/api";
import { countStacked } from "./count-stacked";
import { picturesInWords } from "@/locale";
import { useToast } from "@/ui";

const DONE: Record<BatchAction, string> = {
  delete: "moved to Recently deleted",
  restore: "restored",
  favourite: "added to Favourites",
  unfavourite: "removed from Favourites",
  archive: "archived",
  unarchive: "back in your timeline",
  add_to_album: "added to the album",
  remove_from_album: "removed from the album",
};

/** What the undo of one change needs: the pictures as they were, and what the API answers. */
type Change = {
  action: BatchAction;
  images: readonly ListedImage[];
  albumId?: string;
  answer: Promise<Undo>;
};

type Options = {
  /** Says what was done; null: that can be seen. */
  message?: string | null;
  /** Into which album, or out of which. */
  albumId?: string;
  /** Also what these stand for in the timeline. */
  wholeStacks?: boolean;
  /** Beside the undo, which is under way. */
  onUndo?: () => void;
  /** In place of doing the opposite. */
  undo?: () => Promise<unknown>;
};

const inWords = (images: readonly ListedImage[], isWhole: boolean, done: string): string => {
  const count = isWhole ? countStacked(images) : images.length;
  const stacks = count > images.length ? ", stacks as a whole" : "";
  return `${picturesInWords(count)} ${done}${stacks}`;
};

const whyNot = (error: unknown): string => {
  const { status, detail } = toProblem(error);
  return status === 404 ? `${detail} The list is up to date again. Please select again.` : detail;
};

export const useChangeWithUndo = () => {
  const { mutateAsync } = useChangeImages();
  const watchReturn = useWatchReturn();
  const toast = useToast();

  const showError = useCallback(
    (error: unknown) => toast.show({ tone: "error", message: whyNot(error) }),
    [toast],
  );

  const takeBack = useCallback(
    ({ action, images, answer, albumId }: Change) => {
      const where = albumId === undefined ? {} : { albumId };
      mutateAsync({ action: OPPOSITE[action], images, ...where, undoes: answer }).catch(showError);
    },
    [mutateAsync, showError],
  );

  /** The promise is kept when the API has done it, and broken, after that was told, when it has not. */
  const change = useCallback(
    (
      action: BatchAction,
      images: readonly ListedImage[],
      { message, albumId, wholeStacks = false, onUndo, undo }: Options = {},
    ): Change => {
      const where = albumId === undefined ? {} : { albumId };
      const answer = mutateAsync({ action, images, ...where, wholeStacks });
      const made = { action, images, ...where, answer };
      answer.catch(showError);
      if (message === null) return made;
      toast.show({
        message: message ?? inWords(images, wholeStacks, DONE[action]),
        until: answer,
        action: {
          label: "Undo",
          onAction: () => {
            if (undo) undo().catch(showError);
            else takeBack(made);
            onUndo?.();
          },
        },
        ...(action === "delete" ? { watch: watchReturn(images) } : {}),
      });
      return made;
    },
    [mutateAsync, showError, takeBack, toast, watchReturn],
  );
  return { change, takeBack };
};
