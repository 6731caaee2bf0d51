/** Export of the library, and deletion of the account. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { keepDeletion } from "./notices";
import { api, done, read } from "../client";
import { useWithReauth } from "../auth/reauth";

const exportsOptions = queryOptions({
  queryKey: ["exports"],
  queryFn: async ({ signal }) => (await read(api.GET("/api/account/exports", { signal }))).exports,
});

/** Looks again every few seconds while one is being packed. */
export const useExports = () =>
  useQuery({
    ...exportsOptions,
    refetchInterval: ({ state }) =>
      state.data?.some((one) => one.state === "waiting" || one.state === "running") ? 2_000 : false,
  });

export const useAskForExport = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => read(api.POST("/api/account/exports")),
    onSettled: () => client.invalidateQueries({ queryKey: exportsOptions.queryKey }),
  });
};

export const useRemoveExport = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE("/api/account/exports/{export_id}", { params: { path: { export_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: exportsOptions.queryKey }),
  });
};

/** The account goes after seven days, unless the person changes their mind. */
export const useDeleteAccount = () => {
  const client = useQueryClient();
  const ask = useWithReauth(() => read(api.POST("/api/account/deletion")));
  return useMutation({
    mutationFn: () => ask(),
    onSuccess: ({ delete_after }) => keepDeletion(client, delete_after),
  });
};
