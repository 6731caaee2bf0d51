/** What can be done with selected pictures of a timeline. */
import { useKnownImages, type BatchAction, type ListedImage } from "@/api";
import type { GallerySelection } from "@/components/gallery/Gallery";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { ArchiveIcon, HeartIcon, TrashIcon, UnarchiveIcon } from "@/ui";

/** Does it to what is selected. */
const useAct = ({ act }: GallerySelection) => {
  const { change } = useChangeWithUndo();
  return (action: BatchAction) => () => act((images) => change(action, images).answer);
};

/** Favours all, or none where all are favourites. */
const FavouriteButton = (selection: GallerySelection) => {
  const act = useAct(selection);
  const known = useKnownImages();
  const isFavourite = (image: ListedImage) => (known.get(image.id) ?? image).favourite;
  return selection.selected.every(isFavourite) ? (
    <SelectionButton
      icon={<HeartIcon className="size-5 fill-current" />}
      onClick={act("unfavourite")}
    >
      Unfavourite
    </SelectionButton>
  ) : (
    <SelectionButton icon={<HeartIcon />} onClick={act("favourite")}>
      Favourite
    </SelectionButton>
  );
};

const DeleteButton = (selection: GallerySelection) => (
  <SelectionButton icon={<TrashIcon />} onClick={useAct(selection)("delete")}>
    Delete
  </SelectionButton>
);

export const TimelineActions = (selection: GallerySelection) => (
  <>
    <FavouriteButton {...selection} />
    <SelectionButton icon={<ArchiveIcon />} onClick={useAct(selection)("archive")}>
      Archive
    </SelectionButton>
    <DeleteButton {...selection} />
  </>
);

export const ArchiveActions = (selection: GallerySelection) => (
  <>
    <FavouriteButton {...selection} />
    <SelectionButton icon={<UnarchiveIcon />} onClick={useAct(selection)("unarchive")}>
      Unarchive
    </SelectionButton>
    <DeleteButton {...selection} />
  </>
);
