/** Covers the window while files hover over it: the whole page is the target. */
import { UploadIcon } from "@/ui";

import type { IntoAlbum } from "./queue/upload-state";

export const DropOverlay = ({ album }: { album: IntoAlbum | null }) => (
  <div
    aria-hidden="true"
    className="pointer-events-none fixed inset-0 z-60 animate-fade bg-canvas/92 p-4 sm:p-8"
  >
    <div className="flex h-full flex-col items-center justify-center gap-3 rounded-3xl border-2 border-dashed border-accent text-center">
      <span className="flex size-16 items-center justify-center rounded-full bg-accent-soft text-accent">
        <UploadIcon className="size-8" />
      </span>
      <p className="text-xl font-semibold tracking-tight">
        {album ? `Drop to add to ${album.title}` : "Drop to upload"}
      </p>
      <p className="text-muted">Pictures, whole folders, or the zips of Google Takeout</p>
    </div>
  </div>
);
