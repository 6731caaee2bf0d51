/** Buttons for what is selected that more than one screen has. */
import { useKnownImages, type BatchAction, type ListedImage } from "@/api";
import { HeartIcon, TrashIcon } from "@/ui";

import type { GallerySelection } from "./Gallery";
import { SelectionButton } from "./SelectionBar";
import { useChangeWithUndo } from "./use-change-with-undo";

/** `wholeStacks`: what is done to a tile is done to all that it stands for. */
export type ActsOnStacks = GallerySelection & { wholeStacks?: boolean };

/** Does it to what is selected. */
export const useAct = ({ act, wholeStacks = false }: ActsOnStacks) => {
  const { change } = useChangeWithUndo();
  return (action: BatchAction) => () =>
    act((images) => change(action, images, { wholeStacks }).answer);
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

export const DeleteButton = (selection: ActsOnStacks) => (
  <SelectionButton icon={<TrashIcon />} onClick={useAct(selection)("delete")}>
    Delete
  </SelectionButton>
);
