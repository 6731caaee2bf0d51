/** Downloads pictures of the person who is signed in, for as long as they are. */
import type { QueryClient } from "@tanstack/react-query";

import { isPresent, sessionOptions } from "@/api";

import { openDownload } from "./open-download";
import { ownPictures } from "./zip-source";

const isOfSession = (query: { queryKey: readonly unknown[] }): boolean =>
  query.queryKey[0] === "session";

/** Calls `onGone` once whoever is signed in now is not any more. Returns what ends that. */
export const untilGone = (client: QueryClient, onGone: () => void): (() => void) => {
  const id = client.getQueryData(sessionOptions.queryKey)?.user?.id ?? "";
  const end = client.getQueryCache().subscribe(({ query }) => {
    if (!isOfSession(query) || isPresent(client, id)) return;
    end();
    // Not while a page is being drawn.
    queueMicrotask(onGone);
  });
  return end;
};

export const downloadOwn = (client: QueryClient, ...of: Parameters<typeof ownPictures>): void =>
  openDownload(ownPictures(...of), (onGone) => untilGone(client, onGone));
