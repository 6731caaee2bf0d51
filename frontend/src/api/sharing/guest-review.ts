/** Queries and mutations to review pictures that guests sent by links. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, read } from "../client";
import type { GuestDecision, ReviewStage } from "../types";

const KEY = ["collected"];

/** Pages of a hundred, the last sent first. */
export const useSentByGuests = (stage: ReviewStage) =>
  useInfiniteQuery({
    queryKey: [...KEY, stage],
    queryFn: ({ signal, pageParam }) => {
      const query = { stage, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return read(api.GET("/api/collected", { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** How many pictures of guests wait for a review that are to go into an album. */
export const useGuestsWaiting = (albumId: string) =>
  useQuery({
    queryKey: [...KEY, "waiting", albumId],
    queryFn: async ({ signal }) => {
      const query = { stage: "waiting", album_id: albumId, limit: 1 } as const;
      return (await read(api.GET("/api/collected", { params: { query }, signal }))).waiting;
    },
  });

/** Accepts or declines, or undoes that; what is done at once is bounded, and asked for again until all is. */
export const useDecideOnGuests = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: GuestDecision) => {
      const changed: string[] = [];
      for (;;) {
        const done = await read(api.POST("/api/collected/decide", { body }));
        changed.push(...done.changed);
        if (!done.has_more || done.changed.length === 0) return changed;
      }
    },
    onSettled: () =>
      // What was accepted is in the timeline, in albums, and counted.
      client.invalidateQueries(),
  });
};
