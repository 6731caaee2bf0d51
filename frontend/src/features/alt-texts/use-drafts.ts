/**
 * What was typed and not yet saved, by picture. It stays while one looks at other pages, for the person who typed
 * it: it lies in the query cache, which a change of person empties. The browser asks before the tab goes.
 */
import { skipToken, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import type { Draft } from "@/components/descriptions/description-draft";

type Drafts = ReadonlyMap<string, Draft>;

const KEY = ["alt-text-drafts"];
const NONE: Drafts = new Map();

const keptIn = (client: QueryClient): Drafts => client.getQueryData<Drafts>(KEY) ?? NONE;

let askFirst: (event: Event) => void = () => undefined;

const keep = (client: QueryClient, drafts: Drafts): void => {
  client.setQueryData(KEY, drafts);
  // Only while there is something: a page that listens cannot be kept for the browser's back button.
  window.removeEventListener("beforeunload", askFirst);
  if (drafts.size === 0) return;
  askFirst = (event) => {
    if (keptIn(client).size > 0) event.preventDefault();
  };
  window.addEventListener("beforeunload", askFirst);
};

export const useDrafts = () => {
  const client = useQueryClient();
  const { data: drafts = NONE } = useQuery<Drafts>({
    queryKey: KEY,
    queryFn: skipToken,
    initialData: NONE,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  const forget = (id: string) =>
    keep(client, new Map([...keptIn(client)].filter(([of]) => of !== id)));
  const note = (id: string, draft: Draft) => keep(client, new Map(keptIn(client)).set(id, draft));
  return { drafts, note, forget };
};
