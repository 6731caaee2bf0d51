/** Delete at once, and offer to take it back. */
import { useCallback } from "react";

import { toProblem, useDeleteImages, useRestoreImages, useWatchReturn, type Image } from "@/api";
import { useToast } from "@/ui";

export const picturesInWords = (count: number): string =>
  count === 1 ? "1 picture" : `${count.toLocaleString("en")} pictures`;

export const useDeleteWithUndo = (): ((images: readonly Image[]) => void) => {
  const { mutateAsync: deleteImages } = useDeleteImages();
  const { mutateAsync: restoreImages } = useRestoreImages();
  const watchReturn = useWatchReturn();
  const toast = useToast();

  return useCallback(
    (images) => {
      if (images.length === 0) return;
      const complain = (error: unknown) =>
        toast.show({ tone: "error", message: toProblem(error).detail });
      deleteImages(images).catch(complain);
      toast.show({
        message: `${picturesInWords(images.length)} moved to Recently deleted`,
        action: { label: "Undo", onAction: () => void restoreImages(images).catch(complain) },
        watch: watchReturn(images),
      });
    },
    [deleteImages, restoreImages, toast, watchReturn],
  );
};
