/** Deleting for good what is in Recently deleted: nothing takes it back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { accountOptions } from "../account/account";
import { useWithReauth } from "../auth/reauth";
import { api, read } from "../client";
import { imageDetailKey, removeImages, trashKey } from "./image-cache";
import type { Batch } from "../types";

/** These, or all that is there. */
export type ForGood = readonly string[] | "all";

const bodyOf = (which: ForGood): Batch => ({
  action: "delete_for_good",
  images: which === "all" ? { match: { view: "deleted" } } : { ids: [...which] },
});

/** Returns how many are gone: what was restored meanwhile is not. Safe to repeat. */
const deleteForGood = async (which: ForGood): Promise<number> => {
  let count = 0;
  for (;;) {
    const answer = await read(api.POST("/api/images/batch", { body: bodyOf(which) }));
    count += answer.changed;
    if (!answer.has_more) return count;
  }
};

/** The lists show it when it is done: they need not bring anything back. */
export const useDeleteForGood = () => {
  const client = useQueryClient();
  const ask = useWithReauth(deleteForGood);
  return useMutation({
    mutationFn: (which: ForGood) => ask(which),
    onSuccess: (_, which) => {
      if (which === "all") return;
      removeImages(client, which);
      for (const id of which) client.removeQueries({ queryKey: imageDetailKey(id), exact: true });
    },
    onSettled: (_count, error, which) => {
      void client.invalidateQueries({ queryKey: accountOptions.queryKey });
      // What was restored in another tab is in the timeline again.
      void client.invalidateQueries({ queryKey: ["images", "timeline"] });
      if (which === "all" || error) void client.resetQueries({ queryKey: trashKey });
    },
  });
};
