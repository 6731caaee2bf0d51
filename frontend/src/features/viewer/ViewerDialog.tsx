/** Dialogs above the viewer: albums, tags, date, and keys. */
import { lazy, Suspense } from "react";

import type { Image } from "@/api";
import { loadAddToAlbumDialog, useLoadAhead } from "@/components/albums/load-add-to-album-dialog";
import { useAddToAlbum } from "@/components/albums/use-add-to-album";
import { useCorrectDates } from "@/components/corrections/use-correct-dates";
import { loadPlaceDialog } from "@/components/corrections/load-place-dialog";
import { useCorrectPlaces } from "@/components/corrections/use-correct-places";
import { KeysDialog } from "@/components/keys/KeysDialog";
import { loadTagDialog } from "@/components/tags/load-tag-dialog";
import { useChangeTags } from "@/components/tags/use-change-tags";
import { useDeleteForGoodWithWords } from "@/components/trash/use-delete-for-good";

import { VIEWER_KEYS } from "./keys";

const AddToAlbumDialog = lazy(loadAddToAlbumDialog);

const TagDialog = lazy(loadTagDialog);

const PlaceDialog = lazy(loadPlaceDialog);

const DateDialog = lazy(async () => ({
  default: (await import("@/components/corrections/DateDialog")).DateDialog,
}));

const DeleteForGoodDialog = lazy(async () => ({
  default: (await import("@/components/trash/DeleteForGoodDialog")).DeleteForGoodDialog,
}));

export type WhichDialog = "album" | "tags" | "date" | "place" | "keys" | "for good";

type ViewerDialogProps = {
  which: WhichDialog | null;
  image: Image;
  /** IANA time zone of its place; null: not needed, or not known. */
  zoneGuess: string | null;
  /** It was deleted for good. */
  onGone: () => void;
  onClose: () => void;
};

const alreadyTold = (): void => undefined;

export const ViewerDialog = ({ which, image, zoneGuess, onGone, onClose }: ViewerDialogProps) => {
  const deleteForGood = useDeleteForGoodWithWords();
  const addToAlbum = useAddToAlbum();
  const correctDates = useCorrectDates();
  const correctPlaces = useCorrectPlaces();
  const changeTags = useChangeTags();
  useLoadAhead(loadAddToAlbumDialog);
  useLoadAhead(loadTagDialog);
  useLoadAhead(loadPlaceDialog);
  if (which === "keys") return <KeysDialog keys={VIEWER_KEYS} onClose={onClose} />;
  if (which === null) return null;
  if (which === "for good") {
    return (
      <Suspense fallback={null}>
        <DeleteForGoodDialog
          images={[image]}
          onConfirm={() => {
            onClose();
            deleteForGood([image]).then(onGone).catch(alreadyTold);
          }}
          onClose={onClose}
        />
      </Suspense>
    );
  }
  if (which === "date") {
    return (
      <Suspense fallback={null}>
        <DateDialog
          count={1}
          first={image}
          zoneGuess={zoneGuess}
          onChange={(change) => {
            onClose();
            void correctDates([image.id], change);
          }}
          onClose={onClose}
        />
      </Suspense>
    );
  }
  if (which === "place") {
    return (
      <Suspense fallback={null}>
        <PlaceDialog
          count={1}
          onChange={(change) => {
            onClose();
            void correctPlaces([image.id], change).catch(alreadyTold);
          }}
          onClose={onClose}
        />
      </Suspense>
    );
  }
  if (which === "tags") {
    return (
      <Suspense fallback={null}>
        <TagDialog
          ids={[image.id]}
          onSave={(change) => {
            onClose();
            void changeTags([image.id], change).catch(alreadyTold);
          }}
          onClose={onClose}
        />
      </Suspense>
    );
  }
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
