/** Says what is changed, with Undo; and why it could not be. */
import { useCallback } from "react";

import { toProblem } from "@/api";
import { useToast } from "@/ui";

type Told = {
  /** What is done, in words. */
  message: string;
  undo: () => Promise<unknown>;
  /** The words of a refusal, where they are not the problem's own. */
  whyNot?: (error: unknown) => string;
};

const detailOf = (error: unknown): string => toProblem(error).detail;

export const useChangeToast = () => {
  const toast = useToast();
  return useCallback(
    <T>(answer: Promise<T>, { message, undo, whyNot = detailOf }: Told): Promise<T> => {
      const showError = (error: unknown) => toast.show({ tone: "error", message: whyNot(error) });
      answer.catch(showError);
      toast.show({
        message,
        until: answer,
        action: { label: "Undo", onAction: () => void undo().catch(showError) },
      });
      return answer;
    },
    [toast],
  );
};
