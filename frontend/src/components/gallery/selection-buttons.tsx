/** Buttons for what is selected that more than one screen has. */
import { useKnownImages, type BatchAction, type ListedImage } from "@/api";
import { HeartIcon, TrashIcon } from "@/ui";

import type { GallerySelection } from "./Gallery";
import { SelectionButton } from "./SelectionBar";
import { useChangeWithUndo } from "./use-change-with-undo";

/** Does it to what is selected. */
export const useAct = ({ act }: GallerySelection) => {
  const { change } = useChangeWithUndo();
  return (action: BatchAction) => () => act((images) => change(action, images).answer);
};

/** Favours all, or none where all are favourites. */
export const FavouriteButton = (selection: GallerySelection) => {
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

export const DeleteButton = (selection: GallerySelection) => (
  <SelectionButton icon={<TrashIcon />} onClick={useAct(selection)("delete")}>
    Delete
  </SelectionButton>
);
