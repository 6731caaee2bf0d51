/** One file: what it is, how far it is, and what can be done about it. */
import { memo } from "react";
import { Link } from "wouter";

import {
  CheckIcon,
  classNames,
  CloseIcon,
  IconButton,
  OfflineIcon,
  RetryIcon,
  Spinner,
  WarningIcon,
} from "@/ui";

import type { UploadQueue } from "../queue/queue";
import { canRetry, isUnsent, type Phase, type Upload } from "../queue/upload-state";
import { percent, formatPhase, type Tone } from "./format-phase";
import { RowThumbnail } from "./RowThumbnail";

type UploadRowProps = {
  upload: Upload;
  queue: UploadQueue;
  top: number;
  position: number;
  count: number;
  /** Of guests, who have no page of the picture: what is said once it is there. */
  sentText?: string | undefined;
};

const tones: Record<Tone, string> = {
  quiet: "text-muted",
  active: "text-muted",
  good: "text-good",
  warning: "text-accent",
  bad: "text-danger",
};

export const UploadRow = memo((props: UploadRowProps) => {
  const { upload, queue, top, position, count, sentText } = props;
  const { id, name, file, phase, kept } = upload;
  const said = formatPhase(phase, name, file.size, kept);
  const text = sentText !== undefined && isThere(phase) ? sentText : said.text;
  const { tone } = said;
  return (
    <li
      aria-setsize={count}
      aria-posinset={position}
      style={{ top }}
      className="absolute inset-x-0 flex h-16 items-center gap-3 pr-2 pl-4"
    >
      <RowThumbnail upload={upload} />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium" title={name}>
          {name}
        </p>
        <p className={classNames("flex items-center gap-1.5 text-xs", tones[tone])}>
          <PhaseIcon phase={phase} />
          <span className="line-clamp-2 tabular-nums" title={text}>
            {text}
          </span>
        </p>
        {phase.name === "sending" && <RowProgress value={percent(phase.sent, file.size)} />}
      </div>
      {sentText === undefined && <RowImageLink phase={phase} name={name} />}
      {canRetry(upload) && (
        <IconButton label={`Try ${name} again`} onClick={() => queue.retry(id)}>
          <RetryIcon className="size-4.5" />
        </IconButton>
      )}
      {isUnsent(upload) && (
        <IconButton label={`Cancel ${name}`} onClick={() => queue.cancel(id)}>
          <CloseIcon className="size-4.5" />
        </IconButton>
      )}
    </li>
  );
});
UploadRow.displayName = "UploadRow";

/** Beside the words, which say the same: not told to screen readers. */
const RowProgress = ({ value }: { value: number }) => (
  <div aria-hidden="true" className="mt-1 h-1 overflow-hidden rounded-full bg-sunken">
    <div className="h-full rounded-full bg-accent" style={{ width: `${value}%` }} />
  </div>
);

const PhaseIcon = ({ phase }: { phase: Phase }) => {
  switch (phase.name) {
    case "hashing":
    case "processing":
      // In steps, since many of them turn at once.
      return <Spinner className="size-3.5 [animation-timing-function:steps(10)]" />;
    case "ready":
    case "already":
      return <CheckIcon className="size-3.5" />;
    case "failed":
    case "damaged":
      return <WarningIcon className="size-3.5" />;
    case "interrupted":
      return <OfflineIcon className="size-3.5" />;
    case "waiting":
    case "queued":
    case "sending":
    case "duplicate":
    case "cancelled":
      return null;
  }
};

const isThere = ({ name }: Phase): boolean => name === "ready" || name === "already";

const RowImageLink = ({ phase, name }: { phase: Phase; name: string }) => {
  if (phase.name !== "ready" && phase.name !== "already" && phase.name !== "damaged") return null;
  return (
    <Link
      href={`/images/${phase.image.id}`}
      aria-label={`Open ${name}`}
      className="flex h-9 items-center rounded-full px-3 text-sm font-medium hover:bg-hover pointer-coarse:h-11"
    >
      Open
    </Link>
  );
};
