/** A picture that does not load may only have an old signature: ask for a new one, once. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";

import { isWhole, refreshImages, type ListedImage } from "@/api";

/** Failures come in flocks when a page of signatures ends; one request answers them together. */
const GATHER_MS = 60;
/** A signature lasts longer than this: if the new one fails as well, the signature is not the trouble. */
const SIGNATURE_LASTS_MS = 60_000;

/** Returns what a tile calls when its thumbnail failed; false: its address is new already, give up. */
export const useRefreshExpiredUrl = (): ((image: ListedImage) => boolean) => {
  const client = useQueryClient();
  const tried = useRef(new Map<string, number>());
  const gathered = useRef(new Set<string>());

  return useCallback(
    (image) => {
      const path = isWhole(image) ? image.thumbnail_url?.split("?", 1)[0] : undefined;
      if (path === undefined) return false;
      const last = tried.current.get(path);
      if (last !== undefined && Date.now() - last < SIGNATURE_LASTS_MS) return false;
      tried.current.set(path, Date.now());
      if (gathered.current.size === 0) {
        setTimeout(() => {
          const ids = [...gathered.current];
          gathered.current.clear();
          // Should this fail too, the tiles show that they have no picture; nothing more to say.
          refreshImages(client, ids, { newUrls: true }).catch(() => undefined);
        }, GATHER_MS);
      }
      gathered.current.add(image.id);
      return true;
    },
    [client],
  );
};
