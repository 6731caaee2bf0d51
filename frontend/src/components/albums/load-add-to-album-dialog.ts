/** Loads the dialog before it is asked for: what is typed before it stands would be lost. */
import { useEffect } from "react";

export const loadAddToAlbumDialog = async () => ({
  default: (await import("./AddToAlbumDialog")).AddToAlbumDialog,
});

/** What fails here is asked for again when it is needed, and the page says so then. */
export const useLoadAhead = (load: () => Promise<unknown>): void => {
  useEffect(() => {
    load().catch(() => undefined);
  }, [load]);
};
