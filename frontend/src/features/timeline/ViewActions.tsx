/** What can be done with selected pictures of a timeline. */
import { AddToAlbumButton } from "@/components/albums/AddToAlbumButton";
import { CarrySelected } from "@/components/albums/CarrySelected";
import { ChangeDateButton } from "@/components/corrections/ChangeDateButton";
import { ChangePlaceButton } from "@/components/corrections/ChangePlaceButton";
import type { GallerySelection } from "@/components/gallery/Gallery";
import { DeleteButton, FavouriteButton, useAct } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { ShareSelectionButton } from "@/components/sharing/ShareSelectionButton";
import { StackButton } from "@/components/stacks/StackButton";
import { TagButton } from "@/components/tags/TagButton";
import { ArchiveIcon, UnarchiveIcon } from "@/ui";

/** Of the timeline, where a tile stands for a stack: all of it, but for what one sees of it alone. */
export const TimelineActions = (selection: GallerySelection) => (
  <>
    <FavouriteButton {...selection} />
    <CarrySelected {...selection} wholeStacks />
    <AddToAlbumButton {...selection} wholeStacks />
    <TagButton {...selection} wholeStacks />
    <ShareSelectionButton {...selection} />
    <SelectionButton
      icon={<ArchiveIcon />}
      onClick={useAct({ ...selection, wholeStacks: true })("archive")}
    >
      Archive
    </SelectionButton>
    <StackButton {...selection} />
    <ChangeDateButton {...selection} wholeStacks />
    <ChangePlaceButton {...selection} wholeStacks />
    <DeleteButton {...selection} wholeStacks />
  </>
);

export const FavouritesActions = (selection: GallerySelection) => (
  <>
    <FavouriteButton {...selection} />
    <CarrySelected {...selection} />
    <AddToAlbumButton {...selection} />
    <TagButton {...selection} />
    <ShareSelectionButton {...selection} />
    <SelectionButton icon={<ArchiveIcon />} onClick={useAct(selection)("archive")}>
      Archive
    </SelectionButton>
    <ChangeDateButton {...selection} />
    <ChangePlaceButton {...selection} />
    <DeleteButton {...selection} />
  </>
);

export const ArchiveActions = (selection: GallerySelection) => (
  <>
    <FavouriteButton {...selection} />
    <CarrySelected {...selection} />
    <AddToAlbumButton {...selection} />
    <TagButton {...selection} />
    <ShareSelectionButton {...selection} />
    <SelectionButton icon={<UnarchiveIcon />} onClick={useAct(selection)("unarchive")}>
      Unarchive
    </SelectionButton>
    <ChangeDateButton {...selection} />
    <ChangePlaceButton {...selection} />
    <DeleteButton {...selection} />
  </>
);
