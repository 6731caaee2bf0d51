/** A picture that does not load may only have an old signature: ask for a new one, once per address. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";

import { refreshImages, type Image } from "@/api";

/** Failures come in flocks when a page of signatures ends; one request answers them together. */
const GATHER_MS = 60;

/** Returns what a tile calls when its thumbnail failed; false: this address was already replaced, give up. */
export const useFreshUrls = (): ((image: Image) => boolean) => {
  const client = useQueryClient();
  const tried = useRef(new Set<string>());
  const gathered = useRef(new Set<string>());

  return useCallback(
    (image) => {
      const path = image.thumbnail_url?.split("?", 1)[0];
      if (path === undefined || image.thumbnail_url === null) return false;
      if (tried.current.has(image.thumbnail_url)) return false;
      tried.current.add(image.thumbnail_url);
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
