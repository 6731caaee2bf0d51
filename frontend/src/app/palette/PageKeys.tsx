/** All keys of the pages, shown by one of them; the viewer has others. */
import { KeysDialog, type Keys } from "@/components/keys/KeysDialog";

const PAGE_KEYS: Keys = [
  [["/"], "Search"],
  [["Ctrl K"], "Go to a page, an album, a tag or a date"],
  [["G"], "Go to a date, in the timeline"],
  [["←", "→", "↑", "↓"], "From picture to picture"],
  [["Home", "End"], "The first and the last picture"],
  [["Enter"], "Open the picture"],
  [["Space"], "Select the picture, or no longer"],
  [["Shift →", "Shift ↓"], "Select as far as the next picture, or the one below"],
  [["Ctrl A"], "Select all"],
  [["T"], "Tags of what is selected"],
  [["Delete"], "Delete what is selected, or the picture that has the focus"],
  [["Esc"], "Select nothing"],
  [["?"], "These keys; in an open picture, its own"],
];

export const PageKeys = ({ onClose }: { onClose: () => void }) => (
  <KeysDialog keys={PAGE_KEYS} onClose={onClose} />
);
