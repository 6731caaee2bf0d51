/** Queries and mutations for the costs and budgets of descriptions, and for pictures that are never sent. */
import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import { accountOptions } from "../account/account";
import { api, read } from "../client";
import { expectDescriptions } from "../images/image-cache";

const costsOptions = queryOptions({
  queryKey: ["descriptions", "costs"],
  queryFn: ({ signal }) => read(api.GET("/api/descriptions", { signal })),
});

/** The model, its price, and how this month's budgets stand. */
export const useDescriptionCosts = () => useQuery(costsOptions);

/** What is asked about: these pictures or, without a word, all that have no description. */
export type Asked = readonly string[] | null;

/** What that costs at most; asked again after so many milliseconds until none of them waits. */
export const useEstimate = (ids: Asked, again: number | null = null) =>
  useQuery({
    queryKey: ["descriptions", "estimate", ids],
    queryFn: ({ signal }) =>
      read(
        api.POST("/api/descriptions/estimate", {
          signal,
          body: { ids: ids === null ? null : [...ids] },
        }),
      ),
    refetchInterval: ({ state }) =>
      again !== null && state.data?.standings?.waiting !== 0 ? again : false,
    // Prices and budgets are as of now, or they are nothing to decide by.
    gcTime: 0,
    staleTime: 0,
  });

type Describe = {
  ids: Asked;
  /** Within a day, at half the price. */
  batch: boolean;
};

/** Has these pictures described or, without a word, all that have no description. */
export const useDescribe = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ ids, batch }: Describe) =>
      ids === null
        ? read(api.POST("/api/images/describe", { params: { query: { batch } } }))
        : read(api.POST("/api/descriptions/ask", { body: { ids: [...ids], batch } })),
    onSuccess: (_, { ids }) => {
      expectDescriptions(client, ids);
      void client.invalidateQueries({ queryKey: ["images", "detail"] });
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: accountOptions.queryKey });
      await client.invalidateQueries({ queryKey: ["descriptions"] });
    },
  });
};

const batchesOptions = queryOptions({
  queryKey: ["descriptions", "batches"],
  queryFn: ({ signal }) => read(api.GET("/api/descriptions/batches", { signal })),
});

const LOOK_AT_BATCHES_EVERY_MS = 20_000;

/** How far batches of descriptions are, while there are any. */
export const useDescriptionBatches = () =>
  useQuery({
    ...batchesOptions,
    refetchInterval: ({ state }) =>
      state.data?.batches?.ended_at === null ? LOOK_AT_BATCHES_EVERY_MS : false,
  });

/** Has no more described of what waits in batches. */
export const useCancelBatches = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => read(api.POST("/api/descriptions/batches/cancel")),
    onSuccess: (batches) => client.setQueryData(batchesOptions.queryKey, batches),
    onSettled: () => client.invalidateQueries({ queryKey: accountOptions.queryKey }),
  });
};

export const useSetDescriptionBudget = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (own_budget_usd: number | null) =>
      read(api.PATCH("/api/descriptions", { body: { own_budget_usd } })),
    onSuccess: (costs) => client.setQueryData(costsOptions.queryKey, costs),
  });
};

type NeverSend = { never: boolean; ids?: string[]; album_id?: string };

/** Never sends pictures, or what is in an album, or sends them again where it is asked for. */
export const useNeverSend = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NeverSend) => read(api.POST("/api/descriptions/never-send", { body })),
    onSuccess: async (costs) => {
      client.setQueryData(costsOptions.queryKey, costs);
      await client.invalidateQueries({ queryKey: accountOptions.queryKey });
      await client.invalidateQueries({ queryKey: ["images", "detail"] });
      await client.invalidateQueries({ queryKey: ["descriptions", "history"] });
    },
  });
};

const FIRST = null as string | null;

const callsOptions = infiniteQueryOptions({
  queryKey: ["descriptions", "calls"],
  queryFn: ({ signal, pageParam }) =>
    read(
      api.GET("/api/descriptions/calls", {
        signal,
        params: { query: { limit: 30, ...(pageParam === null ? {} : { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: FIRST,
  getNextPageParam: (last) => last.next_cursor,
  select: ({ pages }) => pages.flatMap(({ calls }) => calls),
});

/** Each sending of a picture, newest first. */
export const useModelCalls = () => useInfiniteQuery(callsOptions);

/** The versions of one picture's description, and whether a model may see it. */
export const useDescriptionHistory = (image_id: string) =>
  useQuery({
    queryKey: ["descriptions", "history", image_id],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/images/{image_id}/descriptions", { signal, params: { path: { image_id } } }),
      ),
    staleTime: 0,
  });

/** Shows a former version again. */
export const useShowVersion = (image_id: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (version_id: string) =>
      read(
        api.POST("/api/images/{image_id}/descriptions/{version_id}/show", {
          params: { path: { image_id, version_id } },
        }),
      ),
    onSuccess: async (history) => {
      client.setQueryData(["descriptions", "history", image_id], history);
      await client.invalidateQueries({ queryKey: ["images"] });
    },
  });
};
