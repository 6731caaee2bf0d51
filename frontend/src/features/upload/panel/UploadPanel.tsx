/** What is being uploaded: a card in the corner, on a phone a sheet at the bottom. */
import { useState, useSyncExternalStore } from "react";

import { classNames, Progress, VisuallyHidden } from "@/ui";

import type { UploadQueue } from "../engine/queue";
import { PanelHeader } from "./PanelHeader";
import { PanelList } from "./PanelList";
import { isOver, summarize } from "./summary";
import { useAnnouncement } from "./use-announcement";
import { useRate } from "./use-rate";

export const UploadPanel = ({ queue }: { queue: UploadQueue }) => {
  const uploads = useSyncExternalStore(queue.subscribe, queue.snapshot);
  const [isOpen, setIsOpen] = useState(true);
  const summary = summarize(uploads);
  const rate = useRate(summary);
  const announcement = useAnnouncement(summary);
  if (uploads.length === 0) return <VisuallyHidden>{announcement}</VisuallyHidden>;

  const { total, sent } = summary.bytes;
  return (
    <section
      aria-label="Uploads"
      className={classNames(
        "fixed z-30 flex max-h-[min(32rem,70dvh)] animate-rise flex-col overflow-hidden border border-line bg-raised shadow-float",
        "inset-x-0 bottom-0 rounded-t-2xl pb-[env(safe-area-inset-bottom)]",
        "sm:inset-x-auto sm:right-5 sm:bottom-5 sm:w-[25rem] sm:rounded-2xl sm:pb-0",
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
      {isOpen && <PanelList queue={queue} uploads={uploads} failed={summary.failed} />}
    </section>
  );
};
