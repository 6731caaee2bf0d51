/** The account page's numbers and its one switch. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, read } from "./client";
import { expectDescriptions } from "./image-cache";
import { sessionOptions } from "./session";

export const accountOptions = queryOptions({
  queryKey: ["account"],
  queryFn: ({ signal }) => read(api.GET("/api/account", { signal })),
});

/** Looks again every few seconds while descriptions are being written. */
export const useAccount = () =>
  useQuery({
    ...accountOptions,
    refetchInterval: ({ state }) => ((state.data?.descriptions.waiting ?? 0) > 0 ? 3_000 : false),
  });

export const useChangeAccount = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { descriptions_enabled: boolean }) =>
      read(api.PATCH("/api/account", { body })),
    onSuccess: (account) => {
      client.setQueryData(accountOptions.queryKey, account);
      client.setQueryData(
        sessionOptions.queryKey,
        (session) => session && { ...session, user: account.user },
      );
    },
  });
};

/** Queues every older picture that has no description yet. */
export const useDescribeMissing = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => read(api.POST("/api/images/describe")),
    onSuccess: () => {
      expectDescriptions(client);
      void client.invalidateQueries({ queryKey: ["images", "detail"] });
    },
    onSettled: () => client.invalidateQueries({ queryKey: accountOptions.queryKey }),
  });
};
