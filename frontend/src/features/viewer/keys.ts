/** What keys do in the viewer, for whoever asks by one of them. */
import type { Keys } from "@/components/keys/KeysDialog";

export const VIEWER_KEYS: Keys = [
  [["←", "→"], "Previous and next picture"],
  [["[", "]"], "Previous and next picture of a stack"],
  [["F"], "Favourite on or off"],
  [["A"], "Archive, or move back to the timeline"],
  [["L"], "Add to an album"],
  [["T"], "Tags"],
  [["D", "Delete"], "Delete; in Recently deleted, delete for good after you confirm"],
  [["R"], "Restore from Recently deleted"],
  [["U", "Ctrl Z"], "Undo the last delete or archive"],
  [["E", "I"], "Details"],
  [["M"], "Play or stop a motion photo"],
  [["S"], "Start or stop slideshow"],
  [["Space"], "Pause or resume the slideshow or a video"],
  [["Z"], "Zoom in, or show the whole picture"],
  [["+", "−"], "Zoom in and out"],
  [["0"], "Show the whole picture"],
  [["Esc"], "End the slideshow, or close"],
  [["?"], "These keys"],
];
