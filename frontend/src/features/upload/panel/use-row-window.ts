/** Rendering only the rows in sight of a list whose rows are all equally high. */
import { useCallback, useState, type UIEvent } from "react";

const SPARE_ROWS = 6;

type View = { top: number; height: number };

export const useRowWindow = ({ count, rowHeight }: { count: number; rowHeight: number }) => {
  const [view, setView] = useState<View>({ top: 0, height: 480 });

  const measure = useCallback((scroller: HTMLElement | null) => {
    if (!scroller || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(() => {
      setView({ top: scroller.scrollTop, height: scroller.clientHeight });
    });
    observer.observe(scroller);
    return () => observer.disconnect();
  }, []);

  const onScroll = (event: UIEvent<HTMLElement>) => {
    const { scrollTop, clientHeight } = event.currentTarget;
    setView({ top: scrollTop, height: clientHeight });
  };

  const first = Math.max(0, Math.floor(view.top / rowHeight) - SPARE_ROWS);
  const end = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + SPARE_ROWS);
  return { measure, onScroll, first: Math.min(first, end), end, height: count * rowHeight };
};
