/** What can be done with selected pictures of an album. */
import { AddToAlbumButton } from "@/components/albums/AddToAlbumButton";
import { FavouriteButton, DeleteButton } from "@/components/gallery/selection-buttons";
import type { GallerySelection } from "@/components/gallery/Gallery";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { ShareSelectionButton } from "@/components/sharing/ShareSelectionButton";
import { TagButton } from "@/components/tags/TagButton";
import { picturesInWords } from "@/locale";
import { PicturesIcon, RemoveFromAlbumIcon } from "@/ui";

import { useThisAlbum } from "./album-context";
import { useCover } from "./use-cover";

const RemoveButton = ({ act }: GallerySelection) => {
  const { id, title } = useThisAlbum();
  const { change } = useChangeWithUndo();
  const remove = () =>
    act(
      (images) =>
        change("remove_from_album", images, {
          albumId: id,
          message: `${picturesInWords(images.length)} removed from ${title}`,
        }).answer,
    );
  return (
    <SelectionButton icon={<RemoveFromAlbumIcon />} onClick={remove}>
      Remove from album
    </SelectionButton>
  );
};

const CoverButton = ({ selected, act }: GallerySelection) => {
  const choose = useCover(useThisAlbum());
  const [only] = selected;
  if (!only || selected.length > 1) return null;
  return (
    <SelectionButton icon={<PicturesIcon />} onClick={() => act(() => choose(only.id))}>
      Use as cover
    </SelectionButton>
  );
};

export const AlbumActions = (selection: GallerySelection) => (
  <>
    <FavouriteButton {...selection} />
    <AddToAlbumButton {...selection} />
    <TagButton {...selection} />
    <ShareSelectionButton {...selection} />
    <CoverButton {...selection} />
    <RemoveButton {...selection} />
    <DeleteButton {...selection} />
  </>
);
