/** What the file itself brings along: a caption, stars, and where the picture was taken. */
import type { ImageDetail } from "@/api";

import { CopyValue } from "./CopyValue";
import { placeInWords, placeToCopy } from "./facts";

const MOST_STARS = 5;

export const FileWords = ({ detail: { caption, rating, location } }: { detail: ImageDetail }) => {
  if (caption === null && rating === null && location === null) return null;
  return (
    <section aria-label="From the file" className="flex flex-col gap-3">
      {caption !== null && (
        <div>
          <h3 className="text-sm text-muted">Caption in the file</h3>
          <p className="break-words whitespace-pre-line">{caption}</p>
        </div>
      )}
      {rating !== null && (
        <div>
          <h3 className="text-sm text-muted">Rating</h3>
          <p role="img" aria-label={`${rating} of ${MOST_STARS} stars`}>
            {"★".repeat(rating)}
            <span className="text-muted">{"☆".repeat(MOST_STARS - rating)}</span>
          </p>
        </div>
      )}
      {location && (
        <CopyValue label="Place" value={placeToCopy(location)}>
          <p>{placeInWords(location)}</p>
        </CopyValue>
      )}
    </section>
  );
};
