/** Uploading from anywhere in the page: the two pickers to open, and all that drops and pastes set going. */
import { createContext, use, useMemo, useRef, type ReactNode } from "react";

import { useSession } from "@/api";

import type { IntoAlbum } from "./queue/upload-state";
import { UploadRoot } from "./UploadRoot";

type UploadActions = { openFilePicker: () => void; openFolderPicker: () => void };

const UploadContext = createContext<UploadActions | null>(null);

/** @throws Error outside UploadProvider. */
export const useUpload = (): UploadActions => {
  const actions = use(UploadContext);
  if (!actions) throw new Error("useUpload() is used outside UploadProvider");
  return actions;
};

type UploadProviderProps = { album?: IntoAlbum | null; children: ReactNode };

/** `album`: the one that is open, which files are uploaded into. */
export const UploadProvider = ({ album = null, children }: UploadProviderProps) => {
  const { user, uploads } = useSession();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const actions = useMemo(
    () => ({
      openFilePicker: () => files.current?.click(),
      openFolderPicker: () => folder.current?.click(),
    }),
    [],
  );
  const limits = useMemo(
    () => ({ maxBytes: uploads.max_bytes, contentTypes: uploads.content_types }),
    [uploads],
  );

  return (
    <UploadContext value={actions}>
      {children}
      {user && (
        <UploadRoot
          key={user.id}
          userId={user.id}
          limits={limits}
          album={album}
          filesRef={files}
          folderRef={folder}
        />
      )}
    </UploadContext>
  );
};
