/** Keeps what someone is looking at where it is when pictures appear, move or vanish above it. */
import { useLayoutEffect, useRef, type RefObject } from "react";

import type { Layout } from "./layout-days";

/** Nearer to the top than this, new pictures may push the others down: that is how they are seen to arrive. */
const TOP_ZONE = 80;

/** How far the pictures on the screen have moved: the first of them that is still there tells. */
export const shiftOf = (before: Layout, after: Layout, top: number): number => {
  const places = new Map(after.tiles.map((tile) => [tile.image.id, tile.y]));
  for (const tile of before.tiles) {
    if (tile.y + tile.height <= top) continue;
    const y = places.get(tile.image.id);
    if (y !== undefined) return y - tile.y;
  }
  return 0;
};

export const useScrollAnchor = (ref: RefObject<HTMLElement | null>, layout: Layout): void => {
  const last = useRef<Layout | null>(null);
  useLayoutEffect(() => {
    const before = last.current;
    last.current = layout;
    if (!before || before === layout || !ref.current) return;
    const top = -ref.current.getBoundingClientRect().top;
    if (top < TOP_ZONE) return;
    const shift = shiftOf(before, layout, top);
    if (shift !== 0) window.scrollBy({ top: shift, behavior: "instant" });
  }, [layout, ref]);
};
