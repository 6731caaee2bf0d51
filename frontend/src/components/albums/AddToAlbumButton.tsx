/** Adds what is selected to an album. */
import { lazy, Suspense, useEffect, useRef, useState } from "react";

import type { GallerySelection } from "@/components/gallery/Gallery";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { AddToAlbumIcon } from "@/ui";

import { loadAddToAlbumDialog, useLoadAhead } from "./load-add-to-album-dialog";
import { useAddToAlbum, type ChosenAlbum } from "./use-add-to-album";

const AddToAlbumDialog = lazy(loadAddToAlbumDialog);

/** What the arrow keys of the grid would go on from. */
const focusGrid = () => {
  const tile = document.querySelector<HTMLElement>("main [data-image][tabindex='0']");
  (tile ?? document.querySelector("main"))?.focus({ preventScroll: true });
};

export const AddToAlbumButton = ({ selected, act }: GallerySelection) => {
  const [isOpen, setIsOpen] = useState(false);
  const addToAlbum = useAddToAlbum();
  const wasUsed = useRef(false);
  useLoadAhead(loadAddToAlbumDialog);
  // This button goes with the selection, and the focus would be lost with it.
  useEffect(
    () => () => {
      if (wasUsed.current && document.activeElement === document.body) focusGrid();
    },
    [],
  );
  const choose = (album: ChosenAlbum) => {
    wasUsed.current = true;
    setIsOpen(false);
    act((images) => addToAlbum(images, album).answer);
  };
  return (
    <>
      <SelectionButton icon={<AddToAlbumIcon />} onClick={() => setIsOpen(true)}>
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
