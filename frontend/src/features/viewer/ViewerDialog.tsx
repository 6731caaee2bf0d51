/** What lies on top of the viewer: the choice of an album, or its keys. */
import { lazy, Suspense } from "react";

import type { Image } from "@/api";
import { loadAddToAlbumDialog, useLoadAhead } from "@/components/albums/load-add-to-album-dialog";
import { useAddToAlbum } from "@/components/albums/use-add-to-album";

import { KeysDialog } from "./KeysDialog";

const AddToAlbumDialog = lazy(loadAddToAlbumDialog);

export type WhichDialog = "album" | "keys";

type ViewerDialogProps = { which: WhichDialog | null; image: Image; onClose: () => void };

export const ViewerDialog = ({ which, image, onClose }: ViewerDialogProps) => {
  const addToAlbum = useAddToAlbum();
  useLoadAhead(loadAddToAlbumDialog);
  if (which === "keys") return <KeysDialog onClose={onClose} />;
  if (which === null) return null;
  return (
    <Suspense fallback={null}>
      <AddToAlbumDialog
        count={1}
        onChoose={(album) => {
          onClose();
          addToAlbum([image], album);
        }}
        onClose={onClose}
      />
    </Suspense>
  );
};
