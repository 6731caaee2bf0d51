/** The picture that stands for an album, in a square. */
import { useState } from "react";

import type { Album } from "@/api";
import { ThumbHashCanvas } from "@/components/gallery/ThumbHashCanvas";
import { AlbumsIcon, classNames } from "@/ui";

/** Fills its parent, and says nothing aloud: the title beside it does. */
export const AlbumCover = ({ album: { cover }, icon }: { album: Album; icon: string }) => {
  const [there, setThere] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const url = cover?.thumbnail_url ?? null;
  if (url === null || failed === url) {
    return (
      <span className="absolute inset-0 flex items-center justify-center text-muted">
        <AlbumsIcon className={icon} />
      </span>
    );
  }
  return (
    <>
      {there !== cover?.image_id && typeof cover?.thumbhash === "string" && (
        <ThumbHashCanvas hash={cover.thumbhash} />
      )}
      <img
        src={url}
        alt=""
        loading="lazy"
        decoding="async"
        draggable={false}
        onLoad={() => setThere(cover?.image_id ?? null)}
        onError={() => setFailed(url)}
        className={classNames(
          "absolute inset-0 size-full object-cover transition-opacity duration-200",
          there === cover?.image_id ? "opacity-100" : "opacity-0",
        )}
      />
    </>
  );
};
