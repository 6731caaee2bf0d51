/** The moving part of a picture: asked for when it is to play, muted, one at a time. */
import { useEffect, useRef, useState } from "react";

export type Motion = {
  /** What plays; null: nothing does. */
  url: string | null;
  isWanted: boolean;
  /** Why it does not play, in words; null: nothing is wrong. */
  problem: string | null;
  play: () => void;
  stop: () => void;
  onUnplayable: () => void;
};

export const UNPLAYABLE =
  "This browser can’t play the moving part. Download the original to see it.";
const UNREACHABLE = "The moving part could not be loaded. Check your connection, then try again.";

/** Whoever begins to play stops who does. */
let stopCurrent: (() => void) | null = null;

/** `fetchUrl` gives the address that it plays from; null: there is none any more. */
export const useMotion = (fetchUrl: () => Promise<string | null>): Motion => {
  const [url, setUrl] = useState<string | null>(null);
  const [isWanted, setIsWanted] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(0);
  const stopThis = useRef<() => void>(() => undefined);

  const stop = () => {
    asked.current += 1;
    setUrl(null);
    setIsWanted(false);
    setProblem(null);
  };
  const fail = (words: string) => {
    stop();
    setProblem(words);
  };
  const play = () => {
    stopCurrent?.();
    stopCurrent = stopThis.current = stop;
    setProblem(null);
    setIsWanted(true);
    const mine = (asked.current += 1);
    fetchUrl().then(
      (found) => {
        if (asked.current !== mine) return;
        if (found === null) fail(UNREACHABLE);
        else setUrl(found);
      },
      () => {
        if (asked.current === mine) fail(UNREACHABLE);
      },
    );
  };
  useEffect(
    () => () => {
      asked.current += 1;
      if (stopCurrent === stopThis.current) stopCurrent = null;
    },
    [],
  );

  return { url, isWanted, problem, play, stop, onUnplayable: () => fail(UNPLAYABLE) };
};
