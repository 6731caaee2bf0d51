/** What the file itself brings along: a caption, and where the picture was taken. */
import type { ImageDetail } from "@/api";

import { CopyableValue } from "./CopyableValue";
import { placeInWords, placeToCopy } from "./facts";

export const FileMetadata = ({ detail: { caption, location } }: { detail: ImageDetail }) => {
  if (caption === null && location === null) return null;
  return (
    <section aria-label="From the file" className="flex flex-col gap-3">
      {caption !== null && (
        <div>
          <h3 className="text-sm text-muted">Caption in the file</h3>
          <p className="break-words whitespace-pre-line">{caption}</p>
        </div>
      )}
      {location && (
        <CopyableValue label="Place" value={placeToCopy(location)}>
          <p>{placeInWords(location)}</p>
        </CopyableValue>
      )}
    </section>
  );
};
