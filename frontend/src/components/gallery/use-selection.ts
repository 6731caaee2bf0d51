/** The selection of a page of pictures, with the keys that work wherever the focus is. */
import { useCallback, useEffect, useEffectEvent, useMemo, useReducer } from "react";

import { toProblem, type ListedImage } from "@/api";
import { isTyping, useToast } from "@/ui";

import type { GalleryList } from "./gallery-list";
import { changeSelection, MAX_SELECTED, nothingSelected } from "./selection";

const NONE: readonly ListedImage[] = [];

type Options = {
  /** The keys are someone else's meanwhile. */
  isPaused: boolean;
  onDelete?: (images: readonly ListedImage[]) => Promise<unknown>;
};

export const useSelection = (list: GalleryList, { isPaused, onDelete }: Options) => {
  const { all, covers, loadBetween, loadFirst } = list;
  const [raw, select] = useReducer(changeSelection, nothingSelected);
  const toast = useToast();
  // Pictures that have gone from the list are not selected any more, whatever made them go.
  const selection = useMemo(() => {
    if (raw.images.size === 0) return raw;
    const present = new Set(all().map(({ id }) => id));
    const isThere = (image: ListedImage) => present.has(image.id) || !covers(image);
    return changeSelection(raw, { type: "retain", isThere });
  }, [raw, all, covers]);
  const selected = useMemo(
    () => (selection.images.size === 0 ? NONE : [...selection.images.values()]),
    [selection],
  );
  const { anchor } = selection;

  /** Adds what a promise brings. */
  const add = useCallback(
    async (images: Promise<readonly ListedImage[]>, from?: ListedImage) => {
      try {
        select({ type: "add", images: await images, ...(from ? { anchor: from } : {}) });
      } catch (error) {
        const { detail } = toProblem(error);
        toast.show({ tone: "error", message: `Not all of them could be selected. ${detail}` });
      }
    },
    [toast],
  );

  /** Selects from the picture toggled last to this one; from `from` while nothing is selected. */
  const extend = useCallback(
    (to: ListedImage, from: ListedImage | null = null) => {
      const start = anchor ?? from ?? to;
      void add(loadBetween(start, to, MAX_SELECTED), start);
    },
    [anchor, add, loadBetween],
  );

  const selectAll = useCallback(() => void add(loadFirst(MAX_SELECTED)), [add, loadFirst]);

  /** Does something with what is selected, which gives it up, until that fails. */
  const act = useCallback(
    (run: (images: readonly ListedImage[]) => Promise<unknown>) => {
      if (selected.length === 0) return;
      select({ type: "clear" });
      run(selected).catch(() => select({ type: "add", images: selected }));
    },
    [selected],
  );

  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || isPaused || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const isAll = event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey);
    if (isAll && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      selectAll();
    } else if (selected.length > 0 && event.key === "Escape") select({ type: "clear" });
    else if (selected.length > 0 && event.key === "Delete" && onDelete) act(onDelete);
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);

  return { selection, selected, select, extend, selectAll, act };
};
