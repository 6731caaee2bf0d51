/** The scroll of a grid in React: what to render and what to load. */
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type RefObject,
} from "react";

import { GridScroll, type GridView, type Target } from "./grid-scroll";
import type { GridLayout } from "./layout-sections";

/** In the state of the history's entry, so that each entry has its own: back, reload and forward lead there. */
const PLACE = "gridPlace";
const NOTE_AFTER_MS = 150;

const historyState = (): Record<string, unknown> => {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null ? { ...state } : {};
};

const isTarget = (value: unknown): value is Target =>
  typeof value === "object" && value !== null && "kind" in value;

/** Keeps the place in the history's entry, and goes back to it. Only one grid of a page may. */
const usePlace = (scroll: GridScroll, isKept: boolean, isOpen: boolean): void => {
  const wasOpen = useRef(isOpen);
  useLayoutEffect(() => {
    if (!isKept) return;
    const before = window.history.scrollRestoration;
    // The browser would do so before what was looked at is there.
    window.history.scrollRestoration = "manual";
    const place = historyState()[PLACE];
    if (isTarget(place)) scroll.goTo(place);
    else window.scrollTo({ top: 0, behavior: "instant" });
    return () => {
      window.history.scrollRestoration = before;
    };
  }, [scroll, isKept]);

  useEffect(() => {
    if (!isKept) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const note = () => {
      window.history.replaceState({ ...historyState(), [PLACE]: scroll.place() }, "");
    };
    const stop = scroll.subscribe(() => {
      clearTimeout(timer);
      timer = setTimeout(note, NOTE_AFTER_MS);
    });
    window.addEventListener("pagehide", note);
    // The grid went along with the viewer, whose entry that was noted in; no scroll tells this one.
    if (wasOpen.current && !isOpen) timer = setTimeout(note, NOTE_AFTER_MS);
    wasOpen.current = isOpen;
    return () => {
      stop();
      clearTimeout(timer);
      window.removeEventListener("pagehide", note);
    };
  }, [scroll, isKept, isOpen]);
};

type GridScrollOptions = {
  ref: RefObject<HTMLElement | null>;
  layout: GridLayout;
  keepsPlace: boolean;
  /** A picture of it is in the viewer. */
  isOpen: boolean;
};

export const useGridScroll = ({
  ref,
  layout,
  keepsPlace,
  isOpen,
}: GridScrollOptions): { scroll: GridScroll; view: GridView; near: GridView } => {
  const [scroll] = useState(() => new GridScroll());
  useLayoutEffect(() => (ref.current ? scroll.attach(ref.current) : undefined), [ref, scroll]);
  usePlace(scroll, keepsPlace, isOpen);
  useLayoutEffect(() => scroll.follow(layout), [scroll, layout]);
  const view = useSyncExternalStore(scroll.subscribe, scroll.getView);
  const near = useSyncExternalStore(scroll.subscribe, scroll.getNear);
  return { scroll, view, near };
};
