/** Storage usage, and the consent to descriptions by a model. */
import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";

import { api, read } from "../client";
import { toProblem } from "../problem";
import { sessionOptions } from "../auth/session";
import type { User } from "../types";

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

const keepUser = (client: QueryClient, user: User): void => {
  client.setQueryData(accountOptions.queryKey, (account) => account && { ...account, user });
  client.setQueryData(sessionOptions.queryKey, (session) => session && { ...session, user });
};

type AccountChange = Partial<Pick<User, "descriptions_enabled" | "stacks_images">> & {
  /** To whom a person agrees to send, as they were shown it. */
  descriptions_host?: string | null;
};

/** Changes at once, and back if the server refuses. */
export const useChangeAccount = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: AccountChange) => read(api.PATCH("/api/account", { body })),
    onMutate: async ({ descriptions_enabled, stacks_images }) => {
      // An answer from before the change would take it back.
      await client.cancelQueries({ queryKey: accountOptions.queryKey });
      const before = client.getQueryData(accountOptions.queryKey)?.user;
      if (before) {
        keepUser(client, {
          ...before,
          descriptions_enabled: descriptions_enabled ?? before.descriptions_enabled,
          stacks_images: stacks_images ?? before.stacks_images,
        });
      }
      return { before };
    },
    onSuccess: (account) => {
      client.setQueryData(accountOptions.queryKey, account);
      keepUser(client, account.user);
    },
    onError: async (error, _body, asked) => {
      if (asked?.before) keepUser(client, asked.before);
      // Consent to a host that the operator has left: have the page show where they send now.
      if (toProblem(error).code === "other_host") {
        await client.invalidateQueries({ queryKey: sessionOptions.queryKey });
      }
    },
  });
};
