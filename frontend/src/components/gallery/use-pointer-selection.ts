/** Selecting by pointer beyond single clicks: dragging across pictures with a mouse, a long press with a finger. */
import { useEffect, useRef, type Dispatch, type MouseEvent, type PointerEvent } from "react";

import type { ListedImage } from "@/api";

import type { GalleryList } from "./gallery-list";
import { findSpot, type GridLayout } from "./layout-sections";
import { ignoreNextClick, listenUntil } from "./pointer-drag";
import { MAX_SELECTED, type Selection, type SelectionAction } from "./selection";

/** A pointer that moves less has not moved: hands and fingers tremble. */
const TREMBLE = 8;
const LONG_PRESS_MS = 450;
/** So near to the window's edge a drag scrolls, by at most so much in each frame. */
const EDGE = 90;
const MAX_SCROLL = 28;

type Press = { image: ListedImage; x: number; y: number };

type PointerSelectionOptions = {
  list: GalleryList;
  layout: GridLayout;
  selection: Selection;
  onSelect: Dispatch<SelectionAction>;
};

const idAt = (target: Element | null): string | null =>
  target?.closest("[data-tile]")?.getAttribute("data-tile") ?? null;

/** How far a drag at this height scrolls. */
export const scrollAt = (y: number, windowHeight: number): number => {
  const beyond = y < EDGE ? y - EDGE : Math.max(0, y - windowHeight + EDGE);
  return Math.round(Math.max(-1, Math.min(1, beyond / EDGE)) * MAX_SCROLL);
};

const hasMoved = (press: Press, { clientX: x, clientY: y }: { clientX: number; clientY: number }) =>
  Math.hypot(x - press.x, y - press.y) > TREMBLE;

/** One drag across pictures, from where the button went down until it is let go. Returns what gives it up. */
const followDrag = (press: Press, options: () => PointerSelectionOptions): (() => void) => {
  const before = options().selection;
  const over = new AbortController();
  let [x, y] = [press.x, press.y];
  let isDragging = false;
  let reached: string | null = null;
  let frame = 0;

  const reach = (): void => {
    const id = idAt(document.elementFromPoint(x, y));
    const image = findSpot(options().layout, id)?.tile.image;
    if (!image || id === reached) return;
    reached = id;
    // What fails here is tried again with the next picture that is reached.
    void options()
      .list.loadBetween(press.image, image, MAX_SELECTED)
      .then((images) => {
        if (reached === id) options().onSelect({ type: "span", before, images });
      })
      .catch(() => undefined);
  };
  const scroll = (): void => {
    const by = scrollAt(y, window.innerHeight);
    if (by !== 0) window.scrollBy({ top: by, behavior: "instant" });
    reach();
    frame = requestAnimationFrame(scroll);
  };
  const end = (): void => {
    cancelAnimationFrame(frame);
    over.abort();
  };
  const giveUp = (): void => {
    reached = null;
    if (isDragging) options().onSelect({ type: "span", before, images: [] });
    end();
  };
  const listen = listenUntil(over.signal);

  listen("pointermove", (event) => {
    [x, y] = [event.clientX, event.clientY];
    if (isDragging || !hasMoved(press, event)) return;
    isDragging = true;
    scroll();
  });
  listen("pointerup", () => {
    if (isDragging) reach();
    end();
    if (!isDragging) return;
    ignoreNextClick();
  });
  listen("pointercancel", giveUp);
  listen("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    giveUp();
  });
  return end;
};

export const usePointerSelection = (options: PointerSelectionOptions) => {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const endDrag = useRef<() => void>(() => undefined);
  /** While a finger is down. */
  const longPress = useRef<{ press: Press; timer: ReturnType<typeof setTimeout> } | null>(null);
  const isTouched = useRef(false);
  const hasPressedLong = useRef(false);

  const stopLongPress = () => {
    clearTimeout(longPress.current?.timer);
    longPress.current = null;
  };
  useEffect(
    () => () => {
      endDrag.current();
      clearTimeout(longPress.current?.timer);
    },
    [],
  );

  const onPointerDown = (event: PointerEvent) => {
    stopLongPress();
    hasPressedLong.current = false;
    isTouched.current = event.pointerType === "touch";
    const target = event.target instanceof Element ? event.target : null;
    const image = findSpot(latest.current.layout, idAt(target))?.tile.image;
    if (!image || event.button !== 0 || !event.isPrimary) return;
    const press = { image, x: event.clientX, y: event.clientY };
    if (isTouched.current) {
      const timer = setTimeout(() => {
        longPress.current = null;
        hasPressedLong.current = true;
        latest.current.onSelect({ type: "toggle", image });
      }, LONG_PRESS_MS);
      longPress.current = { press, timer };
    } else if (!event.shiftKey && !latest.current.selection.images.has(image.id)) {
      endDrag.current();
      endDrag.current = followDrag(press, () => latest.current);
    }
  };
  const onPointerMove = (event: PointerEvent) => {
    if (longPress.current && hasMoved(longPress.current.press, event)) stopLongPress();
  };
  const onContextMenu = (event: MouseEvent) => {
    // The menu of a link; on iOS, which has no such event, a style keeps it away.
    if (isTouched.current) event.preventDefault();
  };
  const onClickCapture = (event: MouseEvent) => {
    if (!hasPressedLong.current) return;
    // The finger that pressed long is lifted.
    hasPressedLong.current = false;
    event.preventDefault();
    event.stopPropagation();
  };

  return {
    onPointerDown,
    onPointerMove,
    onPointerUp: stopLongPress,
    onPointerCancel: stopLongPress,
    onContextMenu,
    onClickCapture,
  };
};
