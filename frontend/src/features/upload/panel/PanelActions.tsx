/** Actions for all files of an upload. */
import { formatNumber } from "@/locale";
import { Button, RetryIcon } from "@/ui";

import type { UploadQueue } from "../queue/queue";
import type { Summary } from "./summary";

type PanelActionsProps = {
  queue: UploadQueue;
  summary: Summary;
  onlyFailed: boolean;
  onOnlyFailed: (onlyFailed: boolean) => void;
};

const small = "h-8! px-3.5! text-sm pointer-coarse:h-10!";

export const PanelActions = ({ queue, summary, onlyFailed, onOnlyFailed }: PanelActionsProps) => {
  const { unsent, retryable, failed, total } = summary;
  const canFilter = failed > 0 && failed < total;
  if (unsent === 0 && retryable === 0 && !canFilter) return null;
  return (
    <div className="flex shrink-0 flex-wrap gap-2 px-4 pb-3">
      {retryable > 0 && (
        <Button
          className={small}
          icon={<RetryIcon className="size-4" />}
          onClick={() => queue.retryFailed()}
        >
          Try {formatNumber(retryable)} again
        </Button>
      )}
      {canFilter && (
        <Button className={small} onClick={() => onOnlyFailed(!onlyFailed)}>
          {onlyFailed ? "Show all files" : `Show ${formatNumber(failed)} not uploaded`}
        </Button>
      )}
      {unsent > 0 && (
        <Button className={small} onClick={() => queue.cancelAll()}>
          Cancel all
        </Button>
      )}
    </div>
  );
};
