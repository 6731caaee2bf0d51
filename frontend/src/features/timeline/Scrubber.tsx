/** The whole timeline as a track at the right: drag, click, or the arrow keys. */
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type KeyboardEvent,
  type PointerEvent,
} from "react";

import { monthTitle } from "@/components/gallery/days";
import { COVERED_ABOVE } from "@/components/gallery/grid-scroll";
import type { GridControl } from "@/components/gallery/ImageGrid";
import { dateAt } from "@/components/gallery/layout-sections";
import { classNames } from "@/ui";

import { heightOf, marksOf, monthsOf, shareOf, stepMonth } from "./scrubber-marks";
import { useWindowHeight } from "./use-window-height";

/** Shorter timelines need none, in screens. */
const NEEDED_FROM = 1.1;
/** Header and edges, where the track is not. */
const AROUND_TRACK = 96;
const HIDES_AFTER_MS = 1_500;

type Step = { by: number; unit: "month" | "year" };
const STEPS: Partial<Record<string, Step>> = {
  ArrowUp: { by: -1, unit: "month" },
  ArrowLeft: { by: -1, unit: "month" },
  ArrowDown: { by: 1, unit: "month" },
  ArrowRight: { by: 1, unit: "month" },
  PageUp: { by: -1, unit: "year" },
  PageDown: { by: 1, unit: "year" },
};

/** Moves the thumb along with the scroll, past React, and shows it for a moment where it hides otherwise. */
const useThumb = ({ scroll }: GridControl) => {
  const thumb = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = () => {
      const element = thumb.current;
      if (!element) return;
      element.style.top = `${100 * shareOf(scroll.getTop(), scroll.end)}%`;
      element.dataset["moving"] = "yes";
      clearTimeout(timer);
      timer = setTimeout(() => delete element.dataset["moving"], HIDES_AFTER_MS);
    };
    follow();
    const stop = scroll.subscribe(follow);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [scroll]);
  return thumb;
};

const Label = ({ share, children }: { share: number; children: string }) => (
  <span
    className="pointer-events-none absolute right-12 -translate-y-1/2 rounded-full bg-ink px-3.5 py-1.5 text-sm font-semibold whitespace-nowrap text-canvas shadow-float"
    style={{ top: `${100 * share}%` }}
  >
    {children}
  </span>
);

const Track = (control: GridControl) => {
  const { scroll, layout } = control;
  const windowHeight = useWindowHeight();
  const track = useRef<HTMLDivElement>(null);
  const thumb = useThumb(control);
  /** Where the pointer is; `isHeld` while it drags. */
  const [pointer, setPointer] = useState<{ share: number; isHeld: boolean } | null>(null);
  const months = useMemo(() => monthsOf(layout), [layout]);
  const end = Math.max(1, layout.height - windowHeight);
  const marks = useMemo(
    () => marksOf(months, end, windowHeight - AROUND_TRACK),
    [months, end, windowHeight],
  );
  const date = useSyncExternalStore(
    scroll.subscribe,
    useCallback(() => scroll.date?.slice(0, 7) ?? null, [scroll]),
  );
  const isHeld = pointer?.isHeld === true;

  const shareAt = (event: PointerEvent): number => {
    const box = track.current?.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)) : 0;
  };
  const follow = (event: PointerEvent, { isPassing }: { isPassing: boolean }) => {
    const share = shareAt(event);
    // What was loaded meanwhile may have made the grid longer or shorter: a pointer that stays moves nothing.
    const isStill = isHeld && share === pointer.share;
    scroll.scrollTo(isStill ? scroll.getTop() : heightOf(share, scroll.end), { isPassing });
    setPointer({ share, isHeld: isPassing });
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    follow(event, { isPassing: true });
  };
  const onPointerMove = (event: PointerEvent) => {
    if (isHeld) follow(event, { isPassing: true });
    else if (event.pointerType === "mouse") setPointer({ share: shareAt(event), isHeld: false });
  };
  const onPointerUp = (event: PointerEvent) => {
    if (!isHeld) return;
    follow(event, { isPassing: false });
    if (event.pointerType !== "mouse") setPointer(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    const edge = event.key === "Home" ? 0 : event.key === "End" ? layout.sections.length - 1 : null;
    if (step === undefined && edge === null) return;
    event.preventDefault();
    if (edge !== null) {
      const key = layout.sections[edge]?.key;
      if (edge === 0) scroll.scrollTo(heightOf(0, scroll.end));
      else if (key !== undefined) scroll.goTo({ kind: "edge", key, edge: "last" });
      return;
    }
    const to = step && date !== null ? stepMonth(months, date, step) : null;
    if (to) scroll.goTo({ kind: "date", date: to.key });
    else if (step && step.by < 0) scroll.scrollTo(heightOf(0, scroll.end));
  };

  // Held, it is where one is. What the header covers is not what one sees there.
  const pointed =
    pointer && (isHeld ? date : dateAt(layout, heightOf(pointer.share, end) + COVERED_ABOVE));
  return (
    <div
      ref={track}
      role="slider"
      tabIndex={0}
      aria-label="Timeline"
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={Math.max(1, months.length - 1)}
      aria-valuenow={Math.max(
        0,
        months.findIndex(({ key }) => key === date),
      )}
      aria-valuetext={date === null ? "" : monthTitle(date)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setPointer(null)}
      onPointerLeave={() => {
        if (!isHeld) setPointer(null);
      }}
      onKeyDown={onKeyDown}
      className={classNames(
        "scrubber group/scrubber fixed top-20 right-0 bottom-4 z-10 w-11 touch-none rounded-l-lg select-none",
        "pointer-coarse:pointer-events-none pointer-coarse:top-18 pointer-coarse:bottom-22",
      )}
    >
      <div aria-hidden="true" className="pointer-coarse:hidden">
        {marks.map(({ key, share, year }) =>
          year === null ? (
            <span
              key={key}
              className="absolute right-3.5 size-1 -translate-y-1/2 rounded-full bg-line"
              style={{ top: `${100 * share}%` }}
            />
          ) : (
            <span
              key={key}
              className="absolute right-1.5 -translate-y-1/2 text-xs font-medium text-muted tabular-nums"
              style={{ top: `${100 * share}%` }}
            >
              {year}
            </span>
          ),
        )}
      </div>
      <div ref={thumb} aria-hidden="true" className="scrubber-thumb">
        <span className="scrubber-handle" />
      </div>
      {pointer && pointed !== null && <Label share={pointer.share}>{monthTitle(pointed)}</Label>}
    </div>
  );
};

export const Scrubber = (control: GridControl) => {
  const windowHeight = useWindowHeight();
  if (control.layout.height < windowHeight * NEEDED_FROM) return null;
  return <Track {...control} />;
};
