/** All ways in: each ends with the answer that says who is signed in, or which second factor is awaited. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { api, read } from "../client";
import { changePerson } from "./session";
import type { Session } from "../types";
import { getPasskey } from "./webauthn";

const useSignInMutation = <Proof>(enter: (proof: Proof) => Promise<Session>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: enter,
    onSuccess: (session) => changePerson(client, session),
  });
};

type Credentials = { email: string; password: string };
type NewPassword = { token: string; password: string };
/** `link`: the provider's identity that waits in this browser is linked along with it. */
type MayLink = { link?: boolean };

export const useSignIn = () =>
  useSignInMutation((body: Credentials & MayLink) => read(api.POST("/api/auth/login", { body })));

export const useSecondFactor = () =>
  useSignInMutation((body: { code: string }) =>
    read(api.POST("/api/auth/second-factor", { body })),
  );

export const useMakeFirst = () =>
  useSignInMutation((body: Credentials & { code?: string }) =>
    read(api.POST("/api/auth/first", { body })),
  );

export const useWelcome = () =>
  useSignInMutation((body: NewPassword) => read(api.POST("/api/auth/welcome", { body })));

export const useAcceptInvite = () =>
  useSignInMutation((body: NewPassword & { email: string }) =>
    read(api.POST("/api/auth/invites/accept", { body })),
  );

export const useFinishReset = () =>
  useSignInMutation((body: NewPassword) => read(api.POST("/api/auth/reset/finish", { body })));

const passkeyBesideLink = async (token: string) => {
  const { public_key } = await read(
    api.POST("/api/auth/former-address/passkey/options", { body: { token } }),
  );
  return { ...(await getPasskey(public_key)) };
};

/** Puts a former address back by the token from its mail, and sets a new password. @throws as usePasskeySignIn */
export const useRestoreAddress = () =>
  useSignInMutation(
    async ({ byPasskey, ...body }: NewPassword & { code?: string; byPasskey: boolean }) => {
      const proof = byPasskey ? { credential: await passkeyBesideLink(body.token) } : {};
      return read(api.POST("/api/auth/former-address/restore", { body: { ...body, ...proof } }));
    },
  );

type PasskeyAsking = MayLink & { signal?: AbortSignal; conditional?: boolean };

/** Also gives the second factor that is awaited. @throws ApiProblem of getPasskey() or of the server */
export const usePasskeySignIn = () =>
  useSignInMutation(async ({ link = false, ...asking }: PasskeyAsking) => {
    const { public_key } = await read(
      api.POST("/api/auth/passkey/options", {
        body: {},
        ...(asking.signal ? { signal: asking.signal } : {}),
      }),
    );
    const credential = { ...(await getPasskey(public_key, asking)) };
    return read(api.POST("/api/auth/passkey", { body: { credential, link } }));
  });

type Trip = MayLink & {
  provider: string;
  purpose: "sign_in" | "link" | "confirm";
  next: string;
  invite?: string;
};

/** Leaves for a provider, who sends the person back to `next`. */
export const useLeaveForProvider = () =>
  useMutation({
    mutationFn: async ({ provider, ...body }: Trip) => {
      const { location } = await read(
        api.POST("/api/auth/openid/{provider}/start", { params: { path: { provider } }, body }),
      );
      window.location.assign(location);
    },
  });

/** Goes to a provider in another tab, for a page that must not be left. `tab` was opened by the press itself. */
export const useSignInInTab = () =>
  useMutation({
    mutationFn: async ({
      provider,
      next,
      tab,
    }: {
      provider: string;
      next: string;
      tab: Window;
    }) => {
      try {
        const { location } = await read(
          api.POST("/api/auth/openid/{provider}/start", {
            params: { path: { provider } },
            body: { purpose: "sign_in", next },
          }),
        );
        tab.location.replace(location);
      } catch (error) {
        tab.close();
        throw error;
      }
    },
  });

const THINKING_MS = 400;

/** The value, once it has not changed for a moment. */
const useSettled = (value: string): string => {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), THINKING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
};

/**
 * What the server thinks of a password that is being chosen; undefined while nobody knows.
 * It is asked for nothing shorter than `least`, and what was typed leaves the cache with the field.
 */
export const usePasswordOpinion = (
  typed: string,
  { email, least }: { email?: string; least: number },
) => {
  const password = useSettled(typed);
  return useQuery({
    queryKey: ["session", "password", password, email],
    queryFn: ({ signal }) =>
      read(
        api.POST("/api/auth/password/check", {
          body: { password, ...(email === undefined ? {} : { email }) },
          signal,
        }),
      ),
    enabled: Array.from(password).length >= least,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  }).data;
};
