/** Changes where the selected pictures were taken. */
import { lazy, Suspense, useState } from "react";

import type { PlaceChange } from "@/api";
import { useLoadAhead } from "@/components/albums/load-add-to-album-dialog";
import type { ActsOnStacks } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { useFocusOnGrid } from "@/components/gallery/use-focus-on-grid";

import { loadPlaceDialog } from "./load-place-dialog";
import { PlaceIcon } from "./PlaceIcon";
import { useCorrectPlaces } from "./use-correct-places";

const PlaceDialog = lazy(loadPlaceDialog);

export const ChangePlaceButton = ({ selected, act, wholeStacks = false }: ActsOnStacks) => {
  const [isOpen, setIsOpen] = useState(false);
  const correctPlaces = useCorrectPlaces();
  const noteUse = useFocusOnGrid();
  useLoadAhead(loadPlaceDialog);
  const change = (wanted: PlaceChange) => {
    noteUse();
    setIsOpen(false);
    act((images) =>
      correctPlaces(
        images.map(({ id }) => id),
        wanted,
        wholeStacks,
      ),
    );
  };
  return (
    <>
      <SelectionButton short="Place" icon={<PlaceIcon />} onClick={() => setIsOpen(true)}>
        Change place
      </SelectionButton>
      {isOpen && (
        <Suspense fallback={null}>
          <PlaceDialog count={selected.length} onChange={change} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
