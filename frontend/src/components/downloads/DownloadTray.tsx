/** Progress of a download above every page, with actions where it fails. */
import { useSyncExternalStore } from "react";

import { counted, formatNumber } from "@/locale";
import { Button, CloseIcon, formatBytes, IconButton, Progress } from "@/ui";

import type { Download, DownloadState } from "./download";

const HEADINGS: Record<DownloadState["phase"], string> = {
  running: "Downloading",
  waiting: "Connection lost, trying again",
  stopped: "The download has stopped",
  done: "Downloaded",
  failed: "The download failed",
  cancelled: "Download cancelled",
};

const wordsOf = (state: DownloadState): string => {
  const { phase, files, filesDone, bytes, bytesDone, missing, problem } = state;
  if (phase === "failed")
    return `${problem ?? ""} The file on your device is incomplete. Delete it.`;
  if (phase === "cancelled") return "Nothing was saved.";
  if (phase === "stopped") {
    return "Pinhole cannot be reached. Nothing is lost: the download continues where it stopped.";
  }
  if (phase === "done") {
    const left =
      missing === 0
        ? ""
        : ` ${counted(missing, "picture")} could not be read; a list is in the zip.`;
    return `${counted(files - missing, "picture")}, ${formatBytes(bytesDone)}.${left}`;
  }
  return `${formatNumber(filesDone)} of ${counted(files, "picture")}, ${formatBytes(bytesDone)} of ${formatBytes(bytes)}`;
};

type TrayProps = { download: Download; onClose: () => void };

export const DownloadTray = ({ download, onClose }: TrayProps) => {
  const state = useSyncExternalStore(download.subscribe, download.state);
  const { phase, name, bytes, bytesDone } = state;
  const isOver = download.isOver;
  return (
    <section
      aria-label="Download"
      className="fixed right-3 bottom-[calc(4.5rem+env(safe-area-inset-bottom))] left-3 z-40 animate-rise rounded-2xl border border-line bg-raised p-4 shadow-float sm:right-6 sm:bottom-6 sm:left-auto sm:w-96"
    >
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 role="status" className="font-semibold">
            {HEADINGS[phase]}
          </h2>
          <p className="truncate text-sm text-muted" title={name}>
            {name}
          </p>
        </div>
        {isOver && (
          <IconButton label="Close" onClick={onClose} className="-mt-1 -mr-2">
            <CloseIcon />
          </IconButton>
        )}
      </div>
      {!isOver && (
        <Progress
          className="mt-3"
          label={`Download of ${name}`}
          value={bytes === 0 ? 0 : bytesDone / bytes}
        />
      )}
      <p className="mt-2 text-sm">{wordsOf(state)}</p>
      {!isOver && (
        <div className="mt-3 flex justify-end gap-2">
          {phase !== "running" && (
            <Button look="primary" onClick={() => download.retry()}>
              Try now
            </Button>
          )}
          <Button onClick={() => download.cancel()}>Cancel</Button>
        </div>
      )}
    </section>
  );
};
