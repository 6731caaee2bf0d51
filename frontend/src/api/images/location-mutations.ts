/** Changing where pictures were taken, and finding towns by name. */
import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";

import { api, read } from "../client";
import { DETAILS, type Undo } from "./image-mutations";
import { SEARCHES } from "./near";
import type { Batch, FoundPlace } from "../types";

export type PlaceChange =
  | { action: "set_location"; location: NonNullable<Batch["location"]> }
  | { action: "reset_location" };

/** `undoes`: this takes another change back, by what that one answered. */
type Variables =
  { ids: readonly string[]; change: PlaceChange; wholeStacks: boolean } | { undoes: Promise<Undo> };

const bodyOf = async (variables: Variables): Promise<Undo> => {
  // What failed changed nothing, and needs no undo.
  if ("undoes" in variables) return variables.undoes.catch(() => null);
  const images = { ids: [...variables.ids], whole_stacks: variables.wholeStacks };
  return { ...variables.change, images };
};

/** No list says where a picture was taken, but the search and the map go by it. */
const showPlaces = (client: QueryClient) => {
  void client.invalidateQueries({ queryKey: SEARCHES });
  void client.invalidateQueries({ queryKey: ["images", "map"] });
  return client.invalidateQueries({ queryKey: DETAILS });
};

/** Changes where up to 10,000 pictures were taken: all of them, or none and the mutation fails. */
export const useChangePlaces = () => {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ["images", "places"],
    // After the changes of many that are under way: one may be what this one's pictures came by.
    scope: { id: "change-images" },
    mutationFn: async (variables: Variables): Promise<Undo> => {
      const body = await bodyOf(variables);
      if (!body) return null;
      return (await read(api.POST("/api/images/batch", { body }))).undo;
    },
    onSettled: () => showPlaces(client),
  });
};

/** Towns whose names begin so; while others are asked for, those of before. Nothing is asked for "". */
export const useFoundPlaces = (q: string) =>
  useQuery({
    queryKey: ["places", q],
    queryFn: async ({ signal }): Promise<FoundPlace[]> =>
      (await read(api.GET("/api/places", { signal, params: { query: { q } } }))).places,
    enabled: q !== "",
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
