/** The session: the signed-in user, and the settings of this site. */
import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  useSuspenseQuery,
  type QueryClient,
} from "@tanstack/react-query";

import { api, done, read } from "../client";
import type { Session } from "../types";

export const sessionOptions = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal, client }) =>
    settle(client, await read(api.GET("/api/auth/session", { signal }))),
  staleTime: 5 * 60_000,
});

/** The session; the page waits for it above, so here it is always known. */
export const useSession = (): Session => useSuspenseQuery(sessionOptions).data;

/*
 * [Note: Ended, not signed out]
 * A session may end while a page still has files to send: it expired, or was ended from another device. While
 * somebody holds the person (holdPerson), that is no sign-out: the page stays, a dialog asks the same person to
 * sign in again, and what waits goes on then. Whoever else signs in there takes the page over as after a
 * sign-out. Signing out oneself always is one.
 */
const endedOptions = queryOptions({
  queryKey: ["session", "ended"],
  queryFn: () => Promise.resolve(false),
  initialData: false,
  staleTime: Infinity,
});

type Resume = () => void;
const holders = new WeakMap<QueryClient, Set<() => boolean>>();
const waiting = new WeakMap<QueryClient, Set<Resume>>();

/** Whether the session has ended under a page that is held; its person is still the session's `user`. */
export const useSessionEnded = (): boolean => useQuery(endedOptions).data;

const hasEnded = (client: QueryClient): boolean =>
  client.getQueryData(endedOptions.queryKey) === true;

/** Keeps the page for its person while `isNeeded` says so. Returns what lets go. */
export const holdPerson = (client: QueryClient, isNeeded: () => boolean): (() => void) => {
  const held = holders.get(client) ?? new Set();
  holders.set(client, held.add(isNeeded));
  return () => held.delete(isNeeded);
};

const isHeld = (client: QueryClient): boolean =>
  [...(holders.get(client) ?? [])].some((isNeeded) => isNeeded());

/** Whether requests would be made as this person, as far as this page knows. */
export const isPresent = (client: QueryClient, userId: string): boolean =>
  !hasEnded(client) && client.getQueryData(sessionOptions.queryKey)?.user?.id === userId;

/** Resolves once the person of an ended session has signed in again; never when somebody else does. */
export const untilSignedInAgain = (client: QueryClient): Promise<void> =>
  new Promise((resolve) => {
    const all = waiting.get(client) ?? new Set<Resume>();
    waiting.set(client, all.add(resolve));
  });

/** Called when any answer says not_signed_in. */
export const endSession = (client: QueryClient): void => {
  const user = client.getQueryData(sessionOptions.queryKey)?.user;
  if (user && isHeld(client)) client.setQueryData(endedOptions.queryKey, true);
  else forgetPerson(client);
};

const isOthers = (query: { queryKey: readonly unknown[] }): boolean =>
  query.queryKey[0] !== "session";

const resume = (client: QueryClient): void => {
  client.setQueryData(endedOptions.queryKey, false);
  const all = waiting.get(client);
  waiting.delete(client);
  for (const go of all ?? []) go();
  // What failed meanwhile is asked for again.
  void client.invalidateQueries({ predicate: isOthers });
};

/** What the page makes of the server's word on who is there: see [Note: Ended, not signed out]. */
const settle = (client: QueryClient, session: Session): Session => {
  const before = client.getQueryData(sessionOptions.queryKey)?.user;
  if (!before) return session;
  if (session.user?.id === before.id) {
    if (hasEnded(client)) resume(client);
    return session;
  }
  if (!session.user && (hasEnded(client) || isHeld(client))) {
    client.setQueryData(endedOptions.queryKey, true);
    return { ...session, user: before };
  }
  // After the answer is in its place.
  queueMicrotask(() => takeOver(client, session));
  return session;
};

const takeOver = (client: QueryClient, session: Session): void => {
  client.setQueryData(sessionOptions.queryKey, session);
  client.setQueryData(endedOptions.queryKey, false);
  client.removeQueries({ predicate: isOthers });
};

/**
 * Everything in the cache belongs to the person who fetched it: a change of person empties it. Whoever signs in
 * again finds it as it was.
 */
export const changePerson = (client: QueryClient, session: Session): void => {
  if (!hasEnded(client)) takeOver(client, session);
  else client.setQueryData(sessionOptions.queryKey, settle(client, session));
};

/** Notes until when the last proof of who is there holds. */
export const keepFresh = (client: QueryClient, until: string): void => {
  client.setQueryData(
    sessionOptions.queryKey,
    (session) => session && { ...session, fresh_until: until },
  );
};

/** Whether the last proof holds, so that none is asked for. */
export const isFresh = (client: QueryClient): boolean => {
  const until = client.getQueryData(sessionOptions.queryKey)?.fresh_until;
  return Boolean(until && new Date(until) > new Date());
};

/** Nobody is signed in any more, whatever was under way. */
export const forgetPerson = (client: QueryClient): void => {
  const session = client.getQueryData(sessionOptions.queryKey);
  if (session?.user) takeOver(client, { ...session, user: null, fresh_until: null });
};

export const useSignOut = () => {
  const client = useQueryClient();
  return useMutation({
    // What is still asked for would be refused, and look as if the session had ended by itself.
    onMutate: () => client.cancelQueries({ predicate: isOthers }),
    mutationFn: () => done(api.POST("/api/auth/logout")),
    onSuccess: () => forgetPerson(client),
  });
};

/** Lets go of a sign-in that awaits its second factor. */
export const useGiveUpSecondFactor = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => done(api.DELETE("/api/auth/second-factor")),
    onMutate: () =>
      client.setQueryData(
        sessionOptions.queryKey,
        (session) => session && { ...session, second_factor: null },
      ),
  });
};
