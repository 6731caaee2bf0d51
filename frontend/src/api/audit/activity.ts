/** The audit log, page by page. */
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";

import { api, read } from "../client";

const PAGE_SIZE = 30;

const FIRST = null as string | null;

const page = (cursor: string | null) => ({
  query: { limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) },
});

const activityOptions = infiniteQueryOptions({
  queryKey: ["activity"],
  queryFn: ({ signal, pageParam }) =>
    read(api.GET("/api/account/activity", { signal, params: page(pageParam) })),
  initialPageParam: FIRST,
  getNextPageParam: (last) => last.next_cursor,
  select: ({ pages }) => pages.flatMap(({ events }) => events),
});

export const useActivity = () => useInfiniteQuery(activityOptions);

const everybodysOptions = infiniteQueryOptions({
  queryKey: ["admin", "activity"],
  queryFn: ({ signal, pageParam }) =>
    read(api.GET("/api/admin/activity", { signal, params: page(pageParam) })),
  initialPageParam: FIRST,
  getNextPageParam: (last) => last.next_cursor,
  select: ({ pages }) => pages.flatMap(({ events }) => events),
});

/** Everybody's, for administrators. */
export const useEverybodysActivity = () => useInfiniteQuery(everybodysOptions);
