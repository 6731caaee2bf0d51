/** Progress of uploads: a card in the corner, on a phone a sheet at the bottom. */
import { useState, useSyncExternalStore } from "react";

import { classNames, Progress } from "@/ui";

import type { UploadQueue } from "../queue/queue";
import { PanelActions } from "./PanelActions";
import { PanelHeader } from "./PanelHeader";
import { PanelList } from "./PanelList";
import { isOver, summarize } from "./summary";
import { useLiveAnnouncement } from "./use-live-announcement";
import { useRate } from "./use-rate";

export const UploadPanel = ({ queue }: { queue: UploadQueue }) => {
  const uploads = useSyncExternalStore(queue.subscribe, queue.snapshot);
  const [isOpen, setIsOpen] = useState(true);
  const [onlyFailed, setOnlyFailed] = useState(false);
  const summary = summarize(uploads);
  const isFiltered = onlyFailed && summary.failed > 0;
  const rate = useRate(summary);
  const announcement = useLiveAnnouncement(summary);
  if (uploads.length === 0) return null;

  const { total, sent } = summary.bytes;
  return (
    <section
      aria-label="Uploads"
      className={classNames(
        "fixed z-30 flex max-h-[min(32rem,62dvh)] animate-rise flex-col overflow-hidden border border-line bg-raised shadow-float",
        // Above the bar of a phone.
        "inset-x-0 bottom-[calc(3.5rem+env(safe-area-inset-bottom))] rounded-t-2xl",
        "sm:inset-x-auto sm:right-5 sm:bottom-5 sm:w-[25rem] sm:rounded-2xl",
      )}
    >
      <p className="sr-only" role="status">
        {announcement}
      </p>
      <PanelHeader
        queue={queue}
        summary={summary}
        rate={rate}
        isOpen={isOpen}
        onToggle={() => setIsOpen(!isOpen)}
      />
      {!isOver(summary) && (
        <Progress
          value={total === 0 ? null : sent / total}
          label="Upload progress"
          className="mx-4 mb-3 shrink-0"
        />
      )}
      {isOpen && (
        <>
          <PanelActions
            queue={queue}
            summary={summary}
            onlyFailed={isFiltered}
            onOnlyFailed={setOnlyFailed}
          />
          <PanelList queue={queue} uploads={uploads} onlyFailed={isFiltered} />
        </>
      )}
    </section>
  );
};
