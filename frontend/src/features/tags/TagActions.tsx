/** What can be done with selected pictures that have a tag. */
import { AddToAlbumButton } from "@/components/albums/AddToAlbumButton";
import { ChangeDateButton } from "@/components/corrections/ChangeDateButton";
import type { GallerySelection } from "@/components/gallery/Gallery";
import { DeleteButton, FavouriteButton } from "@/components/gallery/selection-buttons";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { ShareSelectionButton } from "@/components/sharing/ShareSelectionButton";
import { TagButton } from "@/components/tags/TagButton";
import { useChangeTags } from "@/components/tags/use-change-tags";
import { CloseIcon } from "@/ui";

import { useThisTag } from "./tag-context";

/** Of pictures that have a tag below this one, that one stays: the dialog of tags takes it away. */
const RemoveButton = ({ act }: GallerySelection) => {
  const tag = useThisTag();
  const changeTags = useChangeTags();
  const remove = () =>
    act((images) =>
      changeTags(
        images.map(({ id }) => id),
        { add: [], remove: [tag] },
      ),
    );
  return (
    <SelectionButton icon={<CloseIcon />} onClick={remove}>
      Remove tag
    </SelectionButton>
  );
};

export const TagActions = (selection: GallerySelection) => (
  <>
    <FavouriteButton {...selection} />
    <AddToAlbumButton {...selection} />
    <TagButton {...selection} />
    <RemoveButton {...selection} />
    <ShareSelectionButton {...selection} />
    <ChangeDateButton {...selection} />
    <DeleteButton {...selection} />
  </>
);
