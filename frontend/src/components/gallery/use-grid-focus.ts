/** One tab stop for the whole grid; arrows move it, and it comes back to where it belongs. */
import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type RefObject,
} from "react";

import { verticalNeighbour, type Layout } from "./layout-days";

/** What covers the page's edges: header and sticky heading above, the bar of a phone below. */
const COVERED_ABOVE = 116;
const COVERED_BELOW = 88;

const scrollTo = (grid: HTMLElement, y: number, height: number): void => {
  const top = grid.getBoundingClientRect().top + y;
  const above = top - COVERED_ABOVE;
  const below = top + height + COVERED_BELOW - window.innerHeight;
  if (above < 0) window.scrollBy({ top: above, behavior: "instant" });
  else if (below > 0) window.scrollBy({ top: below, behavior: "instant" });
};

const focusTile = (grid: HTMLElement | null, id: string): boolean => {
  const tile = grid?.querySelector<HTMLElement>(`[data-image="${CSS.escape(id)}"]`);
  tile?.focus({ preventScroll: true });
  return tile !== null && tile !== undefined;
};

type GridFocus = {
  /** The picture that had the focus last. */
  activeId: string | null;
  setActiveId: (id: string) => void;
  /** Moves the focus by an arrow key. Returns the id it went to, or null if the key means nothing here. */
  moveBy: (event: KeyboardEvent) => string | null;
};

export const useGridFocus = (
  ref: RefObject<HTMLElement | null>,
  layout: Layout,
  openId: string | null,
): GridFocus => {
  const [activeId, setActiveId] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);
  const lastIndex = useRef(0);
  const lastOpen = useRef<string | null>(null);

  const goTo = useCallback(
    (index: number): string | null => {
      const tile = layout.tiles[index];
      if (!tile || !ref.current) return null;
      scrollTo(ref.current, tile.y, tile.height);
      // A tile that was far away is rendered by that scroll, and takes the focus in the effect below.
      const { id } = tile.image;
      wanted.current = focusTile(ref.current, id) ? null : id;
      return id;
    },
    [layout, ref],
  );

  useEffect(() => {
    if (wanted.current !== null && focusTile(ref.current, wanted.current)) wanted.current = null;
  });

  // The viewer closed: back to the picture it showed last.
  useEffect(() => {
    const closed = openId === null ? lastOpen.current : null;
    lastOpen.current = openId;
    if (closed !== null) goTo(layout.tiles.findIndex(({ image }) => image.id === closed));
  }, [openId, layout, goTo]);

  // The picture with the focus is gone: the one that took its place gets it.
  useEffect(() => {
    if (activeId === null) return;
    const index = layout.tiles.findIndex(({ image }) => image.id === activeId);
    if (index !== -1) lastIndex.current = index;
    else if (document.activeElement === document.body && openId === null) {
      // Without scrolling: it may have vanished while something else is being looked at.
      const heir = layout.tiles[Math.min(lastIndex.current, layout.tiles.length - 1)];
      if (heir) focusTile(ref.current, heir.image.id);
    }
  }, [activeId, layout, openId, ref]);

  const moveBy = (event: KeyboardEvent): string | null => {
    const at = layout.tiles.findIndex(({ image }) => image.id === activeId);
    const steps: Partial<Record<string, () => number | null>> = {
      ArrowLeft: () => at - 1,
      ArrowRight: () => at + 1,
      ArrowUp: () => verticalNeighbour(layout, at, -1),
      ArrowDown: () => verticalNeighbour(layout, at, 1),
      Home: () => 0,
      End: () => layout.tiles.length - 1,
    };
    const next = steps[event.key]?.();
    if (next === undefined) return null;
    event.preventDefault();
    return next === null ? null : goTo(next);
  };

  return { activeId, setActiveId, moveBy };
};
