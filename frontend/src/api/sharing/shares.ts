/** Share links of the person who is signed in. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, done, read } from "../client";
import type { NewShare, Share, ShareChanges } from "../types";

const sharesOptions = queryOptions({
  queryKey: ["shares"],
  queryFn: async ({ signal }) => await read(api.GET("/api/shares", { signal })),
});

export const useShares = () => useQuery(sharesOptions);

/** The answer holds the address, which is never told again. */
export const useMakeShare = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewShare) => read(api.POST("/api/shares", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: sharesOptions.queryKey }),
  });
};

export const useChangeShare = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: ShareChanges }) =>
      read(
        api.PATCH("/api/shares/{share_id}", { params: { path: { share_id: id } }, body: changes }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: sharesOptions.queryKey }),
  });
};

/** Another address, and the end of the former one. */
export const useRenewShare = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      read(api.POST("/api/shares/{share_id}/address", { params: { path: { share_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: sharesOptions.queryKey }),
  });
};

export const useEndShare = () => {
  const client = useQueryClient();
  const key = sharesOptions.queryKey;
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE("/api/shares/{share_id}", { params: { path: { share_id: id } } })),
    onSuccess: (_done, id) =>
      client.setQueryData(
        key,
        (known) =>
          known && { ...known, shares: known.shares.filter((share: Share) => share.id !== id) },
      ),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
};

export const useEndAllShares = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => read(api.DELETE("/api/shares")),
    onSettled: () => client.invalidateQueries({ queryKey: sharesOptions.queryKey }),
  });
};
