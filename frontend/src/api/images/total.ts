/** How large the originals of selected images are together. */
import { useQuery } from "@tanstack/react-query";

import { api, read } from "../client";
import type { ListedImage } from "./listed-image";

/** While more is being selected nothing is asked. */
const SETTLED_MS = 250;

const settled = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, SETTLED_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("Something else is selected", "AbortError"));
    });
  });

// Thousands of ids would be compared with each rendering.
const numbers = new WeakMap<readonly ListedImage[], number>();
let last = 0;
const numberOf = (images: readonly ListedImage[]): number => {
  const number = numbers.get(images) ?? (last += 1);
  numbers.set(images, number);
  return number;
};

/** In bytes; undefined while it is not known. Null: nothing is asked. */
export const useTotalSize = (images: readonly ListedImage[] | null): number | undefined =>
  useQuery({
    queryKey: ["images", "total", images && numberOf(images)],
    queryFn: async ({ signal }) => {
      await settled(signal);
      const ids = (images ?? []).map(({ id }) => id);
      return (await read(api.POST("/api/images/total", { signal, body: { ids } }))).size;
    },
    enabled: images !== null && images.length > 0,
    staleTime: Infinity,
    gcTime: 0,
  }).data;
