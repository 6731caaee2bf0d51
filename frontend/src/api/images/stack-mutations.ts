/** Stacking pictures, unstacking them, choosing covers. The lists are loaded anew: what is shown, the server knows best. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, read } from "../client";
import { BUCKETS, DETAILS, isHead, type Undo } from "./image-mutations";
import { refreshImages } from "./image-queries";
import { STACKS } from "./stacks";
import { knownKey, type KnownImages } from "./timeline-cache";

export type StackChange = {
  action: "stack" | "unstack" | "make_cover";
  ids: readonly string[];
  /** Of their stacks all. */
  whole: boolean;
};

/** `undoes`: this takes another change back, by what that one answered. */
type Variables = StackChange | { undoes: Promise<Undo> };

const bodyOf = async (variables: Variables): Promise<Undo> => {
  // What failed changed nothing, and needs no undo.
  if ("undoes" in variables) return variables.undoes.catch(() => null);
  const { action, ids, whole } = variables;
  return { action, images: { ids: [...ids], whole_stacks: whole } };
};

const showStacks = async (client: QueryClient, undo: Undo | undefined): Promise<void> => {
  const changed = undo && "ids" in undo.images ? undo.images.ids : [];
  const known = client.getQueryData<KnownImages>(knownKey);
  await refreshImages(
    client,
    changed.filter((id) => known?.has(id)),
  );
  for (const what of [isHead, BUCKETS, { queryKey: DETAILS }, STACKS]) {
    void client.invalidateQueries(what);
  }
};

/** Changes stacks: all of what is named, or nothing and the mutation fails. */
export const useChangeStacks = () => {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ["images", "restack"],
    // After the changes of many that are under way: one may be what this one's pictures came by.
    scope: { id: "change-images" },
    mutationFn: async (variables: Variables): Promise<Undo> => {
      const body = await bodyOf(variables);
      if (!body) return null;
      return (await read(api.POST("/api/images/batch", { body }))).undo;
    },
    onSettled: (undo) => showStacks(client, undo),
  });
};
