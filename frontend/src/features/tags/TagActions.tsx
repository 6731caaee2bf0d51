/** Actions for selected pictures of a tag. */
import type { GallerySelection } from "@/components/gallery/Gallery";
import { SelectionActions } from "@/components/selection/SelectionActions";
import { SelectionButton } from "@/components/gallery/SelectionBar";
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
    <SelectionButton short="Remove" icon={<CloseIcon />} onClick={remove}>
      Remove tag
    </SelectionButton>
  );
};

export const TagActions = (selection: GallerySelection) => (
  <SelectionActions {...selection} called={useThisTag().path.split("/").at(-1) ?? ""}>
    <RemoveButton {...selection} />
  </SelectionActions>
);
