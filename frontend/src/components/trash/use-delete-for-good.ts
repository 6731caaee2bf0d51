/** Deletes pictures for good, and says so. */
import { useCallback } from "react";

import { isNotConfirmed, toProblem, useDeleteForGood, type ListedImage } from "@/api";
import { picturesInWords } from "@/locale";
import { useToast } from "@/ui";

/** The promise is broken, after that was told, where nothing was deleted. */
export const useDeleteForGoodWithWords = () => {
  const { mutateAsync } = useDeleteForGood();
  const toast = useToast();
  return useCallback(
    async (images: readonly ListedImage[] | "all"): Promise<void> => {
      try {
        const count = await mutateAsync(images === "all" ? images : images.map(({ id }) => id));
        toast.show({ message: `${picturesInWords(count)} deleted for good` });
      } catch (error) {
        if (!isNotConfirmed(error)) {
          toast.show({ tone: "error", message: toProblem(error).detail });
        }
        throw error;
      }
    },
    [mutateAsync, toast],
  );
};
