/** Context with the album of a selection: a gallery gives its actions the selection only. */
import { createContext, use } from "react";

import type { Album } from "@/api";

export const AlbumContext = createContext<Album | null>(null);

/** @throws Error outside an album's page. */
export const useThisAlbum = (): Album => {
  const album = use(AlbumContext);
  if (!album) throw new Error("useThisAlbum() is used outside an album");
  return album;
};
