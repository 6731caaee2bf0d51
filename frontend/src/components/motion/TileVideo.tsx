/** What says of a tile that it is a video: how long it plays, and its name where it has no picture. */
import type { Image } from "@/api";
import { classNames, PlayIcon } from "@/ui";

import { lengthInWords } from "./video-length";

const TileVideo = ({ image }: { image: Image }) => {
  const length = image.motion_milliseconds;
  const isBlank = image.thumbnail_url === null;
  return (
    // The tile has the words already, for whoever cannot see it.
    <span aria-hidden className="absolute inset-0">
      {isBlank && (
        <span className="absolute inset-0 flex flex-col items-center justify-center gap-2 p-2 text-muted">
          <span className="flex size-11 items-center justify-center rounded-full bg-black/70 text-white">
            <PlayIcon className="size-6" />
          </span>
          <span className="line-clamp-2 text-center text-xs [overflow-wrap:anywhere]">
            {image.title ?? image.name}
          </span>
        </span>
      )}
      <span
        className={classNames(
          "absolute top-1.5 right-1.5 flex h-6 items-center gap-1 rounded-full bg-black/70 px-2 text-xs font-medium text-white tabular-nums",
          isBlank && length === null && "hidden",
        )}
      >
        {!isBlank && <PlayIcon className="size-3.5" />}
        {length !== null && lengthInWords(length)}
      </span>
    </span>
  );
};

export default TileVideo;
