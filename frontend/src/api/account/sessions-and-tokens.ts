/** Queries and mutations for sessions and access tokens. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, done, read } from "../client";
import { useWithReauth } from "../auth/reauth";
import { isFresh } from "../auth/session";
import type { AccessToken, Device, NewAccessToken } from "../types";

const devicesOptions = queryOptions({
  queryKey: ["devices"],
  queryFn: async ({ signal }) =>
    (await read(api.GET("/api/account/sessions", { signal }))).sessions,
});

export const useDevices = () => useQuery(devicesOptions);

/** The row goes at once, and comes back if the server refuses; where a proof is asked for, it stays until then. */
export const useEndSession = () => {
  const client = useQueryClient();
  const key = devicesOptions.queryKey;
  const end = useWithReauth((id: string) =>
    done(
      api.DELETE("/api/account/sessions/{session_id}", { params: { path: { session_id: id } } }),
    ),
  );
  return useMutation({
    mutationFn: end,
    onMutate: async (id) => {
      if (!isFresh(client)) return undefined;
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData(key);
      client.setQueryData(key, (devices: Device[] | undefined) =>
        devices?.filter((device) => device.id !== id),
      );
      return { before };
    },
    onError: (_error, _id, asked) => {
      if (asked?.before) client.setQueryData(key, asked.before);
    },
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
};

export const useEndOtherSessions = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: useWithReauth(() => read(api.DELETE("/api/account/sessions"))),
    onSettled: () => client.invalidateQueries({ queryKey: devicesOptions.queryKey }),
  });
};

const tokensOptions = queryOptions({
  queryKey: ["tokens"],
  queryFn: async ({ signal }) => (await read(api.GET("/api/account/tokens", { signal }))).tokens,
});

export const useAccessTokens = () => useQuery(tokensOptions);

/** The answer holds the token itself, which is never shown again. */
export const useMakeAccessToken = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: useWithReauth((body: NewAccessToken) =>
      read(api.POST("/api/account/tokens", { body })),
    ),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensOptions.queryKey }),
  });
};

export const useRemoveAccessToken = () => {
  const client = useQueryClient();
  const key = tokensOptions.queryKey;
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE("/api/account/tokens/{token_id}", { params: { path: { token_id: id } } })),
    onSuccess: (_done, id) =>
      client.setQueryData(key, (tokens: AccessToken[] | undefined) =>
        tokens?.filter((token) => token.id !== id),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
};
