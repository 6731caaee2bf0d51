/** The selection of a page of pictures, with the keys that work wherever the focus is. */
import { useCallback, useEffect, useMemo, useReducer } from "react";

import type { Image } from "@/api";

import { changeSelection, nothingSelected } from "./selection";

type Options = { isPaused: boolean; onDelete?: (images: readonly Image[]) => void };

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, textarea, [contenteditable]");

export const useSelection = (images: readonly Image[], { isPaused, onDelete }: Options) => {
  const [raw, select] = useReducer(changeSelection, nothingSelected);
  // Pictures that have gone from the list are not selected any more, whatever made them go.
  const selection = useMemo(() => {
    if (raw.ids.size === 0) return raw;
    return changeSelection(raw, { type: "retain", ids: new Set(images.map(({ id }) => id)) });
  }, [raw, images]);
  const selected = useMemo(
    () => images.filter(({ id }) => selection.ids.has(id)),
    [images, selection],
  );

  const deleteSelected = useCallback(() => {
    if (!onDelete) return;
    // Undo brings the pictures back, but not their selection.
    select({ type: "clear" });
    onDelete(selected);
  }, [onDelete, selected]);

  useEffect(() => {
    if (selected.length === 0 || isPaused) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      if (event.key === "Escape") select({ type: "clear" });
      else if (event.key === "Delete") deleteSelected();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [selected, isPaused, deleteSelected]);

  return { selection, selected, select, deleteSelected };
};
