/** Search by meaning: the nearest pictures first, listed after those that match the words. */
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, read } from "../client";
import { withWholeAddresses } from "./signed-urls";
import { learnImages } from "./timeline-cache";

export const SEARCHES = ["images", "search"] as const;

/** Asks once it is wanted: when all that has the words is there. */
export const useNear = (q: string, today: () => string, isWanted: boolean) =>
  useInfiniteQuery({
    queryKey: [...SEARCHES, "meaning", q],
    queryFn: async ({ pageParam, signal, client }) => {
      const from = pageParam === null ? {} : { cursor: pageParam };
      const query = { q, limit: 50, today: today(), addresses: "shared", ...from } as const;
      const answer = await read(api.GET("/api/search/meaning", { signal, params: { query } }));
      const page = withWholeAddresses(answer);
      learnImages(client, page.images);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: isWanted,
    staleTime: 30_000,
    gcTime: 30 * 60_000,
  });
