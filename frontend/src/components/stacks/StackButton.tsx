/** Stacks what is selected, or unstacks the one that is. */
import type { ListedImage } from "@/api";
import { countStacked } from "@/components/gallery/count-stacked";
import type { GallerySelection } from "@/components/gallery/Gallery";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { useFocusOnGrid } from "@/components/gallery/use-focus-on-grid";
import { StackIcon } from "@/ui";

import { UnstackIcon } from "./UnstackIcon";
import { useRestack } from "./use-change-stacks";

const idsOf = (images: readonly ListedImage[]): string[] => images.map(({ id }) => id);

/** One or the other, never both: the bar is full. */
export const StackButton = ({ selected, act }: GallerySelection) => {
  const restack = useRestack();
  const noteUse = useFocusOnGrid();
  const stack = () => {
    noteUse();
    act((images) => restack("stack", idsOf(images), { count: countStacked(images) }));
  };
  const unstack = () => {
    noteUse();
    act((images) => restack("unstack", idsOf(images), { whole: true }));
  };
  if (selected.length > 1) {
    return (
      <SelectionButton icon={<StackIcon />} onClick={stack}>
        Stack
      </SelectionButton>
    );
  }
  if (countStacked(selected) === 1) return null;
  return (
    <SelectionButton icon={<UnstackIcon />} onClick={unstack}>
      Unstack
    </SelectionButton>
  );
};
