/** The box whose pictures are listed; the viewer above the map shows the same ones. */
import { useSyncExternalStore } from "react";

import type { MapBox } from "@/api";

let listed: MapBox | null = null;
const listeners = new Set<() => void>();

export const setListedBox = (box: MapBox | null): void => {
  if (JSON.stringify(box) === JSON.stringify(listed)) return;
  listed = box;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useListedBox = (): MapBox | null => useSyncExternalStore(subscribe, () => listed);
