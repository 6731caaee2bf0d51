/** Queries and mutations for sign-in methods. What is hard to undo is confirmed first: [Note: Reauthentication]. */
import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { accountOptions } from "./account";
import { api, done, read } from "../client";
import { lookAgain, securityOptions, useWithReauth } from "../auth/reauth";
import { sessionOptions } from "../auth/session";
import type { Security } from "../types";
import { createPasskey } from "../auth/webauthn";

export const useSecurity = () => useQuery(securityOptions);

/** Who the person is says the session as well: whether there is a password, whether the address is proved. */
const lookAgainAtPerson = (client: QueryClient) =>
  Promise.all([
    lookAgain(client),
    client.invalidateQueries({ queryKey: sessionOptions.queryKey }),
    client.invalidateQueries({ queryKey: accountOptions.queryKey }),
  ]);

/** A mutation after which this page's facts are fetched again. */
const useChange = <Variables, Answer>(
  change: (variables: Variables) => Promise<Answer>,
  after: (client: QueryClient) => Promise<unknown> = lookAgain,
) => {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => after(client) });
};

export const useAskForEmail = () =>
  useChange(
    useWithReauth((email: string) => done(api.POST("/api/account/email", { body: { email } }))),
  );

/** Sets or changes it; all other sessions end. */
export const useSetPassword = () =>
  useChange(
    useWithReauth((password: string) =>
      done(api.POST("/api/account/password", { body: { password } })),
    ),
    async (client) => {
      await Promise.all([
        lookAgainAtPerson(client),
        client.invalidateQueries({ queryKey: ["devices"] }),
      ]);
    },
  );

/** Has this device make a passkey. The first factor of an account comes with recovery codes. */
export const useAddPasskey = () => {
  const begin = useWithReauth(() => read(api.POST("/api/account/passkeys/options", { body: {} })));
  const keep = useWithReauth((body: { credential: Record<string, unknown>; name: string }) =>
    read(api.POST("/api/account/passkeys", { body })),
  );
  return useChange(async (name: string) => {
    const { public_key } = await begin();
    const credential = { ...(await createPasskey(public_key)) };
    return keep({ credential, name });
  });
};

type NewName = { id: string; name: string };

const withName = (security: Security, { id, name }: NewName): Security => ({
  ...security,
  passkeys: security.passkeys.map((passkey) =>
    passkey.id === id ? { ...passkey, name } : passkey,
  ),
});

/** Shows the new name at once, and the old one again if the server refuses. */
export const useRenamePasskey = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, name }: NewName) =>
      read(
        api.PATCH("/api/account/passkeys/{passkey_id}", {
          params: { path: { passkey_id: id } },
          body: { name },
        }),
      ),
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey: securityOptions.queryKey });
      const before = client.getQueryData(securityOptions.queryKey);
      if (before) client.setQueryData(securityOptions.queryKey, withName(before, change));
      return { before };
    },
    onError: (_error, _change, asked) => {
      if (asked?.before) client.setQueryData(securityOptions.queryKey, asked.before);
    },
    onSettled: () => lookAgain(client),
  });
};

export const useRemovePasskey = () =>
  useChange(
    useWithReauth((id: string) =>
      done(
        api.DELETE("/api/account/passkeys/{passkey_id}", { params: { path: { passkey_id: id } } }),
      ),
    ),
  );

/** A secret for an authenticator app; it asks for nothing until a first code was right. */
export const useBeginTotp = () => {
  const begin = useWithReauth(() => read(api.POST("/api/account/totp", { body: {} })));
  return useMutation({ mutationFn: () => begin() });
};

export const useFinishTotp = () =>
  useChange(
    useWithReauth((code: string) =>
      read(api.POST("/api/account/totp/confirm", { body: { code } })),
    ),
  );

export const useRemoveTotp = () => {
  const remove = useWithReauth(() => done(api.DELETE("/api/account/totp")));
  return useChange(() => remove());
};

export const useMakeRecoveryCodes = () => {
  const make = useWithReauth(() => read(api.POST("/api/account/recovery-codes", { body: {} })));
  return useChange(() => make());
};

/** Leaves for a provider to link an account there; the way back leads to `next`. */
export const useLinkIdentity = () => {
  const start = useWithReauth(({ provider, next }: { provider: string; next: string }) =>
    read(
      api.POST("/api/auth/openid/{provider}/start", {
        params: { path: { provider } },
        body: { purpose: "link", next },
      }),
    ),
  );
  return useMutation({
    mutationFn: start,
    onSuccess: ({ location }) => window.location.assign(location),
  });
};

export const useUnlinkIdentity = () =>
  useChange(
    useWithReauth((id: string) =>
      done(
        api.DELETE("/api/account/identities/{identity_id}", {
          params: { path: { identity_id: id } },
        }),
      ),
    ),
  );
