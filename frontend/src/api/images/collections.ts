/** Albums and tags as views, and which images are known to be in them. */
import type { QueryClient } from "@tanstack/react-query";

import type { AlbumView, Collection, Listing, TagView } from "../types";

/** Of what is known of albums themselves: their titles, counts and covers. */
export const albumsKey = ["albums"] as const;
/** Of tags themselves: their paths and counts. */
export const tagsKey = ["tags"] as const;
/** Of what stands for saved searches: their newest pictures and how many there are. */
export const firstFoundKey = ["saved-searches", "first"] as const;

const ALBUM = "album/";
const TAG = "tag/";

const idIn = (view: Listing, prefix: string): string | null =>
  view.startsWith(prefix) ? view.slice(prefix.length) : null;

export const albumView = (id: string): AlbumView => `${ALBUM}${id}`;
export const tagView = (id: string): TagView => `${TAG}${id}`;

/** The id of the album that a view is; null: it is none. */
export const albumOf = (view: Listing): string | null => idIn(view, ALBUM);
export const tagOf = (view: Listing): string | null => idIn(view, TAG);

/** Whether it is not one of the views that everybody has. */
export const isCollection = (view: Listing): view is Collection =>
  view.startsWith(ALBUM) || view.startsWith(TAG);

/**
 * [Note: Members of collections] An image does not say which albums it is in, nor which tags it has. So the ids
 * that an album or a tag has are noted when its buckets are loaded and when images are added to albums or removed.
 * An image that is deleted stays one of them: the album has it again when it is restored.
 */
const members = new WeakMap<QueryClient, Map<Collection, Set<string>>>();

const membersOf = (client: QueryClient, view: Collection): Set<string> => {
  const all = members.get(client) ?? new Map<Collection, Set<string>>();
  members.set(client, all);
  const ids = all.get(view) ?? new Set<string>();
  all.set(view, ids);
  return ids;
};

export const isMember = (client: QueryClient, view: Collection, id: string): boolean =>
  members.get(client)?.get(view)?.has(id) === true;

/** Notes that images are in an album, or have a tag, or not. Returns those for which that is new. */
export const setMembers = (
  client: QueryClient,
  view: Collection,
  ids: readonly string[],
  areIn: boolean,
): string[] => {
  const all = membersOf(client, view);
  const changed = ids.filter((id) => all.has(id) !== areIn);
  for (const id of changed) {
    if (areIn) all.add(id);
    else all.delete(id);
  }
  return changed;
};
