/** The files, one row each; only those in sight are drawn. */
import { useEffect, useRef, type RefObject } from "react";

import type { UploadQueue } from "../queue/queue";
import { isFinished, type Upload } from "../queue/upload-state";
import { UploadRow } from "./UploadRow";
import { useRowWindow } from "./use-row-window";

type PanelListProps = {
  queue: UploadQueue;
  uploads: readonly Upload[];
  onlyFailed: boolean;
  /** See UploadRow. */
  sentText?: string;
};

const ROW_HEIGHT = 64;
/** Small files go by at twenty a second: a list that slides along all the time is drawn all the time. */
const FOLLOW_EVERY_MS = 1_000;
/** Farther than this it jumps. */
const SLIDES_ROWS = 4;

export const PanelList = ({ queue, uploads, onlyFailed, sentText }: PanelListProps) => {
  const shown = onlyFailed ? uploads.filter(({ phase }) => phase.name === "failed") : uploads;
  const { measure, onScroll, first, end, height } = useRowWindow({
    count: shown.length,
    rowHeight: ROW_HEIGHT,
  });
  const scroller = useRef<HTMLDivElement>(null);
  const next = onlyFailed ? -1 : shown.findIndex((upload) => !isFinished(upload));
  useFollow(scroller, next);

  return (
    <div
      ref={(element) => {
        scroller.current = element;
        return measure(element);
      }}
      onScroll={onScroll}
      role="group"
      aria-label="Files"
      // It scrolls, and while nothing in it can be pressed it must be reached to do so.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="min-h-0 overflow-y-auto overscroll-contain border-t border-line pb-2"
    >
      <ul style={{ height }} className="relative">
        {shown.slice(first, end).map((upload, index) => (
          <UploadRow
            key={upload.id}
            upload={upload}
            queue={queue}
            top={(first + index) * ROW_HEIGHT}
            position={first + index + 1}
            count={shown.length}
            sentText={sentText}
          />
        ))}
      </ul>
    </div>
  );
};

/** Keeps the file that is on its way in sight, until a person takes the list in hand. */
const useFollow = (scroller: RefObject<HTMLDivElement | null>, next: number): void => {
  const isInHand = useRef(false);
  const followedAt = useRef(Number.NEGATIVE_INFINITY);

  useEffect(() => {
    const element = scroller.current;
    const takeInHand = () => (isInHand.current = true);
    const types = ["wheel", "pointerdown", "focusin"] as const;
    for (const type of types) element?.addEventListener(type, takeInHand, { passive: true });
    return () => {
      for (const type of types) element?.removeEventListener(type, takeInHand);
    };
  }, [scroller]);

  useEffect(() => {
    if (isInHand.current || next < 0) return;
    const follow = () => {
      const element = scroller.current;
      if (!element || isInHand.current) return;
      followedAt.current = performance.now();
      const top = Math.max(0, next - 1) * ROW_HEIGHT;
      const isNear = Math.abs(top - element.scrollTop) <= SLIDES_ROWS * ROW_HEIGHT;
      element.scrollTo({ top, behavior: isNear ? "smooth" : "instant" });
    };
    const wait = followedAt.current + FOLLOW_EVERY_MS - performance.now();
    const timer = setTimeout(follow, Math.max(0, wait));
    return () => clearTimeout(timer);
  }, [scroller, next]);
};
