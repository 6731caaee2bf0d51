/** Whether the mouse has rested for a while, so that controls can be hidden. */
import { useEffect, useState, type RefObject } from "react";

const RESTS_MS = 3_000;

/** Never while the pointer is on, or the focus in, something of `controls`. Fingers hide it by a tap. */
export const useIdle = (controls: RefObject<HTMLElement | null>): boolean => {
  const [isIdle, setIsIdle] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isInUse = () => Boolean(controls.current?.querySelector(":hover, :focus-visible"));
    const rest = () => {
      if (!isInUse()) setIsIdle(true);
    };
    const wake = () => {
      clearTimeout(timer);
      setIsIdle(false);
      timer = setTimeout(rest, RESTS_MS);
    };
    const move = ({ pointerType }: PointerEvent) => {
      if (pointerType === "mouse") wake();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("keydown", wake);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("keydown", wake);
    };
  }, [controls]);
  return isIdle;
};
