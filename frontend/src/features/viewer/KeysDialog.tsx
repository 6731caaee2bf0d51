/** All keys of the viewer, shown by one of them. */
import { Dialog } from "@/ui";

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [["←", "→"], "Previous and next picture"],
  [["[", "]"], "Through the pictures of a stack"],
  [["F"], "Favourite, or no longer"],
  [["A"], "Archive, or back to the timeline"],
  [["L"], "Add to an album"],
  [["T"], "Tags"],
  [["D", "Delete"], "Delete; in Recently deleted for good, after a question"],
  [["R"], "Restore what is in Recently deleted"],
  [["U", "Ctrl Z"], "Bring back what you deleted or archived last"],
  [["E", "I"], "Details"],
  [["M"], "Play the moving part of a motion photo, or stop it"],
  [["S"], "Slideshow, or its end"],
  [["Space"], "Pause the slideshow or a video, or go on"],
  [["Z"], "Zoom in, or the whole picture"],
  [["+", "−"], "Zoom in and out"],
  [["0"], "The whole picture"],
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
