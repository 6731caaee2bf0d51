/** Change when pictures were taken, and offer to take it back. */
import { useCallback } from "react";

import { toProblem, useChangeDates, type DateChange, type Undo } from "@/api";
import { picturesInWords } from "@/locale";
import { useToast } from "@/ui";

export const useCorrectDates = () => {
  const { mutateAsync } = useChangeDates();
  const toast = useToast();
  return useCallback(
    (ids: readonly string[], change: DateChange, wholeStacks = false): Promise<Undo> => {
      const showError = (error: unknown) =>
        toast.show({ tone: "error", message: toProblem(error).detail });
      const answer = mutateAsync({ ids, change, wholeStacks });
      answer.catch(showError);
      toast.show({
        message: `Date of ${picturesInWords(ids.length)} changed`,
        until: answer,
        action: {
          label: "Undo",
          onAction: () => void mutateAsync({ ids, undoes: answer }).catch(showError),
        },
      });
      return answer;
    },
    [mutateAsync, toast],
  );
};
