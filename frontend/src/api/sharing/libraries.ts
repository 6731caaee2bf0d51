/** Queries and mutations for sharing one's library, and for the libraries of others. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, done, read } from "../client";
import type { LibraryShareChange, NewLibraryShare } from "../types";
import type { InvitationAnswer } from "./shared-albums";

const givenOptions = queryOptions({
  queryKey: ["library-shares"],
  queryFn: async ({ signal }) => await read(api.GET("/api/library-shares", { signal })),
});

const STALE_MS = 60_000;

const sharedOptions = queryOptions({
  queryKey: ["shared-libraries"],
  queryFn: async ({ signal }) => await read(api.GET("/api/shared-libraries", { signal })),
  staleTime: STALE_MS,
});

/** Whom one's library is shared with. */
export const useLibraryShares = () => useQuery(givenOptions);

/** The libraries that others share, and invitations to them. */
export const useSharedLibraries = () => useQuery(sharedOptions);

/**
 * Reads both anew after a change, whatever came of it, and who is blocked. Not waited for: with the row of an
 * invitation that was answered goes whoever is to open what was accepted.
 */
const useChange = <T, R>(mutationFn: (asked: T) => Promise<R>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => {
      for (const queryKey of [givenOptions.queryKey, sharedOptions.queryKey, ["shared-albums"]]) {
        void client.invalidateQueries({ queryKey });
      }
    },
  });
};

export const useShareLibrary = () =>
  useChange((body: NewLibraryShare) => read(api.POST("/api/library-shares", { body })));

export const useChangeLibraryShare = () =>
  useChange(({ id, ...body }: { id: string } & LibraryShareChange) =>
    read(api.PATCH("/api/library-shares/{share_id}", { params: { path: { share_id: id } }, body })),
  );

/** Ends one, or (null) all. */
export const useEndLibraryShare = () =>
  useChange(async (id: string | null) => {
    if (id === null) await read(api.DELETE("/api/library-shares"));
    else {
      const params = { path: { share_id: id } };
      await done(api.DELETE("/api/library-shares/{share_id}", { params }));
    }
  });

/** The answer says which library is open now. */
export const useAnswerLibraryInvitation = () =>
  useChange(({ id, answer }: { id: string; answer: InvitationAnswer }) =>
    read(
      api.POST("/api/library-invitations/{invitation_id}", {
        params: { path: { invitation_id: id } },
        body: { answer },
      }),
    ),
  );

export const useLeaveLibrary = () =>
  useChange(({ id, block }: { id: string; block: boolean }) =>
    done(
      api.DELETE("/api/shared-libraries/{library_id}", {
        params: { path: { library_id: id }, query: { block } },
      }),
    ),
  );
