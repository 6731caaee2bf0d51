/** Actions for selected pictures of an album. */
import type { PlaceInAlbum } from "@/api";
import { DragSelection } from "@/components/albums/DragSelection";
import type { GallerySelection } from "@/components/gallery/Gallery";
import { SelectionActions } from "@/components/selection/SelectionActions";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { useChangeWithUndo } from "@/components/gallery/use-change-with-undo";
import { picturesInWords } from "@/locale";
import { Button, ChevronLeftIcon, ChevronRightIcon, PicturesIcon, RemoveFromAlbumIcon } from "@/ui";

import { useThisAlbum } from "./album-context";
import { stepTo, useArrange } from "./arrange";
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
    <SelectionButton short="Remove" icon={<RemoveFromAlbumIcon />} onClick={remove}>
      Remove from album
    </SelectionButton>
  );
};

const CoverButton = ({ selected, act }: GallerySelection) => {
  const choose = useCover(useThisAlbum());
  const [only] = selected;
  if (!only || selected.length > 1) return null;
  return (
    <SelectionButton
      short="Cover"
      icon={<PicturesIcon />}
      onClick={() => act(() => choose(only.id))}
    >
      Use as cover
    </SelectionButton>
  );
};

/** By hand: dragging, and buttons for each step. What is selected stays so, to be moved on. */
const Arranging = (selection: GallerySelection) => {
  const { id } = useThisAlbum();
  const { rows, move } = useArrange(id);
  const { selected } = selection;
  const ids = new Set(selected.map((image) => image.id));
  const step = (by: -1 | 1) => () => {
    const to = stepTo(rows, ids, by);
    if (to) move(selected, to, true);
  };
  return (
    <>
      <DragSelection
        {...selection}
        exceptId={id}
        onPlace={(to: PlaceInAlbum) => move(selected, to)}
      />
      {/* The bar is full. */}
      <div className="fixed inset-x-0 bottom-32 z-10 mx-auto flex w-fit rounded-full border border-line bg-raised p-1 shadow-float sm:bottom-6">
        <Button look="quiet" icon={<ChevronLeftIcon />} onClick={step(-1)}>
          Move earlier
        </Button>
        <Button look="quiet" icon={<ChevronRightIcon />} onClick={step(1)}>
          Move later
        </Button>
      </div>
    </>
  );
};

export const AlbumActions = (selection: GallerySelection) => {
  const { id, order, title } = useThisAlbum();
  const carry =
    order === "manual" ? (
      <Arranging {...selection} />
    ) : (
      <DragSelection {...selection} exceptId={id} />
    );
  return (
    <SelectionActions {...selection} carry={carry} called={title}>
      <CoverButton {...selection} />
      <RemoveButton {...selection} />
    </SelectionActions>
  );
};
