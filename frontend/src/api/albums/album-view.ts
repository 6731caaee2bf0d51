/** An album as one of the views, and which images are known to be in it. */
import type { QueryClient } from "@tanstack/react-query";

import type { AlbumView, Listing } from "../types";

/** Of what is known of albums themselves: their titles, counts and covers. */
export const albumsKey = ["albums"] as const;

const PREFIX = "album/";

export const albumView = (id: string): AlbumView => `${PREFIX}${id}`;

/** The id of the album that a view is; null: it is one of those that everybody has. */
export const albumOf = (view: Listing): string | null =>
  view.startsWith(PREFIX) ? view.slice(PREFIX.length) : null;

/**
 * [Note: Members of albums] An image does not say which albums it is in, so the ids that an album has are noted
 * when its buckets are loaded and when images are added or removed. An image that is deleted stays one of them:
 * the album has it again when it is restored.
 */
const members = new WeakMap<QueryClient, Map<string, Set<string>>>();

const membersOf = (client: QueryClient, albumId: string): Set<string> => {
  const albums = members.get(client) ?? new Map<string, Set<string>>();
  members.set(client, albums);
  const ids = albums.get(albumId) ?? new Set<string>();
  albums.set(albumId, ids);
  return ids;
};

export const isMember = (client: QueryClient, albumId: string, id: string): boolean =>
  members.get(client)?.get(albumId)?.has(id) === true;

/** Notes that images are in an album, or are not. Returns those for which that is new. */
export const setMembers = (
  client: QueryClient,
  albumId: string,
  ids: readonly string[],
  areIn: boolean,
): string[] => {
  const all = membersOf(client, albumId);
  const changed = ids.filter((id) => all.has(id) !== areIn);
  for (const id of changed) {
    if (areIn) all.add(id);
    else all.delete(id);
  }
  return changed;
};
