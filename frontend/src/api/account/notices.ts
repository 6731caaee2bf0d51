/** Mutations of the notices above every page. The first load has these, and not the rest of settings. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { accountOptions } from "./account";
import { api, done } from "../client";
import { lookAgain } from "../auth/reauth";
import { sessionOptions } from "../auth/session";

export const keepDeletion = (client: QueryClient, delete_after: string | null): void => {
  client.setQueryData(sessionOptions.queryKey, (session) =>
    session?.user ? { ...session, user: { ...session.user, delete_after } } : session,
  );
  void client.invalidateQueries({ queryKey: accountOptions.queryKey });
};

export const useKeepAccount = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => done(api.DELETE("/api/account/deletion")),
    onSuccess: () => keepDeletion(client, null),
  });
};

export const useVerifyEmail = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => done(api.POST("/api/account/email/verify")),
    onSuccess: () => lookAgain(client),
  });
};
