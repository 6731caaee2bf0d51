/** What the file itself brings along: a caption, stars, and where the picture was taken. */
import type { ImageDetail } from "@/api";

import { CopyableValue } from "./CopyableValue";
import { placeInWords, placeToCopy } from "./facts";

const MAX_STARS = 5;
/** In place of stars: whoever sorted the pictures marked it as one to throw away. */
const REJECTED = -1;

export const FileMetadata = ({
  detail: { caption, rating, location },
}: {
  detail: ImageDetail;
}) => {
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
          {rating === REJECTED ? <p>Rejected</p> : <Stars count={rating} />}
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

const Stars = ({ count }: { count: number }) => (
  <p role="img" aria-label={`${count} of ${MAX_STARS} stars`}>
    {"★".repeat(count)}
    <span className="text-muted">{"☆".repeat(MAX_STARS - count)}</span>
  </p>
);
