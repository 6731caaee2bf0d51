/** Queries for the policy of the user's storage session, and for testing it. */
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";

import { api, read } from "../client";

const isolationOptions = queryOptions({
  queryKey: ["isolation"],
  queryFn: async ({ signal }) => await read(api.GET("/api/account/isolation", { signal })),
});

export const useIsolation = () => useQuery(isolationOptions);

/** What storage said, to this browser. */
export type StorageAnswer = {
  status: number;
  /** Of a refusal: AccessDenied and the like; null: none was told. */
  code: string | null;
  /** As it came; of pictures nothing. */
  text: string;
};

export type Probed = { key: string; others: StorageAnswer; own: StorageAnswer | null };

const MAX_TEXT = 2_000;

const ask = async (url: string, headers: Record<string, string> = {}): Promise<StorageAnswer> => {
  const answer = await fetch(url, { headers, credentials: "omit", cache: "no-store" });
  const isPicture = answer.ok;
  const text = isPicture ? "" : (await answer.text()).slice(0, MAX_TEXT);
  if (isPicture) await answer.body?.cancel();
  return { status: answer.status, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? null, text };
};

/** Reads somebody else's object with one's own session, and then a picture of one's own. */
export const useProbe = () =>
  useMutation({
    mutationFn: async (address: string | null): Promise<Probed> => {
      const call = api.POST("/api/account/isolation/probe", { body: { address } });
      const { url, headers, key, own_url: ownUrl } = await read(call);
      const others = await ask(url, headers);
      return { key, others, own: ownUrl === null ? null : await ask(ownUrl) };
    },
  });
