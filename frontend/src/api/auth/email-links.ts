/** Mutations that request e-mails, and for the links in them. */
import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type Query,
} from "@tanstack/react-query";

import { api, done, read, readIfAny } from "../client";
import { toProblem } from "../problem";

/** What is said of the person and of how they sign in, and may be on no page at the moment. */
const isOfPerson = ({ queryKey }: Query): boolean =>
  ["account", "security", "activity"].includes(String(queryKey[0])) ||
  (queryKey[0] === "session" && queryKey.length === 1);

/** Ask to join with an address. The answer says nothing about the address; the mail does. */
export const useAskToJoin = () =>
  useMutation({
    mutationFn: (body: { email: string; invite?: string }) =>
      read(api.POST("/api/auth/register", { body })),
  });

export const useAskForReset = () =>
  useMutation({
    mutationFn: (body: { email: string }) => read(api.POST("/api/auth/reset", { body })),
  });

/** Proves an address with the token from its mail; whoever is signed in may have another one then. */
export const useVerify = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { token: string }) => read(api.POST("/api/auth/verify", { body })),
    onSuccess: () => client.invalidateQueries({ predicate: isOfPerson }),
  });
};

// Beside the session: these outlast the change of person that they bring about.
const look = <Found>(kind: string, token: string, ask: (signal: AbortSignal) => Promise<Found>) =>
  queryOptions({
    queryKey: ["session", kind, token],
    queryFn: ({ signal }) => ask(signal),
    staleTime: Infinity,
    gcTime: 0,
  });

export const useWelcomeLink = (token: string) =>
  useQuery(
    look("welcome", token, (signal) =>
      read(api.POST("/api/auth/welcome/look", { body: { token }, signal })),
    ),
  );

export const useResetLink = (token: string) =>
  useQuery(
    look("reset", token, (signal) =>
      read(api.POST("/api/auth/reset/look", { body: { token }, signal })),
    ),
  );

export const useFormerAddress = (token: string) =>
  useQuery(
    look("former-address", token, (signal) =>
      read(api.POST("/api/auth/former-address/look", { body: { token }, signal })),
    ),
  );

export const useInvite = (token: string) =>
  useQuery(
    look("invite", token, (signal) =>
      read(api.POST("/api/auth/invites/look", { body: { token }, signal })),
    ),
  );

/** The provider's identity that waits in this browser for its account's own proof; null when none does. */
export const useWaitingLink = () =>
  useQuery({
    queryKey: ["session", "waiting"],
    queryFn: ({ signal }) => readIfAny(api.GET("/api/auth/openid/waiting", { signal })),
    gcTime: 0,
  });

const LOOK_EVERY_MS = 2_000;

const isLocked = (error: unknown): boolean =>
  error !== null && toProblem(error).code === "mailbox_locked";

/** Local mode: lets this browser read the machine's mails, by the key in the address that the launcher printed. */
export const useOpenMailbox = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => done(api.POST("/api/local/mailbox", { body: { key } })),
    onSuccess: () => client.resetQueries({ queryKey: ["session", "mails"] }),
  });
};

/** Local mode: the mails that were written, newest first. Refused until `useOpenMailbox` was. */
export const useMails = (to: string | null) =>
  useQuery({
    queryKey: ["session", "mails", to],
    queryFn: ({ signal }) =>
      read(api.GET("/api/local/mails", { params: { query: to === null ? {} : { to } }, signal })),
    retry: (failures, error) => !isLocked(error) && failures < 3,
    refetchInterval: ({ state }) => (isLocked(state.error) ? false : LOOK_EVERY_MS),
  });
