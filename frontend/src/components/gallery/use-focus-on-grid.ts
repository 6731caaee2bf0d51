/** Keeps the focus on the page when a button goes along with the selection that it was pressed for. */
import { useCallback, useEffect, useRef } from "react";

/** What the arrow keys of the grid would go on from. */
const focusGrid = () => {
  const tile = document.querySelector<HTMLElement>("main [data-image][tabindex='0']");
  (tile ?? document.querySelector("main"))?.focus({ preventScroll: true });
};

/** Returns what notes that the button was used. */
export const useFocusOnGrid = (): (() => void) => {
  const wasUsed = useRef(false);
  useEffect(
    () => () => {
      if (wasUsed.current && document.activeElement === document.body) focusGrid();
    },
    [],
  );
  return useCallback(() => {
    wasUsed.current = true;
  }, []);
};
