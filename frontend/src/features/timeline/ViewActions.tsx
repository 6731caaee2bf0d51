/** Actions for selected pictures of a timeline. */
import type { GallerySelection } from "@/components/gallery/Gallery";
import { SelectionActions } from "@/components/selection/SelectionActions";
import { StackButton } from "@/components/stacks/StackButton";

/** Of the timeline, where a tile stands for a stack: all of it, but for what one sees of it alone. */
export const TimelineActions = (selection: GallerySelection) => (
  <SelectionActions {...selection} wholeStacks>
    <StackButton {...selection} />
  </SelectionActions>
);

/** Of other views, where each picture is there for itself. */
export const ViewActions = (selection: GallerySelection) => <SelectionActions {...selection} />;
