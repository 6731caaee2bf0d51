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
  onFailed: (failure: { at: number; isCodec: boolean }) => void;
};

export const UNPLAYABLE =
  "This browser can’t play the moving part. Download the original to see it.";
const UNREACHABLE = "The moving part could not be loaded. Check your connection, then try again.";

const ENDED = "The moving part could not be loaded to its end. Play it again.";

/** Whether a signed address works no more: as the signature has it, and not the clock of a cache. */
export const hasEnded = (url: string): boolean => {
  const query = new URL(url, location.href).searchParams;
  const of = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get("X-Amz-Date") ?? "");
  if (!of) return false;
  const [year = 0, month = 1, ...rest] = of.slice(1).map(Number);
  const ends = Date.UTC(year, month - 1, ...rest) + Number(query.get("X-Amz-Expires")) * 1000;
  return ends <= Date.now();
};

/** Whoever begins to play stops who does. */
let stopCurrent: (() => void) | null = null;

/** `fetchUrl` gives the address that it plays from; null: there is none any more. */
export const useMotion = (fetchUrl: () => Promise<string | null>): Motion => {
  const [url, setUrl] = useState<string | null>(null);
  const [isWanted, setIsWanted] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(0);
  const askedAnewAt = useRef(-1);
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
  const load = (at: number) => {
    const mine = (asked.current += 1);
    fetchUrl().then(
      (found) => {
        if (asked.current !== mine) return;
        if (found === null) fail(UNREACHABLE);
        else setUrl(at === 0 ? found : `${found}#t=${String(at)}`);
      },
      () => {
        if (asked.current === mine) fail(UNREACHABLE);
      },
    );
  };
  const play = () => {
    stopCurrent?.();
    stopCurrent = stopThis.current = stop;
    setProblem(null);
    setIsWanted(true);
    askedAnewAt.current = -1;
    load(0);
  };
  // An address may end before all was read: then another one goes on where it was, and again, as
  // long as it gets on.
  const onFailed = ({ at, isCodec }: { at: number; isCodec: boolean }) => {
    if (isCodec || url === null || !hasEnded(url)) fail(at === 0 || isCodec ? UNPLAYABLE : ENDED);
    else if (at <= askedAnewAt.current) fail(ENDED);
    else {
      askedAnewAt.current = at;
      load(at);
    }
  };
  useEffect(
    () => () => {
      asked.current += 1;
      if (stopCurrent === stopThis.current) stopCurrent = null;
    },
    [],
  );

  return { url, isWanted, problem, play, stop, onFailed };
};
