/** One tab stop for the whole grid; arrows move it, and it comes back to where it belongs. */
import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type RefObject,
} from "react";

import type { GridScroll } from "./grid-scroll";
import {
  findSpot,
  stepAside,
  stepOver,
  stepToEnd,
  type Edge,
  type GridLayout,
  type Step,
} from "./layout-sections";

const focusTile = (grid: HTMLElement | null, id: string): boolean => {
  const tile = grid?.querySelector<HTMLElement>(`[data-image="${CSS.escape(id)}"]`);
  tile?.focus({ preventScroll: true });
  return tile !== null && tile !== undefined;
};

/** What gets the focus as soon as it is there. */
type Wanted = { id: string } | { key: string; edge: Edge };

/** The picture in the viewer; null while its moment is not known. */
export type OpenImage = { id: string; at: string | null };

type GridFocusOptions = {
  ref: RefObject<HTMLElement | null>;
  layout: GridLayout;
  scroll: GridScroll;
  open: OpenImage | null;
};

export const useGridFocus = ({ ref, layout, scroll, open }: GridFocusOptions) => {
  const [activeId, setActive] = useState<string | null>(null);
  const wanted = useRef<Wanted | null>(null);
  const lastSpot = useRef<{ key: string; index: number } | null>(null);
  const lastOpen = useRef<OpenImage | null>(null);

  const setActiveId = useCallback((id: string) => {
    // The focus went somewhere else meanwhile.
    wanted.current = null;
    setActive(id);
  }, []);

  /** The picture reached; null: it is to be loaded first. */
  const goTo = useCallback(
    (step: Step): string | null => {
      if ("edge" in step) {
        wanted.current = { key: step.section.key, edge: step.edge };
        scroll.goTo({ kind: "edge", ...wanted.current });
        return null;
      }
      const { id, timeline_at: at } = step.tile.image;
      scroll.goTo({ kind: "image", id, at, offset: null });
      // A tile that was far away is rendered by that scroll, and takes the focus in the effect below.
      wanted.current = focusTile(ref.current, id) ? null : { id };
      return id;
    },
    [ref, scroll],
  );

  useEffect(() => {
    const want = wanted.current;
    if (!want) return;
    const id =
      "id" in want
        ? want.id
        : layout.sections
            .find(({ key }) => key === want.key)
            ?.layout?.tiles.at(want.edge === "first" ? 0 : -1)?.image.id;
    if (id !== undefined && focusTile(ref.current, id)) wanted.current = null;
  });

  // The grid goes along with the viewer, so that closing it leads to the picture it showed last.
  const [openId, openAt] = [open?.id ?? null, open?.at ?? null];
  useEffect(() => {
    if (openId !== null) {
      if (openAt !== null) scroll.goTo({ kind: "image", id: openId, at: openAt, offset: null });
      lastOpen.current = { id: openId, at: openAt };
    } else if (lastOpen.current) {
      wanted.current = { id: lastOpen.current.id };
      if (focusTile(ref.current, lastOpen.current.id)) wanted.current = null;
      lastOpen.current = null;
    }
  }, [openId, openAt, scroll, ref]);

  // The picture with the focus is gone: the one that took its place gets it.
  useEffect(() => {
    if (activeId === null) return;
    const spot = findSpot(layout, activeId);
    if (spot) {
      lastSpot.current = { key: spot.section.key, index: spot.tile.index };
    } else if (document.activeElement === document.body && openId === null && lastSpot.current) {
      const { key, index } = lastSpot.current;
      const tiles = layout.sections.find((section) => section.key === key)?.layout?.tiles ?? [];
      // Without scrolling: it may have vanished while something else is being looked at.
      const heir = tiles[Math.min(index, tiles.length - 1)];
      if (heir) focusTile(ref.current, heir.image.id);
    }
  }, [activeId, layout, openId, ref]);

  /** The step of a key; undefined: it is none of the grid's keys. */
  const stepOf = (key: string): Step | null | undefined => {
    if (key === "Home") return stepToEnd(layout, "first");
    if (key === "End") return stepToEnd(layout, "last");
    const spot = findSpot(layout, activeId);
    if (!spot) return undefined;
    if (key === "ArrowLeft") return stepAside(layout, spot, -1);
    if (key === "ArrowRight") return stepAside(layout, spot, 1);
    if (key === "ArrowUp") return stepOver(layout, spot, -1);
    if (key === "ArrowDown") return stepOver(layout, spot, 1);
    return undefined;
  };

  const moveBy = (event: KeyboardEvent): string | null => {
    const step = stepOf(event.key);
    if (step === undefined) return null;
    event.preventDefault();
    return step && goTo(step);
  };

  return { activeId, setActiveId, moveBy };
};
