/** Who is signed in, and what this installation offers. */
import {
  queryOptions,
  useMutation,
  useQueryClient,
  useSuspenseQuery,
  type QueryClient,
} from "@tanstack/react-query";

import { api, done, read } from "./client";
import type { Session } from "./types";

export const sessionOptions = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => read(api.GET("/api/auth/session", { signal })),
  staleTime: 5 * 60_000,
});

/** The session; the page waits for it above, so here it is always known. */
export const useSession = (): Session => useSuspenseQuery(sessionOptions).data;

/** Everything in the cache belongs to the person who fetched it: a change of person empties it. */
export const changePerson = (client: QueryClient, session: Session): void => {
  client.setQueryData(sessionOptions.queryKey, session);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
};

/** Notes until when the last proof of who is there holds. */
export const keepFresh = (client: QueryClient, until: string): void => {
  client.setQueryData(
    sessionOptions.queryKey,
    (session) => session && { ...session, fresh_until: until },
  );
};

/** Called when any answer says not_signed_in: the session ended elsewhere. */
export const forgetPerson = (client: QueryClient): void => {
  const session = client.getQueryData(sessionOptions.queryKey);
  if (session?.user) changePerson(client, { ...session, user: null, fresh_until: null });
};

export const useSignOut = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => done(api.POST("/api/auth/logout")),
    onSuccess: () => forgetPerson(client),
  });
};
