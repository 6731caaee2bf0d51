/** Finds the tile of the open picture in a grid. */
import { useQuery } from "@tanstack/react-query";

import { imageOptions } from "./image-queries";
import { isTile, useStack } from "./stacks";
import { useKnownImages } from "./timeline-queries";
import type { Image, View } from "../types";

/** What is known of an image; null: nothing yet. */
const useKnown = (id: string | null): Image | null => {
  const known = useKnownImages().get(id ?? "");
  const { data } = useQuery({
    ...imageOptions(id ?? ""),
    enabled: id !== null && known === undefined,
  });
  return known ?? data ?? null;
};

/** The wall clock by which an image stands in the timeline; null while it is not known. */
export const useMomentOf = (id: string | null): string | null => useKnown(id)?.timeline_at ?? null;

/** What stands for an image in a view: where the timeline folds it, the cover of its stack. */
export const useTile = (image: Image | null, view: View): Image | null => {
  const isFolded = view === "timeline" && image?.is_folded === true;
  const stack = useStack(isFolded ? image : null);
  return isFolded ? (stack?.images.find(isTile) ?? null) : image;
};

/** Where the grid shows an image that is open; its moment is null while that is not known. */
export const useOpenTile = (
  id: string | null,
  view: View,
): { id: string; at: string | null } | null => {
  const tile = useTile(useKnown(id), view);
  if (id === null) return null;
  return tile ? { id: tile.id, at: tile.timeline_at } : { id, at: null };
};
