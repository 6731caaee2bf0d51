/** All keys of the viewer, shown by one of them. */
import { Dialog } from "@/ui";

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
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

export const KeysDialog = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Keys" onClose={onClose}>
    <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2">
      {KEYS.map(([keys, does]) => (
        <div key={does} className="contents">
          <dt className="flex gap-1.5">
            {keys.map((key) => (
              <kbd
                key={key}
                className="min-w-7 rounded-md border border-line bg-sunken px-1.5 py-0.5 text-center font-sans text-sm font-medium whitespace-nowrap"
              >
                {key}
              </kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
);
