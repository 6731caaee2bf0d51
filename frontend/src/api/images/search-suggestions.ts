/** Queries for suggestions while a search is typed. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, read } from "../client";
import type { Suggestion } from "../types";
import { today } from "./search";

const NONE: readonly Suggestion[] = [];

/** Those before stay until the next ones are there; what is not wanted any more is aborted. */
export const useSuggestions = (q: string): readonly Suggestion[] => {
  const { data } = useQuery({
    queryKey: ["suggestions", q],
    queryFn: async ({ signal }) => {
      const query = { q, today: today() };
      return (await read(api.GET("/api/search/suggestions", { signal, params: { query } })))
        .suggestions;
    },
    enabled: q !== "",
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    gcTime: 60_000,
    retry: false, // the next letter asks again
  });
  return q === "" ? NONE : (data ?? NONE);
};
