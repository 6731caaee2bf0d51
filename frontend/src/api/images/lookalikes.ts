/** Groups of pictures that look alike: which to keep, that they are not alike, and taking that back. */
import {
  infiniteQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";

import { accountOptions } from "../account/account";
import { api, read } from "../client";
import { albumsKey, firstFoundKey, tagsKey } from "./collections";
import { removeImages } from "./image-cache";
import { BUCKETS, DETAILS, isHead } from "./image-mutations";
import type { LookalikeUndo } from "../types";

const PAGE = 20;
const LOOK_AGAIN_MS = 5_000;

const options = infiniteQueryOptions({
  queryKey: ["lookalikes"],
  queryFn: ({ pageParam, signal }) =>
    read(
      api.GET("/api/lookalikes", {
        params: { query: { limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

/** While nothing is found and pictures wait, it asks again; what somebody looks at does not move. */
export const useLookalikes = () =>
  useInfiniteQuery({
    ...options,
    refetchInterval: ({ state: { data } }) => {
      const first = data?.pages[0];
      return first?.groups.length === 0 && first.waiting > 0 ? LOOK_AGAIN_MS : false;
    },
    refetchOnWindowFocus: false,
  });

/** What is listed elsewhere is loaded anew: pictures, albums and tags changed. */
const settle = (client: QueryClient): void => {
  void client.invalidateQueries({ queryKey: accountOptions.queryKey });
  void client.invalidateQueries({ queryKey: albumsKey });
  void client.invalidateQueries({ queryKey: tagsKey });
  void client.invalidateQueries({ queryKey: DETAILS });
  void client.invalidateQueries(isHead);
  void client.invalidateQueries(BUCKETS);
  void client.invalidateQueries({ queryKey: firstFoundKey });
};

const removeGroup = (client: QueryClient, groupId: string): void => {
  client.setQueryData(
    options.queryKey,
    (known) =>
      known && {
        ...known,
        pages: known.pages.map((page) => ({
          ...page,
          groups: page.groups.filter(({ id }) => id !== groupId),
        })),
      },
  );
};

export type Decision =
  { groupId: string; keep: string; delete: string[] } | { groupId: string; dismiss: string[] };

const decide = (decision: Decision) => {
  const params = { path: { group_id: decision.groupId } };
  return "dismiss" in decision
    ? read(
        api.POST("/api/lookalikes/{group_id}/dismiss", {
          params,
          body: { images: decision.dismiss },
        }),
      )
    : read(
        api.POST("/api/lookalikes/{group_id}/keep", {
          params,
          body: { keep: decision.keep, delete: decision.delete },
        }),
      );
};

/** The group goes once that is done. One decision follows the other, and an undo what it takes back. */
export const useDecide = () => {
  const client = useQueryClient();
  return useMutation({
    scope: { id: "lookalikes" },
    mutationFn: decide,
    onSuccess: (_answer, decision) => {
      removeGroup(client, decision.groupId);
      if ("dismiss" in decision) return;
      removeImages(client, decision.delete);
      settle(client);
    },
    onError: () => client.invalidateQueries({ queryKey: options.queryKey }),
  });
};

export const useUndoDecision = () => {
  const client = useQueryClient();
  return useMutation({
    scope: { id: "lookalikes" },
    mutationFn: (undo: LookalikeUndo) => read(api.POST("/api/lookalikes/undo", { body: { undo } })),
    onSettled: () => {
      settle(client);
      return client.invalidateQueries({ queryKey: options.queryKey });
    },
  });
};
