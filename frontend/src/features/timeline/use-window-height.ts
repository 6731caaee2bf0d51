/** The height of the window. */
import { useSyncExternalStore } from "react";

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener("resize", onChange);
  return () => window.removeEventListener("resize", onChange);
};

export const useWindowHeight = (): number =>
  useSyncExternalStore(subscribe, () => window.innerHeight);
