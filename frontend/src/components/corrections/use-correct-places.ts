/** Change where pictures were taken, and offer to take it back. */
import { useCallback } from "react";

import { useChangePlaces, type PlaceChange } from "@/api";
import { picturesInWords } from "@/locale";

import { useChangeToast } from "./use-change-toast";

export const useCorrectPlaces = () => {
  const { mutateAsync } = useChangePlaces();
  const tell = useChangeToast();
  return useCallback(
    (ids: readonly string[], change: PlaceChange, wholeStacks = false): Promise<unknown> => {
      const answer = mutateAsync({ ids, change, wholeStacks });
      return tell(answer, {
        message: `Place of ${picturesInWords(ids.length)} changed`,
        undo: () => mutateAsync({ undoes: answer }),
      });
    },
    [mutateAsync, tell],
  );
};
