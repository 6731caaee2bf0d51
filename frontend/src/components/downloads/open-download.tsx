/**
 * Begins a download as a zip, from whatever page. It is drawn by a root of its own: so it goes on when the page that
 * began it is left for another one, and no page loads anything of it before.
 */
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

import { Button, Dialog } from "@/ui";

import { Download } from "./download";
import { DownloadDialog } from "./DownloadDialog";
import { DownloadTray } from "./DownloadTray";
import type { ZipSource } from "./zip-source";

let current: Download | null = null;

const isBusy = (): boolean => current !== null && !current.isOver;

const OneAtATime = ({ onClose }: { onClose: () => void }) => (
  <Dialog
    title="A download is under way"
    onClose={onClose}
    actions={
      <Button look="primary" onClick={onClose}>
        Close
      </Button>
    }
  >
    <p>Only one zip is downloaded at a time. Wait until it is saved, or cancel it.</p>
  </Dialog>
);

type FlowProps = {
  source: ZipSource;
  onClose: () => void;
  onBegun: (download: Download) => void;
};

const Flow = ({ source, onClose, onBegun }: FlowProps) => {
  const [download, setDownload] = useState<Download | null>(null);
  if (download) return <DownloadTray download={download} onClose={onClose} />;
  return (
    <DownloadDialog
      source={source}
      onClose={onClose}
      onStart={(contents, options) => {
        const next = new Download({ source, contents, ...options });
        onBegun(next);
        setDownload(next);
        void next.run();
      }}
    />
  );
};

/** The tray of the download before, which is over, makes way. */
let closeLast: () => void = () => undefined;

/** `until` calls what it is given once nobody may go on, and returns what ends it. */
export const openDownload = (
  source: ZipSource,
  until: (onGone: () => void) => () => void = () => () => undefined,
): void => {
  const isFree = !isBusy();
  if (isFree) closeLast();
  const host = document.createElement("div");
  document.body.append(host);
  const root = createRoot(host);
  let own: Download | null = null;
  const close = () => {
    end();
    root.unmount();
    host.remove();
  };
  const end = until(() => {
    own?.cancel();
    close();
  });
  if (isFree) closeLast = close;
  root.render(
    <StrictMode>
      {isFree ? (
        <Flow
          source={source}
          onClose={close}
          onBegun={(download) => {
            own = current = download;
          }}
        />
      ) : (
        <OneAtATime onClose={close} />
      )}
    </StrictMode>,
  );
};
