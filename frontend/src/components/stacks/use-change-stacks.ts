/** Stacks pictures, unstacks them or chooses covers, and offers to take it back. */
import { useCallback } from "react";

import { toProblem, useChangeStacks, type StackChange, type Undo } from "@/api";
import { useChangeToast } from "@/components/corrections/use-change-toast";
import { picturesInWords } from "@/locale";

const DONE: Record<StackChange["action"], (count: number) => string> = {
  stack: (count) => `${picturesInWords(count)} stacked`,
  unstack: () => "Unstacked",
  make_cover: () => "Cover of the stack changed",
};

const whyNot = (error: unknown): string => {
  const { detail, fields } = toProblem(error);
  return Object.values(fields)[0] ?? detail;
};

export const useRestack = () => {
  const { mutateAsync } = useChangeStacks();
  const tell = useChangeToast();
  return useCallback(
    (
      action: StackChange["action"],
      ids: readonly string[],
      { count = ids.length, whole = false } = {},
    ): Promise<Undo> => {
      const answer = mutateAsync({ action, ids, whole });
      return tell(answer, {
        message: DONE[action](count),
        undo: () => mutateAsync({ undoes: answer }),
        whyNot,
      });
    },
    [mutateAsync, tell],
  );
};
