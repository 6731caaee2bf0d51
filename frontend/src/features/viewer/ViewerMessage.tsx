/** Instead of a picture: that it loads, or why there is none. */
import type { ReactNode } from "react";

import { Button, RetryIcon, Spinner } from "@/ui";

import { useShortcuts } from "./use-shortcuts";

type ViewerMessageProps = {
  title: string;
  children?: ReactNode;
  isBusy?: boolean;
  onRetry?: () => void;
  onClose: () => void;
};

export const ViewerMessage = ({
  title,
  children,
  isBusy = false,
  onRetry,
  onClose,
}: ViewerMessageProps) => {
  useShortcuts({ Escape: onClose });
  return (
    <div className="flex size-full flex-col items-center justify-center gap-2 bg-black p-8 text-center [color-scheme:dark]">
      {isBusy && <Spinner className="mb-2 size-7 text-white" />}
      <div role={isBusy ? "status" : "alert"}>
        <h2 className={isBusy ? "sr-only" : "text-xl font-semibold text-white"}>{title}</h2>
        {children !== undefined && <p className="mt-2 text-muted">{children}</p>}
      </div>
      <div className="mt-5 flex flex-wrap justify-center gap-3 text-ink">
        {onRetry && (
          <Button icon={<RetryIcon />} onClick={onRetry}>
            Try again
          </Button>
        )}
        <Button look="primary" onClick={onClose}>
          Back to your pictures
        </Button>
      </div>
    </div>
  );
};
