/** One picture after the other, each for some seconds and not before the next can be drawn. */
import { useEffect, useEffectEvent, useState } from "react";

import type { Image } from "@/api";

export const INTERVALS = [3, 5, 10, 30] as const;
export type Interval = (typeof INTERVALS)[number];

const KEY = "pinhole.slideshow-seconds";
const USUAL: Interval = 5;

const isInterval = (value: number): value is Interval =>
  (INTERVALS as readonly number[]).includes(value);

const readInterval = (): Interval => {
  try {
    const kept = Number(localStorage.getItem(KEY));
    return isInterval(kept) ? kept : USUAL;
  } catch {
    return USUAL;
  }
};

const keepInterval = (seconds: Interval): void => {
  try {
    localStorage.setItem(KEY, String(seconds));
  } catch {
    // Storage is closed to us: it lasts as long as the viewer.
  }
};

/** What fails to load is shown as such in its turn. */
const load = async (url: string | null): Promise<void> => {
  if (url === null) return;
  const picture = new Image();
  picture.src = url;
  await picture.decode().catch(() => undefined);
};

const wait = (seconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1_000);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });

/** Nobody looks at a tab that is hidden. */
const untilSeen = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (!document.hidden) {
      resolve();
      return;
    }
    const look = () => {
      if (!document.hidden) resolve();
    };
    document.addEventListener("visibilitychange", look, { signal });
  });

type SlideshowOptions = {
  imageId: string;
  /** Undefined: not known, or there is none. */
  next: Image | undefined;
  /** Nothing comes after this one. */
  isLast: boolean;
  /** Something else is being done. */
  isHeld: boolean;
  onNext: (id: string) => void;
};

export type Slideshow = {
  state: "off" | "playing" | "paused";
  seconds: Interval;
  setSeconds: (seconds: Interval) => void;
  start: () => void;
  end: () => void;
  /** Stops where it is, or goes on. */
  toggle: () => void;
  pause: () => void;
};

export const useSlideshow = (options: SlideshowOptions): Slideshow => {
  const { imageId, next, isLast, isHeld } = options;
  const [state, setState] = useState<Slideshow["state"]>("off");
  const [seconds, setSeconds] = useState(readInterval);
  const isRunning = state === "playing" && !isHeld && (isLast || next !== undefined);

  const loadNext = useEffectEvent(() => load(next?.preview_url ?? null));
  const goOn = useEffectEvent(() => {
    if (next) options.onNext(next.id);
    else setState("off");
  });
  useEffect(() => {
    if (!isRunning) return;
    const over = new AbortController();
    const { signal } = over;
    const run = async () => {
      await Promise.all([wait(seconds, signal), loadNext()]);
      await untilSeen(signal);
      if (!signal.aborted) goOn();
    };
    void run();
    return () => over.abort();
  }, [isRunning, imageId, seconds]);

  return {
    state,
    seconds,
    setSeconds: (chosen) => {
      keepInterval(chosen);
      setSeconds(chosen);
    },
    start: () => setState("playing"),
    end: () => setState("off"),
    toggle: () => setState(state === "playing" ? "paused" : "playing"),
    pause: () => setState((was) => (was === "playing" ? "paused" : was)),
  };
};
