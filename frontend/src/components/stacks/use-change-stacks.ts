/** Stacks pictures, unstacks them or chooses covers, and offers to take it back. */
import { useCallback } from "react";

import { toProblem, useChangeStacks, type StackChange, type Undo } from "@/api";
import { picturesInWords } from "@/locale";
import { useToast } from "@/ui";

const DONE: Record<StackChange["action"], (count: number) => string> = {
  stack: (count) => `${picturesInWords(count)} stacked`,
  unstack: () => "Unstacked",
  make_cover: () => "Cover of the stack changed",
};

export const useRestack = () => {
  const { mutateAsync } = useChangeStacks();
  const toast = useToast();
  return useCallback(
    (
      action: StackChange["action"],
      ids: readonly string[],
      { count = ids.length, whole = false } = {},
    ): Promise<Undo> => {
      const showError = (error: unknown) => {
        const { detail, fields } = toProblem(error);
        toast.show({ tone: "error", message: Object.values(fields)[0] ?? detail });
      };
      const answer = mutateAsync({ action, ids, whole });
      answer.catch(showError);
      toast.show({
        message: DONE[action](count),
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
