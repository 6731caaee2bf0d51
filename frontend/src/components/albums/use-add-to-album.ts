/** Puts pictures into an album, and offers to take it back. */
import { useCallback } from "react";

import { useDeleteAlbum, type ListedImage } from "@/api";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { countStacked } from "@/components/gallery/count-stacked";
import { formatNumber } from "@/locale";

/** `isNew`: it was made for these pictures, so the undo deletes it again. */
export type ChosenAlbum = { id: string; title: string; isNew: boolean };

export const useAddToAlbum = () => {
  const { change } = useChangeWithUndo();
  const { remove } = useDeleteAlbum();
  return useCallback(
    (images: readonly ListedImage[], { id, title, isNew }: ChosenAlbum, wholeStacks = false) =>
      change("add_to_album", images, {
        albumId: id,
        wholeStacks,
        message: `Added ${formatNumber(wholeStacks ? countStacked(images) : images.length)} to ${title}`,
        ...(isNew ? { undo: () => remove(id) } : {}),
      }),
    [change, remove],
  );
};
