/**
 * What was typed and not yet saved, by picture. It stays while one looks at other pages, for the person who typed
 * it: it lies in the query cache, which a change of person empties. The browser asks before the tab goes.
 */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { Draft } from "@/components/descriptions/description-draft";

type Drafts = ReadonlyMap<string, Draft>;

const KEY = ["alt-text-drafts"];
const NONE: Drafts = new Map();

const keptIn = (client: QueryClient): Drafts => client.getQueryData<Drafts>(KEY) ?? NONE;

let askFirst: (event: Event) => void = () => undefined;

const keep = (client: QueryClient, drafts: Drafts): void => {
  client.setQueryDefaults(KEY, { gcTime: Infinity }); // however long one is elsewhere
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
  // What is shown is state: a cache tells of a change after the event, when the next key may have come, and React
  // has put the former text back into the field.
  const [drafts, setDrafts] = useState(() => keptIn(client));
  const change = (next: Drafts) => {
    keep(client, next);
    setDrafts(next);
  };
  const forget = (id: string) => {
    change(new Map([...keptIn(client)].filter(([of]) => of !== id)));
  };
  const note = (id: string, draft: Draft) => {
    change(new Map(keptIn(client)).set(id, draft));
  };
  return { drafts, note, forget };
};
