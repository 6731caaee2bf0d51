/** Changes the tags of pictures, and offers to take it back. */
import { useCallback } from "react";

import { useTagImages, type TagChange } from "@/api";
import { useChangeToast } from "@/components/corrections/use-change-toast";
import { picturesInWords } from "@/locale";

/** What is done, in words: of a single tag, by its name. */
export const doneInWords = ({ add, remove }: TagChange, count: number): string => {
  const pictures = picturesInWords(count);
  const [added, removed] = [add[0], remove[0]?.path];
  if (added !== undefined && add.length === 1 && remove.length === 0) {
    return `Tag ${added} added to ${pictures}`;
  }
  if (removed !== undefined && remove.length === 1 && add.length === 0) {
    return `Tag ${removed} removed from ${pictures}`;
  }
  return `Tags of ${pictures} changed`;
};

export const useChangeTags = () => {
  const { mutateAsync } = useTagImages();
  const tell = useChangeToast();
  return useCallback(
    (ids: readonly string[], change: TagChange, wholeStacks = false): Promise<unknown> => {
      const answer = mutateAsync({ ids, change, wholeStacks });
      return tell(answer, {
        message: doneInWords(change, ids.length),
        undo: () => mutateAsync({ undoes: answer }),
      });
    },
    [mutateAsync, tell],
  );
};
