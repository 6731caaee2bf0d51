/** Export of the library, and deletion of the account. */
import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";

import { accountOptions } from "./account";
import { api, done, read } from "../client";
import { useWithReauth } from "../auth/reauth";
import { sessionOptions } from "../auth/session";

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

const keepDeletion = (client: QueryClient, delete_after: string | null): void => {
  client.setQueryData(sessionOptions.queryKey, (session) =>
    session?.user ? { ...session, user: { ...session.user, delete_after } } : session,
  );
  void client.invalidateQueries({ queryKey: accountOptions.queryKey });
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

export const useKeepAccount = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => done(api.DELETE("/api/account/deletion")),
    onSuccess: () => keepDeletion(client, null),
  });
};
