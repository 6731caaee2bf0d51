/** Puts pictures into an album, and offers to take it back. */
import { useCallback } from "react";

import {
  inParts,
  toProblem,
  useContribute,
  useDeleteAlbum,
  useWithdraw,
  type ListedImage,
  type MembersSee,
} from "@/api";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { countStacked } from "@/components/gallery/count-stacked";
import { useChangeToast } from "@/components/corrections/use-change-toast";
import { formatNumber } from "@/locale";

/**
 * `isNew`: it was made for these pictures, so the undo deletes it again. `shows`: it is somebody else's, to which one
 * adds pictures as a member, and this is what was said that members get of them.
 */
export type ChosenAlbum = { id: string; title: string; isNew: boolean; shows?: MembersSee };

/** Puts pictures into somebody else's album. Of stacks, what stands for each. */
const useAddToShared = () => {
  const { mutateAsync: add } = useContribute();
  const { mutateAsync: takeOut } = useWithdraw();
  const tell = useChangeToast();
  return useCallback(
    (images: readonly ListedImage[], { id: albumId, title }: ChosenAlbum, seen: MembersSee) => {
      const all = images.map(({ id }) => id);
      const added: string[] = [];
      const run = async () => {
        await inParts(all, async (part) => {
          added.push(...(await add({ albumId, ids: part, seen })).ids);
        });
      };
      const undo = () => inParts(added, (ids) => takeOut({ albumId, ids }));
      const answer = run();
      void tell(answer, {
        message: `Added ${formatNumber(all.length)} to ${title}`,
        // What was added before a refusal is taken back, too.
        undo: () => answer.catch(() => undefined).then(undo),
        whyNot: (error) =>
          added.length === 0
            ? toProblem(error).detail
            : `Added ${formatNumber(added.length)} of ${formatNumber(all.length)} to ${title}, and no more: there was no room, or no connection.`,
      });
      return { answer };
    },
    [add, takeOut, tell],
  );
};

export const useAddToAlbum = () => {
  const { change } = useChangeWithUndo();
  const { remove } = useDeleteAlbum();
  const addToShared = useAddToShared();
  return useCallback(
    (
      images: readonly ListedImage[],
      album: ChosenAlbum,
      wholeStacks = false,
    ): { answer: Promise<unknown> } => {
      const { id, title, isNew, shows } = album;
      if (shows) return addToShared(images, album, shows);
      return change("add_to_album", images, {
        albumId: id,
        wholeStacks,
        message: `Added ${formatNumber(wholeStacks ? countStacked(images) : images.length)} to ${title}`,
        ...(isNew ? { undo: () => remove(id) } : {}),
      });
    },
    [addToShared, change, remove],
  );
};
