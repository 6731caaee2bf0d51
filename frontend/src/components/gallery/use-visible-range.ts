/** Which stretch of an element is on the screen, in steps, so that scrolling renders only now and then. */
import { useCallback, useSyncExternalStore, type RefObject } from "react";

const STEP = 200;
/** How much is kept ready beyond the screen, in screens. */
const AHEAD = 1;

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener("scroll", onChange, { passive: true });
  window.addEventListener("resize", onChange);
  return () => {
    window.removeEventListener("scroll", onChange);
    window.removeEventListener("resize", onChange);
  };
};

/** Top and bottom in the element's own pixels, with one screen more at each end. */
export const useVisibleRange = (
  ref: RefObject<HTMLElement | null>,
): { top: number; bottom: number } => {
  const read = useCallback(() => {
    const offset = ref.current?.getBoundingClientRect().top ?? 0;
    return Math.floor(-offset / STEP);
  }, [ref]);
  const step = useSyncExternalStore(subscribe, read);
  const screen = window.innerHeight;
  return { top: step * STEP - screen * AHEAD, bottom: (step + 1) * STEP + screen * (1 + AHEAD) };
};
