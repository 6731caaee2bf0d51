/** Adds what is selected to an album. */
import { lazy, Suspense, useState } from "react";

import type { ActsOnStacks } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { useFocusOnGrid } from "@/components/gallery/use-focus-on-grid";
import { AddToAlbumIcon } from "@/ui";

import { loadAddToAlbumDialog, useLoadAhead } from "./load-add-to-album-dialog";
import { useAddToAlbum, type ChosenAlbum } from "./use-add-to-album";

const AddToAlbumDialog = lazy(loadAddToAlbumDialog);

export const AddToAlbumButton = ({ selected, act, wholeStacks = false }: ActsOnStacks) => {
  const [isOpen, setIsOpen] = useState(false);
  const addToAlbum = useAddToAlbum();
  const noteUse = useFocusOnGrid();
  useLoadAhead(loadAddToAlbumDialog);
  const choose = (album: ChosenAlbum) => {
    noteUse();
    setIsOpen(false);
    act((images) => addToAlbum(images, album, wholeStacks).answer);
  };
  return (
    <>
      <SelectionButton short="Album" icon={<AddToAlbumIcon />} onClick={() => setIsOpen(true)}>
        Add to album
      </SelectionButton>
      {isOpen && (
        <Suspense fallback={null}>
          <AddToAlbumDialog
            count={selected.length}
            onChoose={choose}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
};
