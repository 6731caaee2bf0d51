/** Actions for selected search results. */
import { isWhole } from "@/api";
import type { GallerySelection } from "@/components/gallery/Gallery";
import { useAct } from "@/components/gallery/selection-buttons";
import { SelectionActions } from "@/components/selection/SelectionActions";
import { SelectionButton } from "@/components/gallery/SelectionBar";
import { RestoreIcon } from "@/ui";

export const FoundActions = (selection: GallerySelection) => {
  const act = useAct(selection);
  // By is:deleted.
  if (selection.selected.every((image) => isWhole(image) && image.deleted_at !== null)) {
    return (
      <SelectionButton icon={<RestoreIcon />} onClick={act("restore")}>
        Restore
      </SelectionButton>
    );
  }
  return (
    <SelectionActions
      {...selection}
      called={new URLSearchParams(window.location.search).get("q")?.trim() ?? ""}
    />
  );
};
