/** Changing when pictures were taken. The lists are loaded anew: where a picture goes, the server knows best. */
import { useMutation, type QueryClient, useQueryClient } from "@tanstack/react-query";

import { api, read } from "../client";
import { albumsKey } from "./collections";
import { BUCKETS, DETAILS, isHead, type Undo } from "./image-mutations";
import { refreshImages } from "./image-queries";
import { knownKey, type KnownImages } from "./timeline-cache";
import type { Batch } from "../types";

export type Taken = NonNullable<Batch["taken"]>;
export type DateChange =
  | { action: "set_taken"; taken: Taken }
  | { action: "shift_taken"; shift_seconds: number }
  | { action: "set_offset"; offset_minutes: number }
  | { action: "reset_taken" };

/** `undoes`: this takes another change back, by what that one answered. */
type Variables = { ids: readonly string[]; wholeStacks?: boolean } & (
  { change: DateChange } | { undoes: Promise<Undo> }
);

const bodyOf = async (variables: Variables): Promise<Undo> => {
  // What failed changed nothing, and needs no undo.
  if ("undoes" in variables) return variables.undoes.catch(() => null);
  const images = { ids: [...variables.ids], whole_stacks: variables.wholeStacks ?? false };
  return { ...variables.change, images };
};

/** Has everything that shows dates show them as they are now. */
const showDates = async (client: QueryClient, ids: readonly string[]): Promise<void> => {
  const known = client.getQueryData<KnownImages>(knownKey);
  await refreshImages(
    client,
    ids.filter((id) => known?.has(id)),
  );
  void client.invalidateQueries(isHead);
  void client.invalidateQueries(BUCKETS);
  void client.invalidateQueries({ queryKey: DETAILS });
  void client.invalidateQueries({ queryKey: albumsKey });
};

/** Changes when up to 10,000 pictures were taken: all of them, or none and the mutation fails. */
export const useChangeDates = () => {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ["images", "dates"],
    // After the changes of many that are under way: one may be what this one's pictures came by.
    scope: { id: "change-images" },
    mutationFn: async (variables: Variables): Promise<Undo> => {
      const body = await bodyOf(variables);
      if (!body) return null;
      return (await read(api.POST("/api/images/batch", { body }))).undo;
    },
    onSettled: (_answer, _error, { ids }) => showDates(client, ids),
  });
};
