/** The picture of a row, drawn from the file itself where the browser can. */
import { useCallback, useState } from "react";

import { BrokenPictureIcon, PicturesIcon } from "@/ui";

import { isShowable } from "../queue/content-types";
import { isDeferred } from "../queue/deferred-file";
import { isBig } from "../queue/file-hash";
import type { Upload } from "../queue/upload-state";
import { exifThumbnail } from "./exif-thumbnail";

/** Rows that only fly past are not worth the decoding. */
const LOOK_MS = 200;

const box =
  "flex size-11 shrink-0 items-center justify-center overflow-hidden rounded-lg bg-sunken text-muted";

export const RowThumbnail = ({ upload: { file, contentType, phase } }: { upload: Upload }) => {
  const [isBroken, setIsBroken] = useState(false);
  const show = useCallback(
    (element: HTMLImageElement | null) =>
      element && !isDeferred(file) ? showFile(element, file, () => setIsBroken(true)) : undefined,
    [file],
  );

  if (!isDeferred(file) && isShowable(contentType) && file.size > 0 && !isBroken) {
    return (
      <span className={box}>
        <img
          ref={show}
          alt=""
          decoding="async"
          onError={() => setIsBroken(true)}
          className="size-full object-cover"
        />
      </span>
    );
  }
  const url = "image" in phase ? phase.image.thumbnail_url : null;
  return (
    <span className={box}>
      {url !== null ? (
        <img src={url} alt="" decoding="async" className="size-full object-cover" />
      ) : phase.name === "failed" ? (
        <BrokenPictureIcon />
      ) : (
        <PicturesIcon />
      )}
    </span>
  );
};

/** Returns what ends it: an address keeps a file's bytes at hand until it is given back. */
const showFile = (element: HTMLImageElement, file: File, onNothing: () => void): (() => void) => {
  let url: string | null = null;
  let isOver = false;
  const timer = setTimeout(() => {
    void exifThumbnail(file).then((small) => {
      if (isOver) return;
      // Decoding a big one takes hundreds of megabytes, and its line waits for the same two cores.
      if (!small && isBig(file.size)) {
        onNothing();
        return;
      }
      url = URL.createObjectURL(small?.picture ?? file);
      element.style.rotate = `${small?.turn ?? 0}deg`;
      element.src = url;
    });
  }, LOOK_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
    if (url !== null) URL.revokeObjectURL(url);
  };
};
