/** Change where pictures were taken, and offer to take it back. */
import { useCallback } from "react";

import { toProblem, useChangePlaces, type PlaceChange } from "@/api";
import { picturesInWords } from "@/locale";
import { useToast } from "@/ui";

export const useCorrectPlaces = () => {
  const { mutateAsync } = useChangePlaces();
  const toast = useToast();
  return useCallback(
    (ids: readonly string[], change: PlaceChange, wholeStacks = false): Promise<unknown> => {
      const showError = (error: unknown) =>
        toast.show({ tone: "error", message: toProblem(error).detail });
      const answer = mutateAsync({ ids, change, wholeStacks });
      answer.catch(showError);
      toast.show({
        message: `Place of ${picturesInWords(ids.length)} changed`,
        until: answer,
        action: {
          label: "Undo",
          onAction: () => void mutateAsync({ undoes: answer }).catch(showError),
        },
      });
      return answer;
    },
    [mutateAsync, toast],
  );
};
