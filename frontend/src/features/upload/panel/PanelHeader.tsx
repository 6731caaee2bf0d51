/** The upload as a whole: how far, how fast, and what can be done about all of it. */
import { formatBytes, ChevronDownIcon, classNames, CloseIcon, IconButton } from "@/ui";

import type { UploadQueue } from "../queue/queue";
import { footnotes, headline, isOver, type Summary } from "./summary";
import { timeLeft } from "./transfer-rate";

type PanelHeaderProps = {
  queue: UploadQueue;
  summary: Summary;
  /** Bytes per second; null while it is not known. */
  rate: number | null;
  isOpen: boolean;
  onToggle: () => void;
};

export const PanelHeader = ({ queue, summary, rate, isOpen, onToggle }: PanelHeaderProps) => {
  const details = detailsOf(summary, rate);
  return (
    <header className="shrink-0 px-4 pt-2.5 pb-2.5">
      <div className="flex items-center gap-1">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold tabular-nums">{headline(summary)}</h2>
          {details !== "" && <p className="text-sm text-muted tabular-nums">{details}</p>}
        </div>
        <IconButton
          label={isOpen ? "Show less" : "Show all files"}
          aria-expanded={isOpen}
          onClick={onToggle}
        >
          <ChevronDownIcon className={classNames("size-5", !isOpen && "rotate-180")} />
        </IconButton>
        {isOver(summary) && (
          <IconButton label="Close" className="-mr-2" onClick={() => queue.clearFinished()}>
            <CloseIcon />
          </IconButton>
        )}
      </div>
    </header>
  );
};

const detailsOf = (summary: Summary, rate: number | null): string => {
  const { bytes, unsent, offline, signedOut, album } = summary;
  if (offline) return "Uploading continues when you are back online";
  if (signedOut) return "Uploading continues when you have signed in again";
  if (unsent === 0) return footnotes(summary).join(" · ");
  const amount = `${formatBytes(bytes.sent)} of ${formatBytes(bytes.total)}`;
  const into = album === null ? "" : ` · into ${album}`;
  if (rate === null) return `${amount}${into}`;
  return `${amount}${into} · ${formatBytes(rate)}/s · ${timeLeft((bytes.total - bytes.sent) / rate)}`;
};
