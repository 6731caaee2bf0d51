/** Delete at once, and offer to take it back. */
import { useCallback } from "react";

import { toProblem, useDeleteImages, useRestoreImages, useWatchReturn, type Image } from "@/api";
import { useToast } from "@/ui";

export const picturesInWords = (count: number): string =>
  count === 1 ? "1 picture" : `${count.toLocaleString("en")} pictures`;

type Options = {
  /** Says what was done. */
  message?: string;
  /** Instead of restoring the images. */
  onUndo?: () => void;
};

export const useDeleteWithUndo = () => {
  const { mutateAsync: deleteImages } = useDeleteImages();
  const { mutateAsync: restoreImages } = useRestoreImages();
  const watchReturn = useWatchReturn();
  const toast = useToast();

  const showError = useCallback(
    (error: unknown) => toast.show({ tone: "error", message: toProblem(error).detail }),
    [toast],
  );
  const restore = useCallback(
    (images: readonly Image[]) => void restoreImages(images).catch(showError),
    [restoreImages, showError],
  );
  const deleteWithUndo = useCallback(
    (images: readonly Image[], { message, onUndo }: Options = {}) => {
      if (images.length === 0) return;
      deleteImages(images).catch(showError);
      toast.show({
        message: message ?? `${picturesInWords(images.length)} moved to Recently deleted`,
        action: { label: "Undo", onAction: onUndo ?? (() => restore(images)) },
        watch: watchReturn(images),
      });
    },
    [deleteImages, restore, showError, toast, watchReturn],
  );
  return { deleteWithUndo, restore };
};
