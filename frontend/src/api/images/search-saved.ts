/** Searches that are kept under a name: living albums, whose pictures are what they find at this moment. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, read } from "../client";
import { firstFoundKey } from "./collections";
import type { FoundImage, NewSavedSearch, SavedSearch } from "../types";
import { today } from "./search";

const LIST = ["saved-searches", "list"] as const;

/** All of the person's, by name. */
export const useSavedSearches = () =>
  useQuery({
    queryKey: LIST,
    queryFn: async ({ signal }): Promise<SavedSearch[]> =>
      (await read(api.GET("/api/search/saved", { signal }))).searches,
  });

export type FirstFound = {
  /** The newest picture that a search finds; null: none, or none is near. */
  image: FoundImage | null;
  /** How many it finds; null: more than are counted. */
  total: number | null;
};

/** What stands for a search: asked while `isShown`, and anew after a minute. */
export const useFirstFound = (q: string, isShown: boolean) =>
  useQuery({
    queryKey: [...firstFoundKey, q],
    queryFn: async ({ signal }): Promise<FirstFound> => {
      const query = { q, limit: 1, today: today() };
      const { images, total } = await read(api.GET("/api/search", { signal, params: { query } }));
      return { image: images[0] ?? null, total };
    },
    enabled: isShown,
    staleTime: 60_000,
  });

const useAnew = () => {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: LIST });
  };
};

export const useSaveSearch = () =>
  useMutation({
    mutationFn: (body: NewSavedSearch) => read(api.POST("/api/search/saved", { body })),
    onSettled: useAnew(),
  });

/** Renames a saved search, or changes what it asks. */
export const useChangeSavedSearch = () =>
  useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: Partial<NewSavedSearch> }) =>
      read(
        api.PATCH("/api/search/saved/{search_id}", {
          params: { path: { search_id: id } },
          body: changes,
        }),
      ),
    onSettled: useAnew(),
  });

/** Deletes a saved search, and no picture. Saving it again brings it back. */
export const useDeleteSavedSearch = () =>
  useMutation({
    mutationFn: (id: string) =>
      read(api.DELETE("/api/search/saved/{search_id}", { params: { path: { search_id: id } } })),
    onSettled: useAnew(),
  });
