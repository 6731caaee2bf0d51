/** Proving once more who one is, by password or passkey: see [Note: Reauthentication]. */
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, read } from "../client";
import { keepFresh } from "./session";
import { getPasskey } from "./webauthn";

type Proof = { password: string; code?: string };

export const useConfirm = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Proof) => read(api.POST("/api/auth/confirm", { body })),
    onSuccess: ({ fresh_until }) => keepFresh(client, fresh_until),
  });
};

export const useConfirmByPasskey = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { public_key } = await read(api.POST("/api/auth/passkey/options", { body: {} }));
      const credential = { ...(await getPasskey(public_key)) };
      return read(api.POST("/api/auth/confirm/passkey", { body: { credential } }));
    },
    onSuccess: ({ fresh_until }) => keepFresh(client, fresh_until),
  });
};
