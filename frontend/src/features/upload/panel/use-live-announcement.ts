/** Announcements of an upload for screen readers: start, progress, and end. */
import { useEffect, useEffectEvent, useState } from "react";

import { picturesInWords } from "@/locale";

import { footnotes, headline, isOver, spokenProgress, type Summary } from "./summary";

const EVERY_MS = 20_000;

export const useLiveAnnouncement = (summary: Summary): string => {
  const [progress, setProgress] = useState<string | null>(null);
  const isRunning = !isOver(summary) && summary.total > 0;
  const say = useEffectEvent(() => setProgress(spokenProgress(summary)));

  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(say, EVERY_MS);
    return () => {
      clearInterval(timer);
      setProgress(null);
    };
  }, [isRunning]);

  if (summary.total === 0) return "";
  if (!isRunning) return [headline(summary), ...footnotes(summary)].join(", ");
  return progress ?? `Uploading ${picturesInWords(summary.sendable)}`;
};
