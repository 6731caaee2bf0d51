/** Actions for selected pictures, the same on every page. */
import type { ReactNode } from "react";

import { useKnownImages, type ListedImage } from "@/api";
import { AddToAlbumButton } from "@/components/albums/AddToAlbumButton";
import { DragSelection } from "@/components/albums/DragSelection";
import { ChangeDateButton } from "@/components/corrections/ChangeDateButton";
import { ChangePlaceButton } from "@/components/corrections/ChangePlaceButton";
import { DescribeButton } from "@/components/descriptions/DescribeButton";
import { DownloadSelectionButton } from "@/components/downloads/DownloadSelectionButton";
import { ShareSelectionButton } from "@/components/sharing/ShareSelectionButton";
import { TagButton } from "@/components/tags/TagButton";
import {
  DeleteButton,
  FavouriteButton,
  useAct,
  type ActsOnStacks,
} from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { ArchiveIcon, UnarchiveIcon } from "@/ui";

/** Archives all, or none where all are archived. */
const ArchiveButton = (selection: ActsOnStacks) => {
  const act = useAct(selection);
  const known = useKnownImages();
  const isArchived = (image: ListedImage) => (known.get(image.id) ?? image).archived_at !== null;
  return selection.selected.every(isArchived) ? (
    <SelectionButton icon={<UnarchiveIcon />} onClick={act("unarchive")}>
      Unarchive
    </SelectionButton>
  ) : (
    <SelectionButton icon={<ArchiveIcon />} onClick={act("archive")}>
      Archive
    </SelectionButton>
  );
};

type SelectionActionsProps = ActsOnStacks & {
  /** In place of carrying pictures onto an album. */
  carry?: ReactNode;
  /** What a zip of them is called: where they are, if that has a name. */
  called?: string;
  /** What this list has besides. */
  children?: ReactNode;
};

export const SelectionActions = (props: SelectionActionsProps) => {
  const { carry, called, children, ...selection } = props;
  // What one sees of a tile alone stays the tile's.
  const { selected, selectAll, act } = selection;
  const tiles = { selected, selectAll, act };
  return (
    <>
      <FavouriteButton {...tiles} />
      {carry ?? <DragSelection {...selection} />}
      <AddToAlbumButton {...selection} />
      <TagButton {...selection} />
      <ShareSelectionButton {...tiles} />
      <DownloadSelectionButton {...selection} {...(called === undefined ? {} : { called })} />
      <ArchiveButton {...selection} />
      {children}
      <DescribeButton {...selection} />
      <ChangeDateButton {...selection} />
      <ChangePlaceButton {...selection} />
      <DeleteButton {...selection} />
    </>
  );
};
