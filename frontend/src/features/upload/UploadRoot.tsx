/** Accepts dropped and chosen files. The upload code is loaded once the page is idle. */
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState, type RefObject } from "react";

import { sessionOptions } from "@/api";
import { formatNumber } from "@/locale";
import { useToast } from "@/ui";

import type { Dropped } from "./collect-files";
import { DropOverlay } from "./DropOverlay";
import { PickerInputs } from "./PickerInputs";
import type { IntoAlbum } from "./queue/upload-state";
import type { Limits } from "./queue/validate-file";
import { forgetShared, readShared, takeShareNotice } from "./shared-files";
import { SharedNotice } from "./SharedNotice";
import { forgetUnfinished, hasUnfinished } from "./unfinished-storage-keys";
import type { TakeoutImport } from "./takeout/takeout-import";
import type { UploadManager } from "./upload-manager";
import { useFileDrop } from "./use-file-drop";

const loadUploads = () => import("./upload-manager");
const UploadPanel = lazy(async () => ({ default: (await loadUploads()).UploadPanel }));
const UnfinishedNotice = lazy(() => import("./UnfinishedNotice"));
const ImportDialog = lazy(() => import("./takeout/ImportDialog"));

/** By then the timeline has what it needs; from then on an upload may begin without a network. */
const REST_MS = 2_000;

const preload = (): void => void loadUploads().catch(() => undefined);

type UploadRootProps = {
  userId: string;
  limits: Limits;
  /** That is open: what comes in goes into it. */
  album: IntoAlbum | null;
  filesRef: RefObject<HTMLInputElement | null>;
  folderRef: RefObject<HTMLInputElement | null>;
};

export const UploadRoot = ({ userId, limits, album, filesRef, folderRef }: UploadRootProps) => {
  const client = useQueryClient();
  const toast = useToast();
  const [uploads, setUploads] = useState<UploadManager | null>(null);
  const started = useRef<UploadManager | null>(null);
  const [shared, setShared] = useState<readonly File[]>([]);
  const [session, setSession] = useState<TakeoutImport | null>(null);

  const receive = async (dropped: Dropped) => {
    try {
      const heavy = await loadUploads();
      started.current ??= new heavy.UploadManager({ client, userId, limits });
      setUploads(started.current);
      const { files, unreadable, export: found } = await started.current.add(dropped, album);
      if (found && started.current.isImporting) {
        const message = "An import is running. Drop these files again when it is done.";
        toast.show({ message });
      } else if (found) setSession(await started.current.startImport(found, album));
      if (unreadable > 0) toast.show({ message: unreadableMessage(unreadable), tone: "error" });
      else if (files === 0) toast.show({ message: "There are no pictures in there." });
    } catch {
      // The only thing that can fail here is the loading: no network, or a newer release in its place.
      const message = navigator.onLine
        ? "The upload could not start. Reload the page and try again."
        : "No connection. Choose the pictures again when you are back online.";
      toast.show({ message, tone: "error" });
    }
  };
  const isOver = useFileDrop({
    onFiles: (dropped) => void receive(dropped),
    onApproach: preload,
  });

  useEffect(() => {
    if (takeShareNotice() === "failed") {
      const message = "What was shared is too much to be kept here. Upload it from this page.";
      toast.show({ message, tone: "error" });
    }
    // Where storage is closed to the page nothing was kept.
    readShared().then(setShared, () => undefined);
  }, [toast]);
  const settleShared = (isWanted: boolean) => {
    if (isWanted) void receive({ entries: [], files: [...shared] });
    setShared([]);
    void forgetShared();
  };

  useEffect(() => {
    const timer = setTimeout(preload, REST_MS);
    return () => clearTimeout(timer);
  }, []);

  useEffect(
    () => () => {
      started.current?.close();
      started.current = null;
      const session = client.getQueryData(sessionOptions.queryKey);
      if (session?.user?.id !== userId) forgetUnfinished(userId);
    },
    [client, userId],
  );

  return (
    <>
      <PickerInputs
        filesRef={filesRef}
        folderRef={folderRef}
        contentTypes={limits.contentTypes}
        onFiles={(files) => void receive({ entries: [], files })}
      />
      {isOver && <DropOverlay album={album} />}
      {shared.length > 0 && (
        <SharedNotice
          files={shared}
          onUpload={() => settleShared(true)}
          onDiscard={() => settleShared(false)}
        />
      )}
      <Suspense fallback={null}>
        {session && (
          <ImportDialog
            session={session}
            onClose={() => {
              session.close();
              setSession(null);
            }}
          />
        )}
        {uploads ? (
          <UploadPanel queue={uploads.queue} />
        ) : (
          hasUnfinished(userId) && (
            <UnfinishedNotice userId={userId} onChoose={() => filesRef.current?.click()} />
          )
        )}
      </Suspense>
    </>
  );
};

const unreadableMessage = (count: number): string =>
  count === 1 ? "One file could not be read." : `${formatNumber(count)} files could not be read.`;
