/** What can be done with selected pictures that were found. */
import { isWhole } from "@/api";
import { AddToAlbumButton } from "@/components/albums/AddToAlbumButton";
import { CarrySelected } from "@/components/albums/CarrySelected";
import { ChangeDateButton } from "@/components/corrections/ChangeDateButton";
import { ChangePlaceButton } from "@/components/corrections/ChangePlaceButton";
import type { GallerySelection } from "@/components/gallery/Gallery";
import { DeleteButton, FavouriteButton, useAct } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { ShareSelectionButton } from "@/components/sharing/ShareSelectionButton";
import { TagButton } from "@/components/tags/TagButton";
import { RestoreIcon } from "@/ui";

export const FoundActions = (selection: GallerySelection) => {
  const act = useAct(selection);
  // By is:deleted.
  if (selection.selected.every((image) => isWhole(image) && image.deleted_at !== null)) {
    return (
      <SelectionButton icon={<RestoreIcon />} onClick={act("restore")}>
        Restore
      </SelectionButton>
    );
  }
  return (
    <>
      <FavouriteButton {...selection} />
      <CarrySelected {...selection} />
      <AddToAlbumButton {...selection} />
      <TagButton {...selection} />
      <ShareSelectionButton {...selection} />
      <ChangeDateButton {...selection} />
      <ChangePlaceButton {...selection} />
      <DeleteButton {...selection} />
    </>
  );
};
